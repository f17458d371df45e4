"""All processes together: started in the order in which they need each other, watched, and stopped the other way."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TypeVar

from webmail.supervisor.child import Child
from webmail.supervisor.log import Log
from webmail.supervisor.roles import Role

#: Those on a line stop together, one line after the other: first who takes work, last who keeps it.
STOP_ORDER = (("web",), ("beat", "worker", "bridge", "demo"), ("redis",))
#: First who is asked by others: they may ask for what older ones do not know.
RENEW_ORDER = ("worker", "bridge", "web", "beat")
#: So many deaths before the first sign of life mean that it will never work.
HOPELESS = 3
#: Seconds in which a new process that cannot work has ended.
SETTLES = 5.0
Result = TypeVar("Result")


class Stopped(Exception):
    """The signal to stop came while something was waited for."""


class Tree:
    """Keeps children running until a signal says stop. `say` prints a line for the person."""

    def __init__(self, environ: Mapping[str, str], logs: Path, say: Callable[[str], None]) -> None:
        self._environ = environ
        self._logs = logs
        self._say = say
        self._children: dict[str, Child] = {}
        self._stop = asyncio.Event()
        self._wish = asyncio.Event()

    def listen_to_signals(self) -> None:
        """The first SIGINT, SIGTERM or SIGHUP stops in order; the second kills. SIGUSR1 wishes for new processes."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._on_signal)
        loop.add_signal_handler(signal.SIGUSR1, self._wish.set)

    def start(self, *roles: Role) -> None:
        """Start them side by side."""
        for role in roles:
            log = Log(self._logs / f"{role.name}.log", self._say)
            self._children[role.name] = child = Child(role, self._environ, log, self._say)
            child.start()

    async def until(self, name: str, ready: Callable[[], bool], seconds: float = 60.0) -> bool:
        """Wait for a child to be ready; False when it keeps dying or takes too long. Raises Stopped."""
        child = self._children[name]
        end = asyncio.get_running_loop().time() + seconds
        while not await self.unless_stopped(asyncio.to_thread(ready)):
            if child.deaths >= HOPELESS or asyncio.get_running_loop().time() > end:
                return False
            await asyncio.sleep(0.05)
        return True

    async def unless_stopped(self, work: Awaitable[Result]) -> Result:
        """The work's result. Raises Stopped when the signal comes first."""
        task = asyncio.ensure_future(work)
        stop = asyncio.ensure_future(self._stop.wait())
        await asyncio.wait([task, stop], return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            raise Stopped
        return task.result()

    async def wait_for_wish(self) -> None:
        """Until somebody wishes for new processes. Raises Stopped."""
        await self.unless_stopped(self._wish.wait())
        self._wish.clear()

    async def renew(self) -> str:
        """Replace one process after another, as far as they stay; the name of the one that did not, or nothing."""
        for child in (self._children[name] for name in RENEW_ORDER if name in self._children):
            deaths = child.deaths
            await child.renew()
            await asyncio.sleep(SETTLES)
            if child.deaths > deaths:
                return child.role.name
        return ""

    async def stop(self) -> None:
        """End all, in order."""
        self._stop.set()
        for names in STOP_ORDER:
            await asyncio.gather(*(self._children[name].stop() for name in names if name in self._children))

    def _on_signal(self) -> None:
        if self._stop.is_set():
            for child in self._children.values():
                child.kill()
        self._stop.set()
