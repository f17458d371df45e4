"""The warm connections of one account: at most two, or one where the provider is tight, in the order people came.

A permit is the right to use one connection. Whoever holds one takes a free connection, or opens one when none is
free; so there are never more connections than permits. Opens and logs in to nothing itself: see `pool`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from imapbridge.errors import ServerBusy, SignInRefused
from imapbridge.wire.drivers import AsyncConnection

logger = logging.getLogger(__name__)

BUDGET = 2
"""Interactive connections of an account."""
LOWERED = 900.0
"""Seconds with one connection less, after a server said that there are too many."""

Key = tuple[int, int]
"""Account and secret version: whose connection this is."""


@dataclass(eq=False, slots=True)
class Warm:
    """A connection that is signed in, and whose it is."""

    connection: AsyncConnection
    key: Key
    host: str
    used_at: float
    """When a person last had it (monotonic seconds)."""
    heard_at: float
    """When the server last answered on it."""
    was_kept: bool = False
    """It has been idle, and may have died meanwhile without our being told."""

    @property
    def selected(self) -> bytes | None:
        """The raw name of the selected mailbox."""
        mailbox = self.connection.session.selected
        return mailbox.raw_name if mailbox else None


class AccountConnections:
    """The connections of one account. `free` holds those that nobody uses at the moment."""

    def __init__(self, account_id: int) -> None:
        self.account_id = account_id
        self.host = ""
        """The server's name, once it is known."""
        self.free: list[Warm] = []
        self.version: int | None = None
        """The secret version last read; None: not read yet, or to be read again."""
        self.checked_at = 0.0
        self.refused: int | None = None
        """The secret version that the server refused."""
        self.busy_until = 0.0
        """The server asked us to stay away until then (monotonic seconds)."""
        self.users = 0
        """Leases, and those who wait for one."""
        self.holders = 0
        """Those who have, or wait for, a connection for long."""
        self.budget = 0
        """How many connections there may be; 0: not known yet, `allow` says it."""
        self.learning = asyncio.Lock()
        self.opening = asyncio.Lock()
        """One log-in at a time: a password that is wrong by now is tried once, not by each who comes."""
        self.give_way: Callable[[], None] | None = None
        """Set by who has a connection for long, and returns it when this is called."""
        self._permits = asyncio.Semaphore(0)  # wakes waiters first come, first served
        self._held = 0
        self._surplus = 0
        """Permits that are not given out again when they come back."""
        self._lowering: asyncio.TimerHandle | None = None

    async def allow(self, interactive: int) -> None:
        """So many connections are fit for this server (a `quirks.Profile` says it), one at least. More never follow."""
        wanted = max(1, min(BUDGET, interactive))
        if not self.budget:
            self.budget = wanted
            self._permits = asyncio.Semaphore(wanted)
        while wanted < self.budget:
            self.budget -= 1
            if self._permits.locked():
                self._surplus += 1
            else:
                await self._permits.acquire()  # at once

    def check_peace(self) -> None:
        """ServerBusy while the server has asked us to stay away."""
        if (wait := self.busy_until - time.monotonic()) > 0:
            busy = ServerBusy(server=self.host)
            busy.wait = wait
            raise busy

    async def enter(self) -> None:
        """Wait for a permit. Whoever can give way is asked to when there is none."""
        if self._permits.locked() and self.give_way:
            self.give_way()
        await self._permits.acquire()
        self._held += 1

    def leave(self) -> None:
        self._held -= 1
        if self._surplus:
            self._surplus -= 1
        else:
            self._permits.release()

    @property
    def standing(self) -> dict[str, int]:
        """How many connections are leased and idle, and how many wait for one."""
        waiting = max(0, self.users + self.holders - self._held)
        return {"leased": self._held, "idle": len(self.free), "waiting": waiting}

    @property
    def is_idle(self) -> bool:
        """True when a permit is to be had at once."""
        return not self._permits.locked()

    @property
    def is_forgettable(self) -> bool:
        """True when nothing would be lost by dropping this object."""
        kept = self.free or self.users or self.holders or self._held or self._lowering or self.refused
        return not kept and self.busy_until < time.monotonic()

    def take(self, mailbox: bytes | None) -> Warm | None:
        """A free connection: the one with this mailbox selected, else the one that was used least lately."""
        while self.free:
            warm = min(self.free, key=lambda each: (mailbox is None or each.selected != mailbox, each.used_at))
            self.free.remove(warm)
            if not warm.connection.is_open:
                continue
            if warm.key != (self.account_id, self.version):
                # Somebody else's mail would be the worst thing to show: better no answer at all.
                warm.connection.close()
                raise RuntimeError("a connection is kept under another account or an older secret")
            return warm
        return None

    def put(self, warm: Warm) -> None:
        """Back among the free ones, unless it is dead or its secret has been replaced meanwhile."""
        if warm.connection.is_open and warm.key == (self.account_id, self.version):
            warm.connection.session.take_events()  # nobody here listens; the sync has its own connection
            warm.was_kept = True
            self.free.append(warm)
        else:
            warm.connection.close()

    def admit(self, version: int) -> list[Warm]:
        """Take note of the current secret version. Returns the connections of an older one, for saying goodbye.

        SignInRefused when the server has refused this very version.
        """
        if version == self.refused:
            raise SignInRefused(server=self.host)
        stale = [warm for warm in self.free if warm.key[1] != version]
        self.free = [warm for warm in self.free if warm.key[1] == version]
        self.version = version
        self.checked_at = time.monotonic()
        return stale

    def expired(self, before: float) -> list[Warm]:
        """Take out the free ones that nobody has used since then."""
        late = [warm for warm in self.free if warm.used_at < before]
        self.free = [warm for warm in self.free if warm.used_at >= before]
        return late

    def forget(self) -> list[Warm]:
        """Drop what is known. Connections in use are closed when they come back. Returns the free ones."""
        dropped, self.free, self.version = self.free, [], None
        return dropped

    def lower_budget(self) -> bool:
        """Keep the caller's permit out of use for a while. False when that has been done already, or it is the only
        one."""
        if self._lowering or self.budget < 2:
            return False
        self._lowering = asyncio.get_running_loop().call_later(LOWERED, self._restore_budget)
        self._held -= 1
        logger.warning("account=%d too many connections, one only for %d s", self.account_id, LOWERED)
        return True

    @property
    def has_others(self) -> bool:
        """True when there is a connection, or somebody who is about to make one."""
        return bool(self.free or self._held)

    def close(self) -> list[Warm]:
        """For the end of the process: no timer stays. Returns the free connections."""
        if self._lowering:
            self._lowering.cancel()
        return self.forget()

    def _restore_budget(self) -> None:
        self._lowering = None
        self._permits.release()
