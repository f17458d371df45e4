"""Open pages: a websocket each that comes back by itself, and questions for what it tells of, as live.js and refresh.js
have it."""

import asyncio
import contextlib
import http.client
import json
import random
import re
import threading
import time
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, WebSocketException

from tests.load import record
from tests.load.clicks import LIST
from tests.load.person import Person
from tests.load.record import Record
from tests.servers.visitor import Visitor

STATE = re.compile(r'data-state="(\d+)" data-mark="([^"]*)"')
ANEW = 'data-anew="true"'
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
TOGETHER, ELSEWHERE, UNSEEN = 0.02, 1.0, 60.0
"""Seconds until it is asked for what changed: of what is on the screen, of what is only counted, and where nobody sees
the page and no new mail has come."""
ASKED_EVERY = 30.0
BY_THE_CLOCK = 60.0
PATIENCE = 120.0
"""Seconds that a browser waits for a socket to open."""


class Tab:
    """One of a person's open pages; the inbox is on it. Only the first of them is in view: the others ask for new mail
    alone, and for the rest once a minute."""

    def __init__(self, person: Person, url: str, notes: Record, in_view: bool) -> None:
        self.is_open = False
        self.told = 0
        self._person, self._url, self._notes, self._in_view = person, url, notes, in_view
        self._visitor = Visitor(url)
        self._visitor.cookies = person.visitor.cookies
        self._since: tuple[str, str] = ("", "")
        self._running = self._again = False
        self._due: asyncio.TimerHandle | None = None
        self._news: int | None = None
        """The state of the inbox that the next question is about, if it is about nothing else."""
        self._counts: dict[int, tuple[int, int]] = {}

    async def live(self, threads: ThreadPoolExecutor) -> None:
        """Until cancelled."""
        self._threads, tries = threads, 0
        if self._in_view:
            asyncio.get_running_loop().call_later(random.uniform(0, BY_THE_CLOCK), self._by_the_clock)
        while True:
            began = time.monotonic()
            try:
                async with connect(self._url.replace("http", "ws", 1) + "/changes", **self._identity()) as socket:
                    self.is_open, tries = True, 0
                    self.ask()
                    await self._listen(socket)
            except InvalidStatus as refused:
                self._notes.note("websocket", began, f"not let in: {refused.response.status_code}")
            except (OSError, WebSocketException, TimeoutError):
                pass
            self.is_open = False
            await asyncio.sleep(min(LONGEST_PAUSE, FIRST_PAUSE * 2**tries) * random.uniform(0.5, 1))
            tries += 1

    def _identity(self) -> dict[str, Any]:
        cookie = "; ".join(f"{name}={value}" for name, value in self._person.visitor.cookies.items())
        headers = {"additional_headers": {"Cookie": cookie}, "origin": self._url}
        return {**headers, "ping_interval": None, "compression": None, "open_timeout": PATIENCE}

    async def _listen(self, socket: ClientConnection) -> None:
        asking = asyncio.create_task(self._keep_asking(socket))
        try:
            async for text in socket:
                said = json.loads(text)
                if "mailbox" in said:
                    self.told += 1
                    self._wake(said)
        finally:
            asking.cancel()

    def _wake(self, said: dict[str, int]) -> None:
        known = self._counts.get(said["mailbox"], (-1, -1))
        now = self._counts[said["mailbox"]] = (said["unread"], said["total"])
        is_shown = said["mailbox"] == self._person.inbox
        self._news = said["state"] if is_shown and (self._due is None or self._news is not None) else None
        if self._in_view:
            self._within(TOGETHER if is_shown else ELSEWHERE)
        else:
            self._within(ELSEWHERE if now[0] > known[0] or now[1] > known[1] else UNSEEN)

    def _within(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        if self._due is None or loop.time() + seconds < self._due.when():
            if self._due:
                self._due.cancel()
            self._due = loop.call_later(seconds, self._ask_now)

    def _ask_now(self) -> None:
        self._due = None
        if not self._is_known():
            self.ask()

    def _is_known(self) -> bool:
        """Whether the page shows by now what it was told of."""
        return self._news is not None and self._news <= int(self._since[0] or 0)

    async def _keep_asking(self, socket: ClientConnection) -> None:
        """Whether it is alive; an answer is a message like any other."""
        with contextlib.suppress(WebSocketException):
            while True:
                await asyncio.sleep(ASKED_EVERY)
                await socket.send('"alive?"')

    def _by_the_clock(self) -> None:
        self.ask()
        asyncio.get_running_loop().call_later(BY_THE_CLOCK, self._by_the_clock)

    def ask(self) -> None:
        """What changed: on a thread, one at a time; what comes meanwhile is asked for afterwards, once."""
        self._again = self._running
        if not self._running:
            self._running = True
            asyncio.get_running_loop().run_in_executor(self._threads, self._refresh).add_done_callback(self._asked)

    def _asked(self, _done: object) -> None:
        self._running = False
        if self._again and not self._is_known():
            self.ask()

    def _refresh(self) -> None:
        began, mailbox = time.monotonic(), self._person.inbox
        state, mark = self._since
        path = f"/mailbox/{mailbox}/changes?since={state}&mark={mark}" if state else f"/mailbox/{mailbox}/"
        try:
            answer = self._visitor.get(path)
            said = record.wrong(answer, (200, 204))
            if said == "" and answer.status == 200 and ANEW in answer.text:
                answer = self._visitor.get(f"/mailbox/{mailbox}/", LIST)
            if found := STATE.search(answer.text):
                self._since = (found[1], found[2])
        except (OSError, http.client.HTTPException) as error:
            self._visitor.close()
            said = record.fault(error)
        self._notes.note("what changed" if state else "whole page", began, said)


class Tabs:
    """All of them, on a loop of their own."""

    def __init__(self, people: Sequence[Person], count: int, url: str, notes: Record) -> None:
        self._tabs = [Tab(people[one % len(people)], url, notes, one < len(people)) for one in range(count)]
        self._threads = ThreadPoolExecutor(32)
        self._loop = asyncio.new_event_loop()
        self._tasks: list[asyncio.Task[None]] = []
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    @property
    def open(self) -> int:
        return sum(tab.is_open for tab in self._tabs)

    @property
    def told(self) -> int:
        """How many changes of mailboxes the sockets have told."""
        return sum(tab.told for tab in self._tabs)

    def start(self) -> None:
        """A hundred a second, as people come."""
        for tab in self._tabs:
            asyncio.run_coroutine_threadsafe(self._begin(tab.live(self._threads)), self._loop).result(10)
            time.sleep(0.01)

    async def _begin(self, life: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.create_task(life))

    def end(self) -> None:
        async def cancel() -> None:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(cancel(), self._loop).result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._threads.shutdown(cancel_futures=True)
