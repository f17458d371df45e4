"""Makes the rows of a mailbox's conversation list anew for the conversations that a write touched."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import connection

from imapbridge.models import Entry, Mailbox, MailboxThread, Message
from imapbridge.sync.rows import CHUNK, insert, places_of, replace, select_in
from imapbridge.terms.special_use import SpecialUse

MAX_SENDERS = 12
WRITTEN_HERE = {SpecialUse.SENT, SpecialUse.DRAFTS}
_COLUMNS = (
    "account", "mailbox", "thread", "latest", "sort_at", "count", "unread", "flagged", "has_attachment", "senders",
    "keywords", "state",
)  # fmt: skip
_BURY = f"""
UPDATE {MailboxThread._meta.db_table} SET count = 0, unread = 0, flagged = 0, state = %s
WHERE mailbox_id = %s AND thread IN
"""  # noqa: S608 - the table's name is ours


def refresh(mailbox: Mailbox, threads: Collection[int], state: int) -> None:
    """Write the rows of these conversations as the entries stand now. In the caller's transaction."""
    ordered = sorted(threads)
    for start in range(0, len(ordered), CHUNK):
        _refresh(mailbox, ordered[start : start + CHUNK], state)


class Place(NamedTuple):
    """A live entry, with what a row shows of its message."""

    thread: int
    sort_at: int
    message: int
    seen: bool
    flagged: bool
    keywords: Collection[str]
    has_attachment: bool
    people: Sequence[Sequence[str]]
    """`[[name, address]]` of who wrote it; in mailboxes of what was written here, of whom it is for."""


def people(outgoing: bool, sender: Sequence[str], recipients: Mapping[str, Sequence[Sequence[str]]]) -> Any:
    """What a row shows of a message's people."""
    return recipients.get("to", ())[:4] if outgoing else (sender,)


def begin(mailbox: Mailbox, places: Iterable[Place], state: int) -> None:
    """Write the rows of conversations that have no other places in any mailbox, and no row yet."""
    insert(MailboxThread, _COLUMNS, _rows(mailbox, places, state))


def _refresh(mailbox: Mailbox, threads: list[int], state: int) -> None:
    fresh = _rows(mailbox, _places(mailbox, threads), state)
    replace(MailboxThread, _COLUMNS, fresh, "thread", mailbox=mailbox.pk)
    if gone := set(threads).difference([row[2] for row in fresh]):
        _bury(mailbox, gone, state)


def _bury(mailbox: Mailbox, threads: Collection[int], state: int) -> None:
    some = list(threads)
    with connection.cursor() as cursor:
        cursor.execute(f"{_BURY} ({places_of(some)})", [state, mailbox.pk, *some])


_ENTRY = ("thread", "sort_at", "message", "seen", "flagged", "keywords")
_MESSAGE = ("id", "has_attachment", "sender_name", "sender_address")


def _places(mailbox: Mailbox, threads: list[int]) -> list[Place]:
    entries = select_in(Entry, _ENTRY, "thread", threads, mailbox=mailbox.pk, expunged=False)
    outgoing = mailbox.special_use in WRITTEN_HERE
    shown = (*_MESSAGE, "recipients") if outgoing else _MESSAGE
    messages = {key: rest for key, *rest in select_in(Message, shown, "id", {entry[2] for entry in entries})}
    found = []
    for thread, sort_at, message, seen, flagged, keywords in entries:
        has_attachment, name, address, *to = messages[message]
        shown_people = people(outgoing, (name, address), json.loads(to[0]) if to else {})
        words = () if keywords == "[]" else json.loads(keywords)
        found.append(Place(thread, sort_at, message, seen, flagged, words, has_attachment, shown_people))
    return found


def _rows(mailbox: Mailbox, places: Iterable[Place], state: int) -> list[tuple[Any, ...]]:
    groups = groupby(sorted(places, key=_ORDER), itemgetter(0))
    return [_row(mailbox, thread, list(group), state) for thread, group in groups]


_ORDER = itemgetter(0, 1, 2)


def _row(mailbox: Mailbox, thread: int, places: list[Place], state: int) -> tuple[Any, ...]:
    """The values in the order of `_COLUMNS`. `places` are ordered, the oldest first."""
    latest = places[-1]
    return (
        mailbox.account_id, mailbox.pk, thread, latest.message, latest.sort_at, len(places),
        sum([not one.seen for one in places]), sum([bool(one.flagged) for one in places]),
        any(one.has_attachment for one in places), _senders(places),
        sorted({word for one in places for word in one.keywords}), state,
    )  # fmt: skip


def _senders(places: Iterable[Place]) -> list[list[str]]:
    """Each person once, oldest first; of a long conversation the first and the newest ones."""
    found: dict[str, list[str]] = {}
    for place in places:
        for name, address in place.people:
            found.setdefault(address.lower() or name, [name, address])
    everybody = list(found.values())
    return everybody if len(everybody) <= MAX_SENDERS else [everybody[0], *everybody[1 - MAX_SENDERS :]]
