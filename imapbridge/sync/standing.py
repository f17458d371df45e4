"""How mailboxes stand in the index: their counts, and whether these prove anything. Reads only."""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection

from imapbridge.models import Entry, Mailbox, PendingChange
from imapbridge.sync.places import TAKES_AWAY

_BOX = Mailbox._meta.db_table
_AFOOT = f"""
    EXISTS (SELECT 1 FROM {Entry._meta.db_table} WHERE mailbox_id = box.id AND uid < 0) OR EXISTS (
        SELECT 1 FROM {PendingChange._meta.db_table}
        WHERE mailbox_id = box.id AND kind IN (%s, %s) AND confirmed_at IS NULL
    )
"""  # noqa: S608 - the tables' names are ours
_ONE = f"SELECT total, unread, {_AFOOT} FROM {_BOX} box WHERE id = %s"  # noqa: S608
_ALL = f"SELECT id FROM {_BOX} box WHERE account_id = %s AND ({_AFOOT})"  # noqa: S608


class Standing(NamedTuple):
    total: int
    unread: int
    afoot: bool
    """Counts prove nothing, for something is under way here that the server does not count as we do: places that it has
    not told the UID of, or messages that it has still to take away."""


def of(mailbox_id: int) -> Standing:
    """Mailbox.DoesNotExist when it is gone."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE, [*TAKES_AWAY, mailbox_id])
        row = cursor.fetchone()
    if row is None:
        raise Mailbox.DoesNotExist
    return Standing(row[0], row[1], bool(row[2]))


def afoot(account_id: int) -> set[int]:
    """The mailboxes of which `Standing.afoot` is true."""
    with connection.cursor() as cursor:
        cursor.execute(_ALL, [account_id, *TAKES_AWAY])
        return {key for (key,) in cursor.fetchall()}
