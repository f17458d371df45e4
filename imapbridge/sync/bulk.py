"""An account's one bulk connection: under a lock, so that no two workers open one, and given up when somebody waits.

Losing Redis ends the turn: without the lock nobody may go on.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from django.core.cache import cache
from redis.exceptions import LockError, RedisError
from redis.lock import Lock

from imapbridge import redis_link
from imapbridge.errors import CommandFailed, SignInRefused, TryAgain
from imapbridge.pool import credentials
from imapbridge.pool.credentials import Login
from imapbridge.pool.translation import translate
from imapbridge.sync import holder
from imapbridge.wire.drivers import BlockingConnection

HOLD = 90
"""Seconds until the lock of a killed worker is free again, unless it ran on this machine; longer than any one command
may take."""
WAIT = 30
"""Seconds to wait for the lock."""
LOOK = 1.0
"""Seconds between two looks at whether the holder still lives."""
CONNECT_TIMEOUT = 20.0


class Occupied(TryAgain):
    """Another worker is at this account and did not give way in time, or nobody can tell whose turn it is."""

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
        except RedisError as lost:
            raise Occupied from lost

    def is_wanted(self) -> bool:
        """Whether another worker waits for the turn."""
        try:
            return bool(cache.get(self.want))
        except RedisError as lost:
            raise Occupied from lost


@contextmanager
def bulk(account_id: int) -> Iterator[Bulk]:
    """Wait for the account's turn and connect. Raises MailError or WireError."""
    want = f"bulk-wanted:{account_id}"
    lock = redis_link.client().lock(f"whimbrel:bulk:{account_id}", timeout=HOLD)
    try:
        _acquire(lock, want)
    except RedisError as lost:
        raise Occupied from lost
    try:
        connection = connect(account_id)
        try:
            yield Bulk(connection, lock, want)
        except RedisError as lost:  # whoever asked it for whatever: without it nobody knows whose turn it is
            raise Occupied from lost
        finally:
            connection.close()
    finally:
        with suppress(RedisError):  # It ran out, and may be somebody else's by now; or Redis is gone, and it too.
            lock.release()


def _acquire(lock: Lock, want: str) -> None:
    """Take the lock, from a dead process if need be; ask a living one to give way. Raises Occupied, or RedisError."""
    token, deadline = holder.token(), time.monotonic() + WAIT
    while not lock.acquire(blocking=False, token=token):
        if _bury(lock):
            continue
        cache.set(want, 1, WAIT)
        if lock.acquire(blocking_timeout=LOOK, token=token):
            break
        if time.monotonic() > deadline:
            raise Occupied
    cache.delete(want)


def _bury(lock: Lock) -> bool:
    """Free the lock when the process that holds it is no more; whether it was so."""
    held = lock.redis.get(lock.name)
    token = held.decode("ascii", "replace") if isinstance(held, bytes) else ""
    if not holder.is_dead(token):
        return False
    with suppress(LockError):  # Somebody else was quicker.
        lock.do_release(token)
    return True


def connect(account_id: int) -> BlockingConnection:
    """A fresh connection, signed in. Nothing is tried with a password that was refused: servers lock accounts."""
    version, login = credentials.open_login(account_id)
    try:
        return _connect(login)
    except CommandFailed as refused:
        if not (login.is_token and isinstance(translate(refused), SignInRefused)):
            raise
    try:
        return _connect(credentials.renewed(account_id, login))
    except CommandFailed as refused:
        if isinstance(translate(refused), SignInRefused):  # and not busy, or out of order
            credentials.mark_refused(account_id, version)
        raise


def _connect(login: Login) -> BlockingConnection:
    connection = BlockingConnection.connect(login.server, timeout=CONNECT_TIMEOUT)
    try:
        connection.run(login.sign_in(connection.session), timeout=CONNECT_TIMEOUT)
        connection.run(connection.session.prepare(), timeout=CONNECT_TIMEOUT)
        connection.compress(timeout=CONNECT_TIMEOUT)
    except BaseException:
        connection.close()
        raise
    return connection
