"""The watch: one connection for each account that somebody looks at, to hear of changes as the server tells of them.

Who looks is read from `presence`. What is heard becomes a sync, and nothing else: no mail is read here. A password that
was refused is not tried again. Thousands of these are open at once, nearly all of them silent. Of several bridges each
watches its share. With a tight provider the connection is the pool's only one: it is given back when people need it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from imapbridge import presence, tasks
from imapbridge.bridge.keeping import Keeper
from imapbridge.bridge.pace import Pace
from imapbridge.bridge.share import Share
from imapbridge.bridge.watched import LOOKING, OVERLAP, Watched
from imapbridge.pool import Pool

logger = logging.getLogger(__name__)

FOLLOW = 2.0
"""Seconds between two looks at who is present."""
GRACE = 300.0
"""Seconds that an account is watched after its last tab has gone."""
DEBOUNCE = 0.15
"""Seconds between two syncs that are asked for; the first is asked for at once."""


class Watch:
    """Use it on one event loop. `start` begins to follow who is present."""

    def __init__(self, logins_per_second: float, share: Share | None = None, pool: Pool | None = None) -> None:
        self._share = share or Share()
        self._since = 0.0
        """From where on presence is to be read: it was read up to a little later."""
        self._is_shared_anew = asyncio.Event()
        self._accounts: dict[int, Watched] = {}
        self._pace = Pace(logins_per_second)
        self._keeper = Keeper(self._pace, pool or Pool(), self._signal)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._unasked: set[int] = set()
        """Accounts whose sync could not be asked for, since Redis was away."""
        self._trusted_from = 0.0
        """Presence was unreadable until a while ago: before this moment nobody is taken for gone."""

    def start(self) -> None:
        self._spawn(self._follow())

    async def close(self) -> None:
        """For the end of the process."""
        running = [*self._tasks, *(account.task for account in self._accounts.values() if account.task)]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def forget(self, account_id: int) -> None:
        """Drop the account's connection; it is watched again when it may still sign in and somebody looks."""
        if account := self._accounts.pop(account_id, None):
            self._leave(account)

    def share_anew(self) -> None:
        """Accounts may have come to this bridge, or gone to another."""
        for account_id in [one for one in self._accounts if not self._share.may_keep(one)]:
            self.forget(account_id)
        self._since = 0.0
        self._is_shared_anew.set()

    @property
    def heard(self) -> int:
        """How many accounts are listened to at this moment."""
        return sum(account.is_heard for account in self._accounts.values())

    def heard_hosts(self) -> list[str]:
        """The mail server of each of them. Also for other threads than the loop's."""
        return [account.host or "" for account in list(self._accounts.values()) if account.is_heard]

    # --- Who is present -----------------------------------------------------------------------------------------------

    async def _follow(self) -> None:
        while True:
            began, since = time.time(), max(self._since, time.time() - GRACE)
            self._since = began - OVERLAP
            self._is_shared_anew.clear()
            try:
                present = await asyncio.to_thread(presence.since, since)
            except RedisError as fault:
                logger.warning("presence unknown: %s", type(fault).__name__)
                self._trusted_from, self._since = time.time() + LOOKING, min(self._since, since)
            else:
                self.follow(present)
                self._ask_again()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._is_shared_anew.wait(), FOLLOW)

    def follow(self, present: dict[int, float]) -> None:
        """Take note of who was seen when; begin and end accordingly."""
        for account_id, at in present.items():
            if account_id in self._accounts or self._share.may_begin(account_id):
                self._see(account_id, at)
        if time.time() < self._trusted_from:
            return
        gone = [account for account in self._accounts.values() if account.seen_at < time.time() - GRACE]
        for account in gone:
            del self._accounts[account.account_id]
            self._leave(account)

    def _see(self, account_id: int, at: float) -> None:
        account = self._accounts.get(account_id)
        if account is None:
            account = self._accounts[account_id] = Watched(account_id, at)
        elif at <= account.seen_at:
            return
        account.seen_at = at
        if account.task is None or account.task.done():
            account.task = asyncio.get_running_loop().create_task(self._keeper.keep(account))
            account.task.add_done_callback(_tell)

    def _leave(self, account: Watched) -> None:
        if account.task:
            account.task.cancel()
        if account.settling:
            account.settling.cancel()

    # --- What is heard ------------------------------------------------------------------------------------------------

    def _signal(self, account: Watched) -> None:
        """Ask for a sync now; what is heard in the next moment becomes one more, after it."""
        if account.settling:
            account.is_asked_again = True
            return
        self._spawn(self._request_sync(account.account_id))
        account.settling = asyncio.get_running_loop().call_later(DEBOUNCE, self._settle, account)

    def _settle(self, account: Watched) -> None:
        account.settling = None
        if account.is_asked_again:
            account.is_asked_again = False
            self._signal(account)

    async def _request_sync(self, account_id: int) -> None:
        try:
            await asyncio.to_thread(tasks.request_sync, account_id)
        except (OperationalError, RedisError) as fault:
            logger.warning("account=%d sync not asked for: %s", account_id, type(fault).__name__)
            self._unasked.add(account_id)

    def _ask_again(self) -> None:
        """Redis has just answered."""
        unasked, self._unasked = self._unasked, set()
        for account in map(self._accounts.get, unasked):
            if account:
                self._signal(account)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(_tell)


def _tell(task: asyncio.Task[Any]) -> None:
    """Nobody awaits these tasks: here is where a fault of ours is told."""
    if not task.cancelled() and (fault := task.exception()):
        logger.error("the watch has a fault", exc_info=fault)
