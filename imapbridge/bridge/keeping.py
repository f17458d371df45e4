"""Keeping one account listened to: connecting, and coming back after whatever ended it.

Whether anybody wants it is `watch`'s business, and what the server tells is heard by `listening`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from functools import partial

from django.db import Error as DatabaseAway

from imapbridge import backoff
from imapbridge.bridge.listening import Listener
from imapbridge.bridge.pace import Doors, Pace, Pauses
from imapbridge.bridge.watched import Watched
from imapbridge.errors import MailError, SignInRefused, WireError
from imapbridge.pool import Pool, credentials, translate
from imapbridge.pool.connector import Connector
from imapbridge.pool.credentials import in_thread
from imapbridge.wire import quirks
from imapbridge.wire.drivers import AsyncConnection

logger = logging.getLogger(__name__)

AGAIN = 5.0
"""Seconds that people have the only connection for themselves after one of them needed it."""


class Keeper:
    """`signal` is called with an account whenever something of it has changed."""

    def __init__(self, pace: Pace, pool: Pool, signal: Callable[[Watched], None]) -> None:
        self._pace = pace
        self._doors = Doors(pace)
        self._pool = pool
        self._signal = signal
        # DEFLATE keeps some 300 KB for each connection, which idles.
        self._connector = Connector(compress=False)

    # Each call that waits costs every account some hundred octets for as long as it is listened to: hence so few.

    async def keep(self, account: Watched) -> None:
        """Listen, and come back after whatever ended it; until the password is refused."""
        pauses = Pauses()
        while True:
            began, asked = time.monotonic(), 0.0
            try:
                await self._listen(account)
            except SignInRefused:
                logger.info("account=%d not watched: its password is refused", account.account_id)
                return
            except DatabaseAway as fault:
                logger.warning("account=%d watched again soon: %s", account.account_id, type(fault).__name__)
            except (MailError, WireError) as error:
                told = translate(error, account.host or "") if isinstance(error, WireError) else error
                logger.info("account=%d watched again soon: %s", account.account_id, told.code)
                asked = await in_thread(backoff.heed, account.account_id, told)
            await asyncio.sleep(max(asked, pauses.after(time.monotonic() - began)))

    async def _listen(self, account: Watched) -> None:
        await self._pace.turn()
        if account.host is None:
            account.host = await in_thread(credentials.host_of, account.account_id)
            account.is_tight = not quirks.choose(account.host).interactive
        while account.is_tight:
            await self._listen_between(account)
            await asyncio.sleep(AGAIN)
        connection = await self._doors.through(account.host, partial(self._connect, account.account_id))
        account.is_tight = not connection.session.profile.interactive
        try:
            if not account.is_tight:
                await Listener(connection, account, self._signal).listen()
        finally:
            connection.close()

    async def _listen_between(self, account: Watched) -> None:
        """Over the pool's connection, until a person needs it."""
        listeners: list[Listener] = []
        is_wanted = asyncio.Event()

        def give_way() -> None:
            is_wanted.set()
            for listener in listeners:
                listener.leave()

        async with self._pool.hold(account.account_id, give_way) as connection:
            if not is_wanted.is_set():
                listeners.append(Listener(connection, account, self._signal))
                await listeners[0].listen()

    async def _connect(self, account_id: int) -> AsyncConnection:
        """Apart from listening, so that no secret outlives the login."""
        version, login = await in_thread(credentials.open_login, account_id)
        try:
            return await self._connector.connect_account(account_id, login)
        except SignInRefused:
            await in_thread(credentials.mark_refused, account_id, version)
            raise
