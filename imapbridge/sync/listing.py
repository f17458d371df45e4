"""Makes the rows of a mailbox's conversation list anew for the conversations that a write touched."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any

from imapbridge.models import Entry, Mailbox, MailboxThread, Message
from imapbridge.sync.rows import delete_in, insert, select_in
from imapbridge.terms.special_use import SpecialUse

MAX_SENDERS = 12
WRITTEN_HERE = {SpecialUse.SENT, SpecialUse.DRAFTS}
_ENTRY = ("thread", "sort_at", "message", "seen", "flagged", "keywords")
_MESSAGE = ("id", "has_attachment", "sender_name", "sender_address")
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
    outgoing = mailbox.special_use in WRITTEN_HERE
    groups = groupby(_entries(mailbox.pk, threads, outgoing), itemgetter(0))
    fresh = [_row(mailbox, thread, list(group), outgoing, state) for thread, group in groups]
    kept = [row[2] for row in fresh]
    delete_in(MailboxThread, "thread", kept, mailbox=mailbox.pk)
    insert(MailboxThread, _COLUMNS, fresh)
    if gone := set(threads).difference(kept):
        MailboxThread.objects.filter(mailbox=mailbox.pk, thread__in=gone).update(
            count=0, unread=0, flagged=0, state=state
        )


def _entries(mailbox_id: int, threads: list[int], outgoing: bool) -> list[tuple[Any, ...]]:
    """The live entries of each conversation, oldest first: the values of `_ENTRY`, then of `_MESSAGE`, flat."""
    entries = sorted(select_in(Entry, _ENTRY, "thread", threads, mailbox=mailbox_id, expunged=False), key=_ORDER)
    shown = (*_MESSAGE, "recipients") if outgoing else _MESSAGE
    messages = {row[0]: row for row in select_in(Message, shown, "id", {entry[2] for entry in entries})}
    return [entry + messages[entry[2]] for entry in entries]


_ORDER = itemgetter(0, 1, 2)


def _row(mailbox: Mailbox, thread: int, entries: list[tuple[Any, ...]], outgoing: bool, state: int) -> tuple[Any, ...]:
    """The values in the order of `_COLUMNS`."""
    _, sort_at, latest, *_ = entries[-1]
    unread = sum(not entry[3] for entry in entries)
    flagged = sum(bool(entry[4]) for entry in entries)
    has_attachment = any(entry[7] for entry in entries)
    keywords = sorted({word for entry in entries if entry[5] != "[]" for word in json.loads(entry[5])})
    return (
        mailbox.account_id, mailbox.pk, thread, latest, sort_at, len(entries), unread, flagged, has_attachment,
        _senders(entries, outgoing), keywords, state,
    )  # fmt: skip


def _senders(entries: Iterable[tuple[Any, ...]], outgoing: bool) -> list[list[Any]]:
    """Each person once, oldest first; of a long conversation the first and the newest ones."""
    people: dict[str, list[Any]] = {}
    for entry in entries:
        shown = json.loads(entry[10]).get("to", [])[:4] if outgoing else [entry[8:10]]
        for name, address in shown:
            person = people.setdefault(address.lower() or name, [name, address, False])
            person[2] = person[2] or not entry[3]
    everybody = list(people.values())
    return everybody if len(everybody) <= MAX_SENDERS else [everybody[0], *everybody[1 - MAX_SENDERS :]]
