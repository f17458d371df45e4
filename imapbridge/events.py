"""Raising a mailbox's state, and telling the browsers of it. Ids, states and counts only: never markup, never mail."""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import Any

from channels.layers import get_channel_layer
from django.conf import settings
from django.db import connection, transaction
from django.dispatch import Signal
from redis.exceptions import RedisError

from imapbridge import redis_link
from imapbridge.models import Mailbox

log = logging.getLogger(__name__)

mail_arrived = Signal()
"""Sent with `account_id: int` when a sync has written messages that are new on the server. Listeners only ask."""
not_filed = Signal()
"""Sent with `change: PendingChange` and `code: str` (of a MailError), in the transaction that gives an APPEND up. Who
still has its octets answers True, and tells its person."""

ACCOUNTS = "accounts.changed"
"""The type of what tells open pages that their person has one account more, or less."""

_TABLE = Mailbox._meta.db_table
_RAISE = f"""
UPDATE {_TABLE} SET state = state + 1, unread = unread + %s WHERE id = %s RETURNING state, account_id
"""  # noqa: S608 - the table's name is ours
_NOW = f"SELECT state, unread, total FROM {_TABLE} WHERE id = %s"  # noqa: S608


def group(account_id: int) -> str:
    """The channel group that all tabs of an account join."""
    return f"account.{account_id}"


def raise_state(mailbox_id: int, unread: int = 0) -> int:
    """The mailbox's next state, for the rows that the caller writes in the same transaction; told on commit.

    `unread`: how many more are unread by this change. Mailbox.DoesNotExist when the mailbox is gone.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RAISE, [unread, mailbox_id])
        row = cursor.fetchone()
    if row is None:
        raise Mailbox.DoesNotExist
    state, account_id = row
    transaction.on_commit(partial(publish, account_id, mailbox_id), robust=True)
    return int(state)


def publish(account_id: int, mailbox_id: int) -> None:
    """Tell every open page of the account how the mailbox stands now. Losing it is harmless: pages also ask."""
    with connection.cursor() as cursor:
        cursor.execute(_NOW, [mailbox_id])
        row = cursor.fetchone()
    if row is None:
        return
    counts = {"mailbox": mailbox_id, "state": row[0], "unread": row[1], "total": row[2], "at": time.time()}
    tell(group(account_id), {"type": "mailbox.changed", **counts})


def arrived(account_id: int) -> None:
    """A sync brought new messages, which are committed. A listener that fails stops no sync."""
    for _receiver, fault in mail_arrived.send_robust(sender=Mailbox, account_id=account_id):
        if isinstance(fault, Exception):
            log.warning("account=%s arrivals not told: %s", account_id, type(fault).__name__)


def tell(name: str, message: dict[str, Any]) -> None:
    """Send a message to all sockets of a group. What is lost is lost: nothing may depend on it."""
    layer = get_channel_layer()
    if layer is None:
        return
    # What `layer.group_send` does, without an event loop and a connection of its own for each call.
    try:
        redis_link.publish(f"{_prefix()}__group__{name}", layer.serialize(message))
    except RedisError as fault:
        log.warning("%s not told: %s", message["type"], type(fault).__name__)


def _prefix() -> str:
    layer: dict[str, Any] = settings.CHANNEL_LAYERS["default"]
    return str(layer["CONFIG"].get("prefix", "asgi"))
