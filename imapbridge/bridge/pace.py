"""How often is tried, and how long is waited: so that thousands of connections do not come back at once, and come back
soon when their server does. Pure but for the loop's clock and chance."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from imapbridge.errors import MailError, ServerUnreachable

T = TypeVar("T")

FIRST = 1.0
LONGEST = 60.0
STABLE = 300.0
"""Seconds that a connection must have lived for its earlier failures to be forgotten."""
KNOCK = 1.0
"""Seconds between two attempts at a server that cannot be reached."""


class Pace:
    """Lets so many through in a second, first come first served."""

    def __init__(self, per_second: float) -> None:
        self._gap = 1 / per_second
        self._next = 0.0

    async def turn(self) -> None:
        """Wait for one's turn."""
        now = asyncio.get_running_loop().time()
        mine = max(now, self._next)
        self._next = mine + self._gap
        await asyncio.sleep(mine - now)


class Doors:
    """Of mail servers. One that cannot be reached is tried by one account at a time, and the others wait at its door:
    they would only take each other's turns, and pause the longer for it. Once it answers, all go in at the pace."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._shut: dict[str, asyncio.Lock] = {}
        """The server -> who has this knocks."""

    async def through(self, server: str, connect: Callable[[], Awaitable[T]]) -> T:
        """Connect, now that it is one's turn, or when it is again. Raises what `connect` raises."""
        while lock := self._shut.get(server):
            async with lock:
                if self._shut.get(server) is lock:
                    return await self._knock(server, connect)
            await self._pace.turn()
        try:
            return await connect()
        except ServerUnreachable:
            self._shut.setdefault(server, asyncio.Lock())
            raise

    async def _knock(self, server: str, connect: Callable[[], Awaitable[T]]) -> T:
        try:
            made = await connect()
        except ServerUnreachable:
            await asyncio.sleep(KNOCK)
            raise
        except MailError:  # it answers, if only to say no
            del self._shut[server]
            raise
        del self._shut[server]
        return made


class Pauses:
    """The pauses between attempts: longer with each that failed, and never the same for all."""

    def __init__(self) -> None:
        self._failures = 0

    def after(self, lived: float) -> float:
        """Seconds to wait after a connection that lived so many."""
        self._failures = 0 if lived >= STABLE else self._failures + 1
        longest = min(LONGEST, FIRST * 2.0 ** min(self._failures, 10))
        return longest * random.uniform(0.5, 1)  # noqa: S311 - no secret
