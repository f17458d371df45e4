"""How often is tried, and how long is waited: so that thousands of connections do not come back at once. Pure but for
the loop's clock and chance."""

from __future__ import annotations

import asyncio
import random

FIRST = 1.0
LONGEST = 60.0
STABLE = 300.0
"""Seconds that a connection must have lived for its earlier failures to be forgotten."""


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


class Pauses:
    """The pauses between attempts: longer with each that failed, and never the same for all."""

    def __init__(self) -> None:
        self._failures = 0

    def after(self, lived: float) -> float:
        """Seconds to wait after a connection that lived so many."""
        self._failures = 0 if lived >= STABLE else self._failures + 1
        longest = min(LONGEST, FIRST * 2.0 ** min(self._failures, 10))
        return longest * random.uniform(0.5, 1)  # noqa: S311 - no secret
