"""Makes the rows of a mailbox's conversation list anew for the conversations that a write touched."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from itertools import groupby
from typing import Any

from django.db import connection

from imapbridge.models import Entry, Mailbox, MailboxThread, Message
from imapbridge.sync.rows import insert
from imapbridge.terms.special_use import SpecialUse

MAX_SENDERS = 12
_WRITTEN_HERE = {SpecialUse.SENT, SpecialUse.DRAFTS}
# Written out: a page's worth of new mail passes here for every window of a first sync.
_ENTRIES = f"""
SELECT e.thread, e.message_id, e.sort_at, e.seen, e.flagged, e.keywords, m.has_attachment, m.sender_name,
       m.sender_address, %s
FROM {Entry._meta.db_table} e JOIN {Message._meta.db_table} m ON m.id = e.message_id
WHERE e.mailbox_id = %%s AND NOT e.expunged AND e.thread IN (%s)
ORDER BY e.thread, e.sort_at, e.message_id
"""  # noqa: S608 - the tables' names are ours
_COLUMNS = (
    "account", "mailbox", "thread", "latest", "sort_at", "count", "unread", "flagged", "has_attachment", "senders",
    "keywords", "state",
)  # fmt: skip
CHUNK = 500


def refresh(mailbox: Mailbox, threads: Collection[int], state: int) -> None:
    """Write the rows of these conversations as the entries stand now. In the caller's transaction."""
    ordered = sorted(threads)
    for start in range(0, len(ordered), CHUNK):
        _refresh(mailbox, ordered[start : start + CHUNK], state)


def _refresh(mailbox: Mailbox, threads: list[int], state: int) -> None:
    outgoing = mailbox.special_use in _WRITTEN_HERE
    groups = groupby(_entries(mailbox.pk, threads, outgoing), lambda row: row[0])
    fresh = [_row(mailbox, thread, list(group), outgoing, state) for thread, group in groups]
    insert(MailboxThread, _COLUMNS, fresh, replace_on=("mailbox", "thread"))
    gone = set(threads) - {row[2] for row in fresh}
    if gone:
        MailboxThread.objects.filter(mailbox=mailbox.pk, thread__in=gone).update(
            count=0, unread=0, flagged=0, state=state
        )


def _entries(mailbox_id: int, threads: list[int], outgoing: bool) -> list[tuple[Any, ...]]:
    statement = _ENTRIES % ("m.recipients" if outgoing else "NULL", ", ".join(["%s"] * len(threads)))
    with connection.cursor() as cursor:
        cursor.execute(statement, [mailbox_id, *threads])
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _row(mailbox: Mailbox, thread: int, entries: list[tuple[Any, ...]], outgoing: bool, state: int) -> tuple[Any, ...]:
    """The values in the order of `_COLUMNS`."""
    latest = entries[-1]
    unread = sum(not entry[3] for entry in entries)
    flagged = sum(bool(entry[4]) for entry in entries)
    has_attachment = any(entry[6] for entry in entries)
    keywords = sorted({word for entry in entries if entry[5] != "[]" for word in json.loads(entry[5])})
    return (
        mailbox.account_id, mailbox.pk, thread, latest[1], latest[2], len(entries), unread, flagged, has_attachment,
        _senders(entries, outgoing), keywords, state,
    )  # fmt: skip


def _senders(entries: Iterable[tuple[Any, ...]], outgoing: bool) -> list[list[Any]]:
    """Each person once, oldest first; of a long conversation the first and the newest ones."""
    people: dict[str, list[Any]] = {}
    for entry in entries:
        shown = json.loads(entry[9]).get("to", [])[:4] if outgoing else [(entry[7], entry[8])]
        for name, address in shown:
            person = people.setdefault(address.lower() or name, [name, address, False])
            person[2] = person[2] or not entry[3]
    everybody = list(people.values())
    return everybody if len(everybody) <= MAX_SENDERS else [everybody[0], *everybody[1 - MAX_SENDERS :]]
