"""Makes the rows of a mailbox's conversation list anew for the conversations that a write touched."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db import connection

from imapbridge.models import Mailbox, MailboxThread
from imapbridge.sync import wholes
from imapbridge.sync.rows import CHUNK, insert, places_of, replace
from imapbridge.sync.wholes import ORDER, WRITTEN_HERE, Place, Uses

_COLUMNS = (
    "account", "mailbox", "thread", "latest", "sort_at", "count", "unread", "flagged", "has_attachment", "senders",
    "whole", "keywords", "state",
)  # fmt: skip
_BURY = f"""
UPDATE {MailboxThread._meta.db_table} SET count = 0, unread = 0, flagged = 0, state = %s
WHERE mailbox_id = %s AND thread IN
"""  # noqa: S608 - the table's name is ours


def refresh(mailbox: Mailbox, threads: Collection[int], state: int) -> None:
    """Write the rows of these conversations as the entries stand now, and into those of other mailboxes what they say
    of the whole conversation. In the caller's transaction."""
    ordered = sorted(threads)
    for start in range(0, len(ordered), CHUNK):
        _refresh(mailbox, ordered[start : start + CHUNK], state)


def elsewhere(account_id: int, threads: Collection[int]) -> None:
    """A mailbox lost these conversations with all its rows: what others say of them. In the caller's turn."""
    ordered = sorted(threads)
    for start in range(0, len(ordered), CHUNK):
        wholes.tell(wholes.around(account_id, ordered[start : start + CHUNK]))


def begin(mailbox: Mailbox, places: Iterable[Place], state: int) -> None:
    """Write the rows of conversations that have no other places in any mailbox, and no row yet."""
    insert(
        MailboxThread,
        _COLUMNS,
        _rows(mailbox, sorted(places, key=ORDER), {mailbox.pk: mailbox.special_use}, state),
    )


def threads_of(mailbox_id: int) -> set[int]:
    """The conversations that its list shows."""
    rows = MailboxThread.objects.filter(mailbox=mailbox_id, count__gt=0)
    return set(rows.values_list("thread", flat=True))


def mailboxes_of(account_id: int, threads: Collection[int]) -> set[int]:
    """Those whose lists show one of these conversations."""
    rows = MailboxThread.objects.filter(mailbox__account=account_id, thread__in=threads, count__gt=0)
    return set(rows.values_list("mailbox_id", flat=True))


def _refresh(mailbox: Mailbox, threads: list[int], state: int) -> None:
    found = wholes.around(mailbox.account_id, threads, mailbox)
    fresh = _rows(mailbox, found.places, found.uses, state)
    replace(MailboxThread, _COLUMNS, fresh, "thread", mailbox=mailbox.pk)
    if gone := set(threads).difference([row[2] for row in fresh]):
        _bury(mailbox, gone, state)
    wholes.tell(found, mailbox.pk)


def _bury(mailbox: Mailbox, threads: Collection[int], state: int) -> None:
    some = list(threads)
    with connection.cursor() as cursor:
        cursor.execute(f"{_BURY} ({places_of(some)})", [state, mailbox.pk, *some])


def _rows(mailbox: Mailbox, places: Iterable[Place], uses: Uses, state: int) -> list[tuple[Any, ...]]:
    rows = (_row(mailbox, thread, group, uses, state) for thread, group in wholes.by_thread(places))
    return [row for row in rows if row]


def _row(mailbox: Mailbox, thread: int, places: list[Place], uses: Uses, state: int) -> tuple[Any, ...]:
    """The values in the order of `_COLUMNS`; none where nothing of it is in the mailbox."""
    key = mailbox.pk
    here = [one for one in places if one.mailbox == key]
    if not here:
        return ()
    latest = here[-1]
    count, people = wholes.whole(places, uses, mailbox.special_use)
    if mailbox.special_use in WRITTEN_HERE:
        people = wholes.each_once(reader for one in here for reader in one.readers)
    return (
        mailbox.account_id, key, thread, latest.message, latest.sort_at, len(here),
        sum([not one.seen for one in here]), sum([bool(one.flagged) for one in here]),
        any(one.has_attachment for one in here), people, count,
        sorted({word for one in here for word in one.keywords}), state,
    )  # fmt: skip
