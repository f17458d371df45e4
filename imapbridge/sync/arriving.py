"""New messages into the index: their content, their conversations, their places and their rows in the list.

In the caller's turn. What is new, `apply` decides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from imapbridge import events
from imapbridge.models import Entry, Mailbox, Message
from imapbridge.sync import listing, subjects, threads, wholes
from imapbridge.sync.content import FLAG_COLUMNS, MESSAGE_COLUMNS, Content
from imapbridge.sync.rows import insert, new_keys, select_in
from imapbridge.sync.threads import Assigned

_ENTRY = ("account", "mailbox", "message", "thread", "uid", "sort_at", "state", "expunged", *FLAG_COLUMNS)
_MESSAGE = ("id", "account", "content_key", "thread", *MESSAGE_COLUMNS)

Placed = Mapping[bytes, tuple[int, int]]
"""{content key: (message, conversation)}"""


def write(mailbox: Mailbox, contents: Sequence[Content], state: int) -> set[int]:
    """Write messages that have no place in this mailbox yet. Returns conversations whose rows are to be refreshed."""
    placed, assigned = keep(mailbox, contents)
    insert(Entry, _ENTRY, _entries(mailbox, contents, placed, state))
    listing.begin(mailbox, _begun(mailbox, contents, placed, assigned.begun), state)
    touched = {thread for _, thread in placed.values()} - assigned.begun
    return touched | joined(mailbox, assigned) if assigned.joined else touched


def keep(mailbox: Mailbox, contents: Sequence[Content]) -> tuple[Placed, Assigned]:
    """Write their content, and find their conversations; places and rows are the caller's."""
    assigned = threads.assign(mailbox.account_id, subjects.related(mailbox.account, contents))
    return _messages(mailbox.account_id, contents, assigned), assigned


def joined(mailbox: Mailbox, assigned: Assigned) -> set[int]:
    """Conversations that became one have rows in other mailboxes too, refreshed here. Returns those of this one."""
    touched = threads.touched_by_joins(mailbox.account_id, assigned.joined)
    here = touched.pop(mailbox.pk, set())
    for other, conversations in touched.items():
        listing.refresh(Mailbox.objects.get(pk=other), conversations, events.raise_state(other))
    return here


def _messages(account_id: int, contents: Sequence[Content], assigned: Assigned) -> Placed:
    """A message that another mailbox holds already is not made again."""
    wanted = {one.content_key: (one, number) for one, number in zip(contents, assigned.numbers, strict=True)}
    placed = _held(account_id, {one.content_key for one, met in zip(contents, assigned.met, strict=True) if met})
    fresh = [one for key, one in wanted.items() if key not in placed]
    keys = new_keys(Message, len(fresh))
    placed |= {one.content_key: (pk, thread) for pk, (one, thread) in zip(keys, fresh, strict=True)}
    insert(
        Message,
        _MESSAGE,
        (
            (*placed[one.content_key][:1], account_id, one.content_key, thread, *map(one.columns.get, MESSAGE_COLUMNS))
            for one, thread in fresh
        ),
    )
    return placed


def _held(account_id: int, keys: Collection[bytes]) -> dict[bytes, tuple[int, int]]:
    rows = select_in(Message, ("content_key", "id", "thread"), "content_key", keys, account=account_id)
    return {bytes(key): (pk, thread) for key, pk, thread in rows}


def _entries(mailbox: Mailbox, contents: Sequence[Content], placed: Placed, state: int) -> Iterator[tuple[Any, ...]]:
    place = (mailbox.account_id, mailbox.pk)
    for one in contents:
        yield (*place, *placed[one.content_key], one.uid, one.sort_at, state, False, *one.flags.columns())


def _begun(
    mailbox: Mailbox, contents: Sequence[Content], placed: Placed, begun: Collection[int]
) -> Iterator[wholes.Place]:
    """The places of conversations that are new, so that their rows need not be read from the index."""
    key, outgoing = mailbox.pk, mailbox.special_use in wholes.WRITTEN_HERE
    for one in contents:
        message, thread = placed[one.content_key]
        if thread in begun:
            columns, flagged = one.columns, one.flags
            sender = (columns["sender_name"], columns["sender_address"])
            readers = wholes.readers_of(columns["recipients"]) if outgoing else ()
            yield wholes.Place(
                thread, one.sort_at, message, key, flagged.seen, flagged.flagged, flagged.keywords,
                columns["has_attachment"], sender, readers,
            )  # fmt: skip
