"""The messages of conversations that people chose in a mailbox's list."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from django.db import connection

from imapbridge.models import Entry, Message

CHUNK = 500


class Held(NamedTuple):
    """One message of a chosen conversation in the mailbox."""

    thread: int
    message: int
    seen: bool
    flagged: bool
    subject: str


_HELD = f"""
SELECT e.thread, e.message_id, e.seen, e.flagged, m.subject
  FROM {Entry._meta.db_table} e JOIN {Message._meta.db_table} m ON m.id = e.message_id
 WHERE e.mailbox_id = %s AND NOT e.expunged AND e.thread IN ({{threads}})
 ORDER BY e.thread, e.sort_at, e.message_id
"""  # noqa: S608 - the tables' names are ours


def selection(mailbox_id: int, threads: Collection[int]) -> list[Held]:
    """What these conversations have in the mailbox, those of one together and its oldest first. A query for 500."""
    ordered, found = sorted(set(threads)), list[Held]()
    for start in range(0, len(ordered), CHUNK):
        some = ordered[start : start + CHUNK]
        with connection.cursor() as cursor:
            cursor.execute(_HELD.format(threads=", ".join(["%s"] * len(some))), [mailbox_id, *some])
            found += map(Held._make, cursor.fetchall())
    return found
