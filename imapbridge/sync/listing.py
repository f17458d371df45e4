"""Makes the rows of a mailbox's conversation list anew for the conversations that a write touched."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import groupby
from typing import Any

from imapbridge.models import Entry, Mailbox, MailboxThread
from imapbridge.sync.rows import insert
from imapbridge.terms.special_use import SpecialUse

MAX_SENDERS = 12
_WRITTEN_HERE = {SpecialUse.SENT, SpecialUse.DRAFTS}
_ENTRY = (
    "thread", "message_id", "sort_at", "seen", "flagged", "keywords", "message__has_attachment", "message__sender_name",
    "message__sender_address", "message__recipients",
)  # fmt: skip
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
    entries = Entry.objects.filter(mailbox=mailbox.pk, thread__in=threads, expunged=False)
    rows = entries.order_by("thread", "sort_at", "message_id").values_list(*_ENTRY).iterator(2000)
    fresh = [_row(mailbox, thread, list(group), outgoing, state) for thread, group in groupby(rows, lambda row: row[0])]
    insert(MailboxThread, _COLUMNS, fresh, replace_on=("mailbox", "thread"))
    gone = set(threads) - {row[2] for row in fresh}
    if gone:
        MailboxThread.objects.filter(mailbox=mailbox.pk, thread__in=gone).update(
            count=0, unread=0, flagged=0, state=state
        )


def _row(mailbox: Mailbox, thread: int, entries: list[tuple[Any, ...]], outgoing: bool, state: int) -> tuple[Any, ...]:
    """The values in the order of `_COLUMNS`."""
    latest = entries[-1]
    unread = sum(not entry[3] for entry in entries)
    flagged = sum(entry[4] for entry in entries)
    has_attachment = any(entry[6] for entry in entries)
    keywords = sorted({word for entry in entries for word in entry[5]})
    return (
        mailbox.account_id, mailbox.pk, thread, latest[1], latest[2], len(entries), unread, flagged, has_attachment,
        _senders(entries, outgoing), keywords, state,
    )  # fmt: skip


def _senders(entries: Iterable[tuple[Any, ...]], outgoing: bool) -> list[list[Any]]:
    """Each person once, oldest first; of a long conversation the first and the newest ones."""
    people: dict[str, list[Any]] = {}
    for entry in entries:
        shown = entry[9].get("to", [])[:4] if outgoing else [(entry[7], entry[8])]
        for name, address in shown:
            person = people.setdefault(address.lower() or name, [name, address, False])
            person[2] = person[2] or not entry[3]
    everybody = list(people.values())
    return everybody if len(everybody) <= MAX_SENDERS else [everybody[0], *everybody[1 - MAX_SENDERS :]]
