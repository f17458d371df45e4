"""What is known of an account that is watched. Thousands of these are held: nothing here that all of them share."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from imapbridge import presence

OVERLAP = 15.0
"""Seconds that a look goes back before the last one: the clocks of machines differ."""
LOOKING = presence.RENEW + OVERLAP
"""Seconds since the last sign of a tab within which somebody counts as looking."""


@dataclass(slots=True, eq=False)
class Watched:
    """One account."""

    account_id: int
    seen_at: float
    """When a tab last gave a sign (epoch seconds)."""
    task: asyncio.Task[None] | None = None
    inbox: int | None = None
    others: int | None = None
    """How INBOX, and all other mailboxes, stood when they were last looked at, as digests. None: never."""
    settling: asyncio.TimerHandle | None = None
    is_asked_again: bool = False
    is_heard: bool = False
    """A connection is open and listens."""
    host: str | None = None
    """The mail server's. None: not known yet."""
    is_tight: bool = False
    """The provider has no connection to spare for listening alone; known with the host, or by the greeting only."""

    @property
    def is_looked_at(self) -> bool:
        """A tab has just given a sign."""
        return self.seen_at > time.time() - LOOKING
