"""Makes the rows of a mailbox's conversation list anew for the conversations that a write touched."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import groupby
from typing import Any

from imapbridge.models import Entry, Mailbox, MailboxThread
from imapbridge.terms.special_use import SpecialUse

MAX_SENDERS = 12
_WRITTEN_HERE = {SpecialUse.SENT, SpecialUse.DRAFTS}
_ENTRY = (
    "thread", "message_id", "sort_at", "seen", "flagged", "keywords", "message__has_attachment", "message__sender_name",
    "message__sender_address", "message__recipients",
)  # fmt: skip
_UPDATED = ("latest", "sort_at", "count", "unread", "flagged", "has_attachment", "senders", "keywords", "state")
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
    MailboxThread.objects.bulk_create(
        fresh, update_conflicts=True, unique_fields=["mailbox", "thread"], update_fields=_UPDATED
    )
    gone = set(threads) - {row.thread for row in fresh}
    if gone:
        MailboxThread.objects.filter(mailbox=mailbox.pk, thread__in=gone).update(
            count=0, unread=0, flagged=0, state=state
        )


def _row(mailbox: Mailbox, thread: int, entries: list[tuple[Any, ...]], outgoing: bool, state: int) -> MailboxThread:
    latest = entries[-1]
    return MailboxThread(
        account_id=mailbox.account_id,
        mailbox_id=mailbox.pk,
        thread=thread,
        latest_id=latest[1],
        sort_at=latest[2],
        count=len(entries),
        unread=sum(not entry[3] for entry in entries),
        flagged=sum(entry[4] for entry in entries),
        has_attachment=any(entry[6] for entry in entries),
        senders=_senders(entries, outgoing),
        keywords=sorted({word for entry in entries for word in entry[5]}),
        state=state,
    )


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
