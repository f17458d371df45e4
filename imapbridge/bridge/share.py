"""This bridge's share of the accounts, among all bridges that are alive.

    alone                   everything is ours, with or without Redis
    another bridge comes    what is not ours any more is left at once; the other waits for that before it begins
    another bridge dies     its share is ours as soon as it counts as dead and would have left by itself
    Redis cannot be read    the watch is left before the others take us for dead; what web asks for is still served,
                            for then web goes by what it read last, too

So an account is begun only when it has been ours in every view of the last seconds. Opens no connection.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from redis.exceptions import RedisError

from imapbridge import bridges
from imapbridge.errors import Elsewhere

logger = logging.getLogger(__name__)

BEAT = 1.0
"""Seconds between two signs of life."""
HANDOVER = 3.0
"""Seconds in which a bridge has seen that an account is not its own any more, and has left it."""
SILENT = bridges.LIFE - HANDOVER
"""Seconds without a sign of ours that could be given, after which the others are about to take us for dead."""
NOBODY: frozenset[str] = frozenset()


class Views:
    """What was seen of the others, lately. Pure: the caller says what time it is (monotonic seconds)."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._now = frozenset({address})
        self._earlier: list[tuple[float, frozenset[str]]] = []
        """When each was last true, and what it was."""
        self._seen_at: float | None = None
        self.is_fresh = True
        """The others can still not take us for dead, or there are none."""

    def see(self, addresses: frozenset[str], at: float) -> None:
        """These bridges are alive."""
        if self._seen_at is None and len(addresses) > 1:
            self._earlier.append((at, NOBODY))  # they are still at what has become ours by our coming
        if not self.is_fresh:
            self._earlier.append((at, NOBODY))  # they took us for dead, and are at what was ours
        elif addresses != self._now:
            self._earlier.append((at, self._now))
        self._now, self._seen_at, self.is_fresh = addresses, at, True
        self._earlier = [one for one in self._earlier if one[0] > at - HANDOVER]

    def miss(self, at: float) -> None:
        """Nobody can say which are alive."""
        if len(self._now) > 1 and at - (self._seen_at or 0.0) > SILENT:
            self.is_fresh = False

    @property
    def standing(self) -> object:
        """Equal to what it was as long as nothing has changed that an account could depend on."""
        return self._now, self.is_fresh, tuple(self._earlier)

    @property
    def has_others(self) -> bool:
        return len(self._now) > 1

    def is_ours(self, account_id: int) -> bool:
        """Whether the account is ours by the last view."""
        return bridges.owner(account_id, self._now) == self._address

    def wait(self, account_id: int, at: float) -> float:
        """Seconds until an account that is ours may be begun."""
        others = (when for when, view in self._earlier if bridges.owner(account_id, view) != self._address)
        return max((when + HANDOVER - at for when in others), default=0.0)


class Share:
    """One for the process. `changed` is called when accounts may have come or gone. An empty address: always alone."""

    def __init__(self, address: str = "") -> None:
        self.changed: Callable[[], None] = lambda: None
        self._address = address
        self._views = Views(address)
        self._task: asyncio.Task[None] | None = None
        self._looking = asyncio.Lock()

    async def start(self) -> None:
        """With the first look: who is alone knows it before the first request."""
        if self._address:
            await self._beat()
            self._task = asyncio.get_running_loop().create_task(self._keep_beating())
            self._task.add_done_callback(_tell)

    @property
    def has_others(self) -> bool:
        """Whether there are other bridges, as far as is known."""
        return self._views.has_others

    async def close(self) -> None:
        """The others begin some seconds after their next look; until then we may go on, if a little is left to do."""
        if self._task:
            task, self._task = self._task, None
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            try:
                await asyncio.to_thread(bridges.leave, self._address)
            except RedisError as fault:
                logger.warning("the other bridges are not told of our end: %s", type(fault).__name__)

    def is_ours(self, account_id: int) -> bool:
        """Whether web may ask us for the account."""
        return self._views.is_ours(account_id)

    def may_keep(self, account_id: int) -> bool:
        """Whether what is open for the account may stay open while nobody asks for it."""
        return self._views.is_fresh and self.is_ours(account_id)

    def may_begin(self, account_id: int) -> bool:
        """Whether to begin to listen for the account."""
        return self.may_keep(account_id) and self._views.wait(account_id, time.monotonic()) <= 0

    async def admit(self, account_id: int) -> None:
        """Wait until the account may be begun; Elsewhere when it is not ours.

        Web may have seen before us that another bridge has left, and asks nobody but us: so we look before we say so.
        """
        if self._task and not self.is_ours(account_id):
            await self._see(self._others)
        while self.is_ours(account_id):
            if (left := self._views.wait(account_id, time.monotonic())) <= 0:
                return
            await asyncio.sleep(left)
        raise Elsewhere

    async def _keep_beating(self) -> None:
        while True:
            await asyncio.sleep(BEAT)
            await self._beat()

    async def _beat(self) -> None:
        await self._see(lambda: bridges.announce(self._address))

    def _others(self) -> frozenset[str]:
        """Without a sign of life: we may be about to leave."""
        return bridges.live() | {self._address}

    async def _see(self, look: Callable[[], frozenset[str]]) -> None:
        async with self._looking:  # so that no older view is taken for the newest
            before, began = self._views.standing, time.monotonic()
            try:
                alive = await asyncio.to_thread(look)
            except RedisError as fault:
                logger.warning("the other bridges are unknown: %s", type(fault).__name__)
                self._views.miss(time.monotonic())
            else:
                self._views.see(alive, began)
        if self._task and self._views.standing != before:
            self.changed()


def _tell(task: asyncio.Task[None]) -> None:
    """Nobody awaits the task: here is where a fault of ours is told."""
    if not task.cancelled() and (fault := task.exception()):
        logger.error("the share has a fault", exc_info=fault)
