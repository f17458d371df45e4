"""The statements on a mailbox's entries, written out: for a few of them Django takes longer to make a statement than
the rest takes. In the caller's turn. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.db import connection

from imapbridge.models import Entry, Mailbox
from imapbridge.sync.content import FLAG_COLUMNS, FlagValues
from imapbridge.sync.fields import adapted, words
from imapbridge.sync.overlay import Overlay
from imapbridge.sync.rows import CHUNK, places_of, select_in
from imapbridge.terms.uids import MAX_UID, UidSet

_TABLE = Entry._meta.db_table
RANGES = 200
"""How many ranges one query may name: databases limit the depth of an expression."""


def held(mailbox: Mailbox, uids: Collection[int]) -> set[int]:
    """Which of these UIDs have an entry. Tombstones among them are dropped: their messages are there all the same."""
    found = dict(select_in(Entry, ("uid", "expunged"), "uid", uids, mailbox=mailbox.pk))
    again = [uid for uid, expunged in found.items() if expunged]
    if again:
        Entry.objects.filter(mailbox=mailbox.pk, uid__in=again).delete()
    return found.keys() - again


def different(
    mailbox: Mailbox, said: Mapping[int, Collection[str]], overlay: Overlay
) -> dict[FlagValues, dict[int, int]]:
    """The entries whose flags are others in the index: {wanted flags: {UID: conversation}}.

    Tombstones too: what a person moved comes back with its flags when the move is taken back.
    """
    found: dict[FlagValues, dict[int, int]] = {}
    names = ("uid", "thread", *FLAG_COLUMNS)
    for uid, thread, *columns, keywords in select_in(Entry, names, "uid", said, mailbox=mailbox.pk):
        wanted = FlagValues.of(overlay.over(uid, said[uid]))
        if (*columns, words(keywords)) != wanted.columns():
            found.setdefault(wanted, {})[uid] = thread
    return found


def inside(mailbox: Mailbox, uids: UidSet) -> Iterator[tuple[int, int]]:
    """(UID, conversation) of the live entries within a set that may have any number of ranges, each of any width."""
    for start in range(0, len(uids.ranges), RANGES):
        some = [(first, last or MAX_UID) for first, last in uids.ranges[start : start + RANGES]]
        within = " OR ".join(["uid BETWEEN %s AND %s"] * len(some))
        statement = f"SELECT uid, thread FROM {_TABLE} WHERE mailbox_id = %s AND NOT expunged AND ({within})"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(statement, [mailbox.pk, *(end for ends in some for end in ends)])
            yield from cursor.fetchall()


def unread(mailbox: Mailbox, uids: Collection[int]) -> int:
    """How many of these UIDs are there and unread."""
    ordered, found = sorted(uids), 0
    for start in range(0, len(ordered), CHUNK):
        some = ordered[start : start + CHUNK]
        places = places_of(some)
        statement = (
            f"SELECT count(*) FROM {_TABLE} WHERE mailbox_id = %s AND NOT seen AND NOT expunged AND uid IN ({places})"  # noqa: S608
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, [mailbox.pk, *some])
            found += cursor.fetchone()[0]
    return found


def update(mailbox: Mailbox, uids: Collection[int], **columns: Any) -> None:
    """Write these fields of the entries."""
    ordered, [values] = sorted(uids), adapted(Entry, tuple(columns), [[*columns.values()]])
    assign = ", ".join(f"{name} = %s" for name in columns)
    for start in range(0, len(ordered), CHUNK):
        some = ordered[start : start + CHUNK]
        statement = f"UPDATE {_TABLE} SET {assign} WHERE mailbox_id = %s AND uid IN ({places_of(some)})"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(statement, [*values, mailbox.pk, *some])
