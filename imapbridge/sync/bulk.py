"""An account's one bulk connection: under a lock, so that no two workers open one, and given up when somebody waits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import redis
from django.conf import settings
from django.core.cache import cache
from redis.exceptions import LockError
from redis.lock import Lock

from imapbridge.errors import TryAgain
from imapbridge.pool import credentials
from imapbridge.wire.drivers import BlockingConnection

HOLD = 90
"""Seconds until the lock of a killed worker is free again; longer than any one command may take."""
WAIT = 30
"""Seconds to wait for the lock."""
CONNECT_TIMEOUT = 20.0


class Occupied(TryAgain):
    """Another worker is at this account and did not give way in time."""

    code = "occupied"


@dataclass(slots=True)
class Bulk:
    """The connection, and the turn it is used under."""

    connection: BlockingConnection
    lock: Lock
    want: str

    def renew(self) -> None:
        """Between windows: go on holding the lock. Raises Occupied when it was lost."""
        try:
            self.lock.extend(HOLD, replace_ttl=True)
        except LockError as lost:
            raise Occupied from lost

    def is_wanted(self) -> bool:
        return bool(cache.get(self.want))


@contextmanager
def bulk(account_id: int) -> Iterator[Bulk]:
    """Wait for the account's turn and connect. Raises MailError or WireError."""
    want = f"bulk-wanted:{account_id}"
    lock = redis.Redis.from_url(settings.REDIS_URL).lock(f"whimbrel:bulk:{account_id}", timeout=HOLD)
    if not lock.acquire(blocking=False):
        cache.set(want, 1, WAIT)
        if not lock.acquire(blocking_timeout=WAIT):
            raise Occupied
    cache.delete(want)
    try:
        connection = connect(account_id)
        try:
            yield Bulk(connection, lock, want)
        finally:
            connection.close()
    finally:
        _release(lock)


def _release(lock: Lock) -> None:
    try:
        lock.release()
    except LockError:
        return  # It ran out, and may be somebody else's by now.


def connect(account_id: int) -> BlockingConnection:
    """A fresh connection, signed in. Nothing is tried with a password that was refused: servers lock accounts."""
    _, login = credentials.open_login(account_id)
    connection = BlockingConnection.connect(login.server, timeout=CONNECT_TIMEOUT)
    try:
        connection.run(connection.session.login(login.username, login.secret.reveal()), timeout=CONNECT_TIMEOUT)
        connection.run(connection.session.prepare(), timeout=CONNECT_TIMEOUT)
        connection.compress(timeout=CONNECT_TIMEOUT)
    except BaseException:
        connection.close()
        raise
    return connection
