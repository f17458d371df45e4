"""The bridges that are alive, and which of them has an account: read by web, kept by the bridges themselves.

Each says every second that it is there (`alive`), by its address. An account belongs to the highest of the digests of
(address, account), which is rendezvous hashing: a bridge that comes or goes moves its own share and no other. Without
Redis, or without a bridge that announces itself, there is one: the settings'. Blocking; the client's part costs a look
at Redis once a second.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection
from hashlib import blake2b

from django.conf import settings
from redis.exceptions import RedisError

from imapbridge import alive

logger = logging.getLogger(__name__)

KEY = "whimbrel:bridges"
LIFE = 8.0
"""Seconds without a sign after which a bridge counts as dead."""
BELIEVED = 1.0
"""Seconds for which web believes what it has read."""
PATIENCE = 5.0
"""Seconds until it reads again when Redis could not be read."""


def owner(account_id: int, addresses: Collection[str]) -> str:
    """Which of these bridges has the account; empty when there is none."""
    if len(addresses) < 2:
        return next(iter(addresses), "")
    return max(addresses, key=lambda address: blake2b(f"{address} {account_id}".encode(), digest_size=8).digest())


def announce(address: str) -> frozenset[str]:
    """Say that this bridge is there; all that are, it included. Raises RedisError."""
    return alive.announce(KEY, address, LIFE)


def live() -> frozenset[str]:
    """The addresses of the bridges that are there. Raises RedisError."""
    return alive.live(KEY, LIFE)


def leave(address: str) -> None:
    """For a bridge's orderly end: the others need not wait. Raises RedisError."""
    alive.leave(KEY, address)


def address_of(account_id: int) -> str:
    """The address to ask for an account."""
    return owner(account_id, _known.addresses()) or settings.ENV.bridge_address


def look_again() -> None:
    """Believe nothing that was read before: a bridge does not answer, or said that it has the account no more."""
    _known.forget()


class _Known:
    """What this process last read. One thread reads at a time. The others go on with what was known; where nothing was,
    or it is doubted, they wait for what is being read."""

    def __init__(self) -> None:
        self._addresses: frozenset[str] | None = None
        self._until = 0.0
        self._asked = self._doubted = 0.0
        """When the last reading began that has ended, and when somebody last would not believe what was read before."""
        self._answered = True
        self._reading = threading.Lock()

    def addresses(self) -> frozenset[str]:
        if self._is_due() and self._reading.acquire(blocking=self._addresses is None or self._is_doubted()):
            try:
                if self._is_due():  # else somebody has read while this thread waited
                    self._read()
            finally:
                self._reading.release()
        return self._addresses or frozenset()

    def forget(self) -> None:
        self._doubted = time.monotonic()

    def _is_due(self) -> bool:
        """Doubt hurries nothing while Redis is silent: each would wait for it."""
        return time.monotonic() >= self._until or (self._answered and self._is_doubted())

    def _is_doubted(self) -> bool:
        return self._doubted >= self._asked

    def _read(self) -> None:
        began = time.monotonic()
        try:
            self._addresses, self._answered, believed = live(), True, BELIEVED
        except RedisError as fault:
            logger.warning("bridges unknown: %s", type(fault).__name__)
            self._answered, believed = False, PATIENCE
        self._until = time.monotonic() + believed
        self._asked = began


_known = _Known()
