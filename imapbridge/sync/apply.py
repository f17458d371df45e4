"""Writes what the server said into the index, one transaction a batch. With `actions` what writes entries and lists."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from imapbridge import events
from imapbridge.models import Entry, Mailbox, MailboxThread, Message, PendingChange
from imapbridge.sync import listing, places, refusals, subjects, threads
from imapbridge.sync.content import FLAG_COLUMNS, MESSAGE_COLUMNS, Content, FlagValues
from imapbridge.sync.rows import adapted, insert, new_keys, places_of, select_in
from imapbridge.sync.threads import Assigned
from imapbridge.terms.uids import MAX_UID, UidSet
from imapbridge.writing import in_turn

BATCH = 500
ROUND_TRIP = timedelta(seconds=60)
"""What is written may have been fetched so long ago."""
_COUNT = f"""
UPDATE {Mailbox._meta.db_table} SET total = total + %s,
  unread = (SELECT count(*) FROM {Entry._meta.db_table} WHERE mailbox_id = %s AND NOT seen AND NOT expunged)
WHERE id = %s
"""  # noqa: S608 - the tables' names are ours
_ENTRIES = Entry._meta.db_table
RANGES = 200
"""How many ranges one query may name: databases limit the depth of an expression."""


@in_turn
def messages(mailbox: Mailbox, contents: list[Content], *, lowest_uid: int | None = None) -> int:
    """Put new messages into the index. Idempotent by UID. `lowest_uid` moves backfill's cursor with them.

    Returns how many were new. Messages of any length of batch; about 500 at a time keep the transaction short.
    """
    places.recognise(mailbox, contents)
    away = places.leaving(mailbox.pk)
    contents = [content for content in contents if content.uid not in away]
    held = _held_uids(mailbox, [content.uid for content in contents])
    fresh = [content for content in contents if content.uid not in held]
    if held:
        said = {one.uid: frozenset(one.flags.flags()) for one in contents if one.uid in held}
        flags(mailbox, said, timezone.now() - ROUND_TRIP)
    state = events.raise_state(mailbox.pk)
    assigned = threads.assign(mailbox.account_id, subjects.related(mailbox.account, fresh))
    rows = _messages(mailbox.account_id, fresh, assigned)
    _insert_entries(mailbox, fresh, rows, state)
    listing.begin(mailbox, _begun(mailbox, fresh, rows, assigned.begun), state)
    listing.refresh(mailbox, {thread for _, thread in rows.values()} - assigned.begun, state)
    _refresh_joined(mailbox, assigned.joined, state)
    if lowest_uid is None:
        count(mailbox, len(fresh))
    else:
        _move_cursor(mailbox, lowest_uid)
    return len(fresh)


def _held_uids(mailbox: Mailbox, uids: list[int]) -> set[int]:
    found = dict(select_in(Entry, ("uid", "expunged"), "uid", uids, mailbox=mailbox.pk))
    again = [uid for uid, expunged in found.items() if expunged]
    if again:  # A server that said "vanished" of what is still there.
        Entry.objects.filter(mailbox=mailbox.pk, uid__in=again).delete()
    return found.keys() - again


def _move_cursor(mailbox: Mailbox, lowest_uid: int) -> None:
    mailbox.lowest_uid = lowest_uid
    mailbox.save(update_fields=["lowest_uid"])
    if lowest_uid == 1:
        recount(mailbox)


def _messages(account_id: int, contents: list[Content], assigned: Assigned) -> dict[bytes, tuple[int, int]]:
    """{content key: (message, conversation)}; a message that another mailbox holds already is not made again."""
    wanted = {one.content_key: (one, number) for one, number in zip(contents, assigned.numbers, strict=True)}
    placed = _held(account_id, {one.content_key for one, met in zip(contents, assigned.met, strict=True) if met})
    fresh = [one for key, one in wanted.items() if key not in placed]
    keys = new_keys(Message, len(fresh))
    placed |= {one.content_key: (pk, thread) for pk, (one, thread) in zip(keys, fresh, strict=True)}
    insert(
        Message,
        ("id", "account", "content_key", "thread", *MESSAGE_COLUMNS),
        (
            (*placed[one.content_key][:1], account_id, one.content_key, thread, *map(one.columns.get, MESSAGE_COLUMNS))
            for one, thread in fresh
        ),
    )
    return placed


def _held(account_id: int, keys: Collection[bytes]) -> dict[bytes, tuple[int, int]]:
    rows = select_in(Message, ("content_key", "id", "thread"), "content_key", keys, account=account_id)
    return {bytes(key): (pk, thread) for key, pk, thread in rows}


def _insert_entries(
    mailbox: Mailbox, contents: list[Content], messages: Mapping[bytes, tuple[int, int]], state: int
) -> None:
    names = ("account", "mailbox", "message", "thread", "uid", "sort_at", "state", "expunged", *FLAG_COLUMNS)
    place = (mailbox.account_id, mailbox.pk)
    insert(
        Entry,
        names,
        (
            (*place, *messages[one.content_key], one.uid, one.sort_at, state, False, *one.flags.columns())
            for one in contents
        ),
    )


def _begun(
    mailbox: Mailbox, contents: list[Content], messages: Mapping[bytes, tuple[int, int]], begun: set[int]
) -> Iterator[listing.Place]:
    """The places of conversations that are new, so that their rows need not be read from the index."""
    outgoing = mailbox.special_use in listing.WRITTEN_HERE
    for one in contents:
        message, thread = messages[one.content_key]
        if thread in begun:
            columns, flagged = one.columns, one.flags
            sender = (columns["sender_name"], columns["sender_address"])
            yield listing.Place(
                thread, one.sort_at, message, flagged.seen, flagged.flagged, flagged.keywords,
                columns["has_attachment"], listing.people(outgoing, sender, columns["recipients"]),
            )  # fmt: skip


def _refresh_joined(mailbox: Mailbox, joined: Mapping[int, int], state: int) -> None:
    """Conversations that became one have rows in other mailboxes too."""
    for other, touched in threads.touched_by_joins(mailbox.account_id, dict(joined)).items():
        if other == mailbox.pk:
            listing.refresh(mailbox, touched, state)
        else:
            listing.refresh(Mailbox.objects.get(pk=other), touched, events.raise_state(other))


def flags(mailbox: Mailbox, said: Mapping[int, frozenset[str]], fetched_at: datetime) -> int:
    """Take over the flags of these UIDs. Returns how many entries differed."""
    return told(mailbox, said, UidSet(), fetched_at)[0]


def vanished(mailbox: Mailbox, uids: UidSet) -> int:
    """Turn the entries of these UIDs into tombstones. Returns how many there were."""
    return told(mailbox, {}, uids, timezone.now())[1]


def told(mailbox: Mailbox, said: Mapping[int, frozenset[str]], uids: UidSet, fetched_at: datetime) -> tuple[int, int]:
    """Take over, as one change, what vanished and what flags are, but for those that a person changed meanwhile.

    Returns how many entries differed, and how many are gone.
    """
    return _told(mailbox, said, uids, fetched_at) if said or uids else (0, 0)


@in_turn
def _told(mailbox: Mailbox, said: Mapping[int, frozenset[str]], uids: UidSet, fetched_at: datetime) -> tuple[int, int]:
    different = _different(mailbox, said, fetched_at)
    gone = dict(_inside(mailbox, uids))
    if not different and not gone:
        return 0, 0
    state = events.raise_state(mailbox.pk)
    for values, uids_of in different.items():
        _update(mailbox, uids_of, state=state, **dict(zip(FLAG_COLUMNS, values.columns(), strict=True)))
    _update(mailbox, gone, state=state, expunged=True)
    listing.refresh(mailbox, {*gone.values()}.union(*(found.values() for found in different.values())), state)
    count(mailbox, -len(gone))
    return sum(map(len, different.values())), len(gone)


def _different(
    mailbox: Mailbox, said: Mapping[int, frozenset[str]], fetched_at: datetime
) -> dict[FlagValues, dict[int, int]]:
    """The entries whose flags are others in the index: {wanted flags: {UID: conversation}}.

    Tombstones too: what a person moved comes back with its flags when the move is taken back.
    """
    if not said:
        return {}
    overlay = Overlay.of(mailbox, fetched_at)
    different: dict[FlagValues, dict[int, int]] = {}
    names = ("uid", "thread", *FLAG_COLUMNS)
    for uid, thread, *held in select_in(Entry, names, "uid", said, mailbox=mailbox.pk):
        wanted = FlagValues.of(overlay.over(uid, said[uid]))
        columns = (*held[:-1], json.loads(held[-1]))
        if wanted != FlagValues.of_columns(*columns):
            different.setdefault(wanted, {})[uid] = thread
    return different


def _update(mailbox: Mailbox, uids: Collection[int], **columns: Any) -> None:
    """Written out, as `_inside` is: for a few entries Django takes longer to make the statement than the rest takes."""
    ordered, values = sorted(uids), adapted(Entry, columns)
    assign = ", ".join(f"{name} = %s" for name in columns)
    for start in range(0, len(ordered), BATCH):
        some = ordered[start : start + BATCH]
        statement = f"UPDATE {_ENTRIES} SET {assign} WHERE mailbox_id = %s AND uid IN ({places_of(some)})"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(statement, [*values, mailbox.pk, *some])


def _inside(mailbox: Mailbox, uids: UidSet) -> Iterator[tuple[int, int]]:
    """(UID, conversation) of the live entries within a set that may have any number of ranges, each of any width."""
    for start in range(0, len(uids.ranges), RANGES):
        some = [(first, last or MAX_UID) for first, last in uids.ranges[start : start + RANGES]]
        within = " OR ".join(["uid BETWEEN %s AND %s"] * len(some))
        statement = f"SELECT uid, thread FROM {_ENTRIES} WHERE mailbox_id = %s AND NOT expunged AND ({within})"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(statement, [mailbox.pk, *(end for ends in some for end in ends)])
            yield from cursor.fetchall()


@in_turn
def reset(mailbox: Mailbox) -> None:
    """UIDVALIDITY changed: the UIDs mean other messages. Content stays, and is found again by its key."""
    refusals.lost(mailbox)
    state = events.raise_state(mailbox.pk)
    Entry.objects.filter(mailbox=mailbox.pk).delete()
    MailboxThread.objects.filter(mailbox=mailbox.pk).update(count=0, unread=0, flagged=0, state=state)
    PendingChange.objects.filter(mailbox=mailbox.pk).delete()
    mailbox.uid_validity = mailbox.uid_next = mailbox.highest_modseq = mailbox.lowest_uid = mailbox.flags_at = None
    mailbox.undelivered = {}
    mailbox.save(update_fields=["uid_validity", "uid_next", "highest_modseq", "lowest_uid", "flags_at", "undelivered"])


def count(mailbox: Mailbox, more: int = 0) -> None:
    """The numbers on the screen: the index's own once it is complete, the server's until then.

    `more`: by how many messages the caller changed the mailbox; counting a large one is too slow for every write.
    """
    if mailbox.lowest_uid == 1:
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, (more, mailbox.pk, mailbox.pk))


@in_turn
def recount(mailbox: Mailbox) -> None:
    """Count everything anew: when the first sync ends, and when the index was compared with the server."""
    total = Entry.objects.filter(mailbox=mailbox.pk, expunged=False).count()
    Mailbox.objects.filter(pk=mailbox.pk).update(total=total)
    count(mailbox)


class Overlay:
    """A person's changes that the server had not confirmed when flags were fetched, over what it said then."""

    def __init__(self, changes: Iterable[PendingChange]) -> None:
        self._changes = [(UidSet.parse(one.uids), set(one.add), set(one.remove)) for one in changes]

    @classmethod
    def of(cls, mailbox: Mailbox, fetched_at: datetime) -> Overlay:
        owed = PendingChange.objects.filter(mailbox=mailbox.pk, kind=PendingChange.Kind.FLAGS)
        return cls(owed.filter(Q(confirmed_at=None) | Q(confirmed_at__gte=fetched_at)).order_by("pk"))

    def over(self, uid: int, said: Iterable[str]) -> set[str]:
        words = set(said)
        for uids, add, remove in self._changes:
            if uid in uids:
                words = (words | add) - remove
        return words
