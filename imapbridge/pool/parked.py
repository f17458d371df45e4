"""Connections that a sign-in was verified with, kept for a moment: the account's first lease takes them over.

A connection is found again only by the very same server, user name and password, so nobody gets what another signed in.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import time

from imapbridge.pool.credentials import Login
from imapbridge.wire.drivers import AsyncConnection

PARKED = 30.0
"""Seconds from the verification to the first use."""


class Parked:
    """Digest of a login -> its connection. The digest's key lives and dies with this process."""

    def __init__(self) -> None:
        self._key = os.urandom(32)
        self._connections: dict[bytes, tuple[float, AsyncConnection]] = {}

    def put(self, login: Login, connection: AsyncConnection) -> AsyncConnection | None:
        """Keep a connection. Returns the one of an earlier verification, which is not needed any more."""
        digest = self._digest(login)
        earlier = self._connections.pop(digest, None)
        self._connections[digest] = (time.monotonic(), connection)
        return earlier[1] if earlier else None

    def take(self, login: Login) -> AsyncConnection | None:
        """The connection that was verified with this login, if it is still alive."""
        _at, connection = self._connections.pop(self._digest(login), (0.0, None))
        return None if connection is None or not connection.is_open else connection

    def expired(self, after: float = PARKED) -> list[AsyncConnection]:
        """Take out those that waited longer than this."""
        limit = time.monotonic() - after
        late = [digest for digest, (at, _) in self._connections.items() if at <= limit]
        return [self._connections.pop(digest)[1] for digest in late]

    def _digest(self, login: Login) -> bytes:
        server = login.server
        kind = "token" if login.is_token else "password"
        words = (server.host, str(server.port), server.security, login.username, kind, login.secret.reveal())
        return hmac.digest(self._key, "\0".join(words).encode(), hashlib.sha256)
