"""From a login to a connection that is signed in and prepared. Keeps nothing."""

from __future__ import annotations

import asyncio
from collections import defaultdict

from imapbridge.errors import SignInRefused, Unsafe, WireError
from imapbridge.pool.credentials import Login, in_thread, renewed
from imapbridge.pool.translation import translate
from imapbridge.wire.drivers import AsyncConnection
from imapbridge.wire.stream import Limits

CONNECTING = 32
"""Handshakes at a time with one server; a hanging server keeps only its own people waiting. Six round trips each: with
100 ms for one, or with a server that is busy, half as many would let no more than 26 in a second in."""
TIMEOUT = 60.0
"""Seconds for each step, above any caller's deadline."""
LIMITS = Limits(line=16 * 2**20, literal=32 * 2**20, responses=100_000, octets=80 * 2**20)
"""What one answer may hold; more than any question asked here can need."""


class Connector:
    """Makes connections, not too many at once."""

    def __init__(self, *, compress: bool = True) -> None:
        self._compress = compress
        self._turns: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(CONNECTING))

    async def connect(self, login: Login) -> AsyncConnection:
        """A connection ready for its first SELECT. Raises MailErrors; SignInRefused when the server said no."""
        try:
            async with self._turns[login.server.host]:
                connection = await AsyncConnection.connect(login.server, timeout=TIMEOUT, limits=LIMITS)
                await self._sign_in(connection, login)
        except WireError as error:
            raise translate(error, login.server.host) from error
        return connection

    async def connect_account(self, account_id: int, login: Login) -> AsyncConnection:
        """As `connect`; once more with another access token, where the one that was refused may have ended."""
        try:
            return await self.connect(login)
        except SignInRefused:
            if not login.is_token:
                raise
        return await self.connect(await in_thread(renewed, account_id, login))

    async def _sign_in(self, connection: AsyncConnection, login: Login) -> None:
        session = connection.session
        try:
            await connection.run(login.sign_in(session), timeout=TIMEOUT)
            await connection.run(session.prepare(), timeout=TIMEOUT)
            if self._compress:
                await connection.compress(timeout=TIMEOUT)
        except Unsafe as error:
            # No server has such a name or password.
            connection.close()
            raise SignInRefused(server=login.server.host) from error
        except BaseException:
            connection.close()
            raise
