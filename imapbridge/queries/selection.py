"""The messages of what people chose in a mailbox's list: of conversations, or by themselves."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from django.db import connection

from imapbridge.models import Entry, Message
from imapbridge.queries.shapes import FIRST_MESSAGE, is_message

CHUNK = 500


class Held(NamedTuple):
    """One message of a chosen row in the mailbox."""

    thread: int
    """What its row is known by: its conversation, or where messages stand by themselves the message."""
    message: int
    seen: bool
    flagged: bool
    subject: str


_HELD = f"""
SELECT e.thread, e.message_id, e.seen, e.flagged, m.subject
  FROM {Entry._meta.db_table} e JOIN {Message._meta.db_table} m ON m.id = e.message_id
 WHERE e.mailbox_id = %s AND NOT e.expunged AND e.{{column}} IN ({{keys}})
 ORDER BY e.thread, e.sort_at, e.message_id
"""  # noqa: S608 - the tables' names are ours


def selection(mailbox_id: int, keys: Collection[int]) -> list[Held]:
    """What the rows with these keys have in the mailbox, those of one together and its oldest first. One query for
    500."""
    threads = sorted(key for key in set(keys) if not is_message(key))
    messages = sorted(key - FIRST_MESSAGE for key in set(keys) if is_message(key))
    alone = _held(mailbox_id, "message_id", messages)
    return _held(mailbox_id, "thread", threads) + [one._replace(thread=FIRST_MESSAGE + one.message) for one in alone]


def _held(mailbox_id: int, column: str, ordered: list[int]) -> list[Held]:
    found = list[Held]()
    for start in range(0, len(ordered), CHUNK):
        some = ordered[start : start + CHUNK]
        with connection.cursor() as cursor:
            statement = _HELD.format(column=column, keys=", ".join(["%s"] * len(some)))
            cursor.execute(statement, [mailbox_id, *some])
            found += map(Held._make, cursor.fetchall())
    return found
