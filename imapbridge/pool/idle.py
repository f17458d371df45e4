"""What becomes of connections that nobody uses: kept awake for a while, then said goodbye to."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable

from imapbridge.errors import WireError
from imapbridge.pool.warm import AccountConnections, Warm
from imapbridge.wire.drivers import AsyncConnection

logger = logging.getLogger(__name__)

ANSWER = 5.0
"""Seconds a server has to answer NOOP."""
GOODBYE = 2.0
"""Seconds a server has to answer LOGOUT."""


async def keep_awake(account: AccountConnections, warm: Warm) -> None:
    """A NOOP over a free connection; one that is dead by now is dropped."""
    if not account.is_idle or warm not in account.free:
        return  # somebody was quicker, and has woken it
    await account.enter()
    account.free.remove(warm)
    try:
        await warm.connection.run(warm.connection.session.noop(), timeout=ANSWER)
        warm.heard_at = time.monotonic()
    except WireError as error:
        logger.debug("account=%d an idle connection is gone: %s", account.account_id, type(error).__name__)
    finally:
        account.put(warm)
        account.leave()


async def say_goodbye(connections: Iterable[AsyncConnection]) -> None:
    """LOGOUT, so that the server need not guess; then close, whatever it answers."""
    await asyncio.gather(*map(_log_out, connections))


async def _log_out(connection: AsyncConnection) -> None:
    try:
        if connection.is_open:
            await connection.run(connection.session.logout(), timeout=GOODBYE)
    except WireError as error:
        logger.debug("no goodbye: %s", type(error).__name__)
    finally:
        connection.close()
