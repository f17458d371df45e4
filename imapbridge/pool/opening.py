"""Signing in for the pool: one log-in of an account at a time, and a secret that was refused is tried once.

Knows who may have a connection by `warm` and `credentials`; lends nothing and keeps nothing but what `parked` keeps.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from imapbridge.errors import ServerTimedOut, SignInRefused
from imapbridge.pool import credentials
from imapbridge.pool.connector import Connector
from imapbridge.pool.credentials import Login, in_thread
from imapbridge.pool.parked import Parked
from imapbridge.pool.warm import AccountConnections, Warm
from imapbridge.wire.drivers import AsyncConnection


class Opener:
    """`dismiss` says goodbye to connections that nobody may use any more."""

    def __init__(self, parked: Parked, dismiss: Callable[[list[Warm]], None]) -> None:
        self._parked = parked
        self._dismiss = dismiss
        self._connector = Connector()

    async def verify(self, login: Login, *, seconds: float) -> AsyncConnection | None:
        """Sign in on a fresh connection and park it. Returns the one of an earlier verification, to be dropped."""
        try:
            async with asyncio.timeout(seconds):
                connection = await self._connector.connect(login)
        except TimeoutError as error:
            raise ServerTimedOut(server=login.server.host) from error
        return self._parked.put(login, connection)

    async def open(self, account: AccountConnections, mailbox: bytes | None) -> Warm:
        """A connection for an account that has none free; maybe one that was given back meanwhile."""
        async with account.opening:
            return account.take(mailbox) or await self._open_another(account)

    async def _open_another(self, account: AccountConnections) -> Warm:
        version, login = await in_thread(credentials.open_login, account.account_id)
        account.host = login.server.host
        self._dismiss(account.admit(version))
        connection = parked = self._parked.take(login)
        if connection is None:
            try:
                connection = await self._connector.connect_account(account.account_id, login)
            except SignInRefused:
                # First in memory: another caller must not try again while the row is written.
                account.refused = version
                self._dismiss(account.forget())
                await in_thread(credentials.mark_refused, account.account_id, version)
                raise
        await account.allow(connection.session.profile.interactive)
        now = time.monotonic()
        return Warm(connection, (account.account_id, version), login.server.host, now, now, was_kept=parked is not None)
