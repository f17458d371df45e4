"""What a conversation is over all mailboxes: how many messages, and who wrote them. Rows of every list say it.

What lies in Junk or Trash counts in the lists of Junk or Trash only, as it is shown only there (`queries.messages`).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import connection

from imapbridge import events
from imapbridge.models import Entry, Mailbox, MailboxThread, Message
from imapbridge.sync.fields import adapted, words
from imapbridge.sync.rows import select_in
from imapbridge.terms.special_use import SpecialUse

MAX_PEOPLE = 12
APART = {SpecialUse.JUNK, SpecialUse.TRASH}
WRITTEN_HERE = {SpecialUse.SENT, SpecialUse.DRAFTS}
"""Rows of these name whom their messages are for."""
Uses = Mapping[int, str]
"""{mailbox: its special use}"""
People = Sequence[Sequence[str]]
"""`[[name, address], ...]`"""


class Place(NamedTuple):
    """A live entry, with what rows show of its message."""

    thread: int
    sort_at: int
    message: int
    mailbox: int
    seen: bool
    flagged: bool
    keywords: Collection[str]
    has_attachment: bool
    writer: Sequence[str]
    readers: People
    """Whom it is for; only known where the row to be written is of a mailbox that says so."""


class Whole(NamedTuple):
    """`people`: each once, the oldest first; of a long conversation the first and the newest ones."""

    messages: int
    people: People


class Around(NamedTuple):
    """The places of some conversations in all mailboxes, and what those are for."""

    places: list[Place]
    uses: Uses


ORDER = itemgetter(0, 1, 2)
"""Of places: by conversation, the oldest first."""
_ENTRY = ("message", "mailbox", "sort_at", "seen", "flagged", "keywords")
_MESSAGE = ("id", "thread", "has_attachment", "sender_name", "sender_address")
_ROW = ("thread", "senders", "whole")
_TELL = f"""
UPDATE {MailboxThread._meta.db_table} SET senders = %s, whole = %s, state = %s WHERE mailbox_id = %s AND thread = %s
"""  # noqa: S608 - the table's name is ours


def around(account_id: int, threads: Collection[int], mailbox: Mailbox | None = None) -> Around:
    """What there is of these conversations; `mailbox` is the one whose rows are to be written."""
    outgoing = mailbox is not None and mailbox.special_use in WRITTEN_HERE
    shown = (*_MESSAGE, "recipients") if outgoing else _MESSAGE
    messages = {key: rest for key, *rest in select_in(Message, shown, "thread", threads, account=account_id)}
    places = []
    for message, held, sort_at, seen, flagged, keywords in select_in(
        Entry, _ENTRY, "message", messages, expunged=False
    ):
        thread, has_attachment, name, address, *to = messages[message]
        readers = readers_of(json.loads(to[0])) if to else ()
        known = words(keywords)
        places.append(
            Place(thread, sort_at, message, held, seen, flagged, known, has_attachment, (name, address), readers)
        )
    return Around(sorted(places, key=ORDER), _uses({place.mailbox for place in places}, mailbox))


def readers_of(recipients: Mapping[str, People]) -> People:
    """What a row shows of whom a message is for: of To, else of Cc, else of Bcc."""
    return next(filter(None, map(recipients.get, ("to", "cc", "bcc"))), ())[:4]


def _uses(mailboxes: set[int], mailbox: Mailbox | None) -> Uses:
    known = {mailbox.pk: mailbox.special_use} if mailbox else {}
    others = mailboxes - known.keys()
    return known | dict(select_in(Mailbox, ("id", "special_use"), "id", others)) if others else known


def by_thread(places: Iterable[Place]) -> Iterator[tuple[int, list[Place]]]:
    """`places` are ordered."""
    return ((thread, list(group)) for thread, group in groupby(places, itemgetter(0)))


def whole(places: Sequence[Place], uses: Uses, use: str) -> Whole:
    """Of one conversation's ordered places, as it is seen in a mailbox with this use."""
    if len(places) == 1:
        return Whole(1, [list(places[0].writer)])
    seen = [one for one in places if uses[one.mailbox] not in APART or uses[one.mailbox] == use]
    said = [one.writer for one in seen if uses[one.mailbox] != SpecialUse.DRAFTS or use == SpecialUse.DRAFTS]
    return Whole(len({one.message for one in seen}), each_once(said))


def each_once(people: Iterable[Sequence[str]]) -> list[list[str]]:
    found: dict[str, list[str]] = {}
    for name, address in people:
        found.setdefault(address.lower() or name, [name, address])
    everybody = list(found.values())
    return everybody if len(everybody) <= MAX_PEOPLE else [everybody[0], *everybody[1 - MAX_PEOPLE :]]


def tell(found: Around, written: int = 0) -> None:
    """Write what is different into the rows of all mailboxes but `written`. In the caller's turn."""
    wholes: dict[int, dict[int, Whole]] = defaultdict(dict)
    for thread, places in by_thread(found.places):
        for mailbox in {one.mailbox for one in places} - {written}:
            wholes[mailbox][thread] = whole(places, found.uses, found.uses[mailbox])
    for mailbox, said in wholes.items():
        _tell(mailbox, said, is_outgoing=found.uses[mailbox] in WRITTEN_HERE)


def _tell(mailbox: int, said: Mapping[int, Whole], *, is_outgoing: bool) -> None:
    different = list(_different(mailbox, said, is_outgoing))
    if not different:
        return
    state = events.raise_state(mailbox)
    rows = adapted(MailboxThread, ("senders", "whole"), [[people, count] for _, people, count in different])
    with connection.cursor() as cursor:
        cursor.executemany(
            _TELL, [(*row, state, mailbox, thread) for row, (thread, *_) in zip(rows, different, strict=True)]
        )


def _different(mailbox: int, said: Mapping[int, Whole], is_outgoing: bool) -> Iterator[tuple[int, Any, int]]:
    """Rows that say something else. Those that name readers go on naming them."""
    for thread, senders, count in select_in(MailboxThread, _ROW, "thread", said, mailbox=mailbox):
        before = json.loads(senders)
        people = before if is_outgoing else said[thread].people
        if count != said[thread].messages or people != before:
            yield thread, people, said[thread].messages
