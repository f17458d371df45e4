"""One process that is kept running: its log, its restarts, its end.

It gets a session of its own, so that Ctrl-C in the terminal reaches the supervisor only and children stop in order;
and the kernel ends it when the supervisor dies without a chance to say so.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Callable, Mapping
from pathlib import Path

from webmail.supervisor.log import Log
from webmail.supervisor.roles import Role

ROOT = Path(__file__).resolve().parent.parent.parent
LONGEST_PAUSE = 30.0
#: A process that ran for so long was well: the next pause is short again.
WELL_AFTER = 60.0


class Child:
    """Runs a role until told to stop. `say` prints a line for the person."""

    def __init__(self, role: Role, environ: Mapping[str, str], log: Log, say: Callable[[str], None]) -> None:
        self.role = role
        self.deaths = 0
        self._environ = environ
        self._log = log
        self._say = say
        self._process: Process | None = None
        self._stopping = False
        self._renewing = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, in the background."""
        self._task = asyncio.create_task(self._keep_running())

    async def stop(self) -> None:
        """End it as it likes to be ended; kill it and its children when it takes too long."""
        self._stopping = True
        self._signal(signal.SIGTERM)
        if self._task is not None:
            _, late = await asyncio.wait([self._task], timeout=self.role.grace)
            if late:
                self.kill()
                await asyncio.wait(late)

    async def renew(self) -> None:
        """Have it replaced by what its command line makes by now; returns when the old one has ended."""
        if self._process is None or self._process.returncode is not None:
            return
        if self.role.renews_itself:
            self._signal(signal.SIGHUP)
            return
        self._renewing = True
        self._signal(signal.SIGTERM)
        ended = asyncio.ensure_future(self._process.wait())
        await asyncio.wait([ended], timeout=self.role.grace)
        if not ended.done():
            self._kill_all()
            await ended

    def kill(self) -> None:
        """End it and all that it started, at once."""
        self._stopping = True
        self._kill_all()

    async def _keep_running(self) -> None:
        pause = 0.5
        while not self._stopping:
            began = time.monotonic()
            status = await self._run_once()
            if self._stopping:
                return
            if self._renewing:
                self._renewing = False
                continue
            self.deaths += 1
            pause = 0.5 if time.monotonic() - began > WELL_AFTER else min(pause * 2, LONGEST_PAUSE)
            self._say(f"{self.role.name} stopped by itself ({_ending(status)}) and is started again in {pause:.0f} s.")
            self._say(self._log.tail())
            await self._pause(pause)

    async def _run_once(self) -> int:
        """Start it, copy what it says into its log, and wait for its end; the exit status."""
        # SIGTERM when the supervisor dies (prctl(2), PR_SET_PDEATHSIG).
        guard = ["setpriv", "--pdeathsig", "TERM", "--"] if shutil.which("setpriv") else []
        # A pipe of our own: asyncio's would let us wait for the children that it left behind, too.
        ours, its = os.pipe()
        copying = asyncio.create_task(self._copy(ours))
        try:
            process = await asyncio.create_subprocess_exec(
                *guard, *self.role.command, env=self._environ, cwd=ROOT, stdin=DEVNULL, stdout=its, stderr=its,
                start_new_session=True, pass_fds=self.role.descriptors,
            )  # fmt: skip
        finally:
            os.close(its)
        self._process = process
        if self._stopping:
            self._signal(signal.SIGTERM)
        status = await process.wait()
        self._kill_all()
        await asyncio.wait([copying], timeout=2)
        copying.cancel()
        return status

    async def _copy(self, pipe: int) -> None:
        reader = asyncio.StreamReader()
        connected = asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(pipe, "rb", buffering=0)
        )
        transport, _ = await connected
        try:
            while chunk := await reader.read(65536):
                self._log.write(chunk)
        finally:
            transport.close()

    async def _pause(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self._stopping:
            await asyncio.sleep(0.05)

    def _signal(self, number: signal.Signals) -> None:
        """To the process alone: it ends its own children in order."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)

    def _kill_all(self) -> None:
        """The process and whatever it started, also when it has ended itself already."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)


def _ending(status: int) -> str:
    return f"exit status {status}" if status >= 0 else signal.Signals(-status).name
