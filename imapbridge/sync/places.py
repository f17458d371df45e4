"""Places that the server has not told the UID of: where people moved or copied messages to, or filed their own.

Such an Entry has the negative of its own key for a UID, so it is in lists and counts at once and in no comparison with
the server. It gets its UID from COPYUID, or at the next sync by what the message is; when neither knows it, it goes.
And places that people emptied: UIDs that are on the server still and are not to come back meanwhile.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet

from imapbridge import events
from imapbridge.models import Entry, Mailbox, Message, PendingChange
from imapbridge.sync import listing
from imapbridge.sync.content import FLAG_COLUMNS, Content, FlagValues
from imapbridge.sync.rows import insert, new_keys, places_of, update_each
from imapbridge.terms.uids import UidSet
from imapbridge.writing import in_turn

Kind = PendingChange.Kind
TAKES_AWAY = (Kind.MOVE, Kind.EXPUNGE)
OWN = "0"
"""The source that an APPEND's place is said to come from in `PendingChange.places`: there is none."""
BATCH = 500


# --- what people do ---------------------------------------------------------------------------------------------------


def put(target: Mailbox, entries: Sequence[Entry], state: int) -> dict[int, int]:
    """Places in `target` for the messages of these entries: {key of the entry: key of its new place}."""
    keys = list(new_keys(Entry, len(entries)))
    names = ("id", "account", "mailbox", "message", "thread", "uid", "sort_at", "state", "expunged", *FLAG_COLUMNS)
    insert(
        Entry,
        names,
        (
            (key, target.account_id, target.pk, one.message_id, one.thread, -key, one.sort_at, state, False,
             *(getattr(one, name) for name in FLAG_COLUMNS))
            for key, one in zip(keys, entries, strict=True)
        ),
    )  # fmt: skip
    listing.refresh(target, {one.thread for one in entries}, state)
    count(target.pk, entries)
    return {one.pk: key for one, key in zip(entries, keys, strict=True)}


def hide(mailbox: Mailbox, entries: Sequence[Entry], state: int, *, away: bool = True) -> None:
    """Turn places into tombstones, or with `away=False` back into places."""
    for start in range(0, len(entries), BATCH):
        some = [one.pk for one in entries[start : start + BATCH]]
        Entry.objects.filter(pk__in=some).update(expunged=away, state=state)
    listing.refresh(mailbox, {one.thread for one in entries}, state)
    count(mailbox.pk, entries, -1 if away else 1)


def count(mailbox_id: int, entries: Iterable[Entry], sign: int = 1) -> None:
    """Move the numbers on the screen on. Those of a mailbox that is not complete are the server's, until it is; of one
    that was made here the server does not know yet."""
    entries = list(entries)
    ours = Q(lowest_uid=1) | Q(lowest_uid=None, server_total=None)
    Mailbox.objects.filter(ours, pk=mailbox_id).update(
        total=F("total") + sign * len(entries), unread=F("unread") + sign * sum(not one.seen for one in entries)
    )


# --- what the sync has to know ----------------------------------------------------------------------------------------


def leaving(mailbox_id: int) -> UidSet:
    """UIDs that people took away here. Also those confirmed a little ago: what still tells of them is older."""
    return _uids(PendingChange.objects.filter(mailbox=mailbox_id, kind__in=TAKES_AWAY))


def owed(mailbox_id: int) -> UidSet:
    """Those of them that the server has not taken away yet."""
    return _uids(PendingChange.objects.filter(mailbox=mailbox_id, kind__in=TAKES_AWAY, confirmed_at=None))


def doomed(mailbox_id: int) -> UidSet:
    """Those that are only to be expunged: what was moved has its copy."""
    only = Q(kind=Kind.EXPUNGE) | Q(kind=Kind.MOVE, step=PendingChange.Step.COPIED)
    return _uids(PendingChange.objects.filter(only, mailbox=mailbox_id, confirmed_at=None))


def _uids(changes: QuerySet[PendingChange]) -> UidSet:
    found = UidSet()
    for uids in changes.values_list("uids", flat=True):
        found |= UidSet.parse(uids)
    return found


_UNPLACED = f"""
SELECT place.id, place.sort_at, message.message_id, size, subject, sender_address
FROM {Entry._meta.db_table} place JOIN {Message._meta.db_table} message ON message.id = place.message_id
WHERE place.mailbox_id = %s AND uid < 0 AND message.message_id IN ({{}}) ORDER BY uid DESC
"""  # noqa: S608 - the tables' names are ours


def recognise(mailbox: Mailbox, contents: Sequence[Content]) -> None:
    """Give the places without a UID those of the messages just fetched that are the same. In the caller's turn."""
    waiting: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    # Not all that wait are fetched: of a mailbox that everything is being moved to they are tens of thousands.
    ids = sorted({one.columns["message_id"] for one in contents})
    with connection.cursor() as cursor:
        cursor.execute(_UNPLACED.format(places_of(ids)), [mailbox.pk, *ids])
        for key, sort_at, *facts in cursor.fetchall():
            waiting[_facts(facts, sort_at)].append(key)
    if not waiting:
        return
    held = Entry.objects.filter(mailbox=mailbox.pk, uid__in=[one.uid for one in contents])
    taken = set(held.values_list("uid", flat=True))
    found = {}
    for one in sorted(contents, key=lambda one: one.uid):
        keys = waiting.get(_facts([one.columns[name] for name in _FACTS], one.sort_at))
        if keys and one.uid not in taken:
            found[keys.pop(0)] = one.uid
    known(mailbox, found)


_FACTS = ("message_id", "size", "subject", "sender_address")
"""As `_UNPLACED` has them."""


def _facts(values: Sequence[Any], sort_at: int) -> tuple[Any, ...]:
    """What a copy shares with its original; without a Message-ID the time as well."""
    return (*values, None if values[0] else sort_at)


def known(mailbox: Mailbox, found: Mapping[int, int]) -> None:
    """The UIDs of these entries are told: {key of the entry: UID}. In the caller's turn."""
    if not found:
        return
    state = events.raise_state(mailbox.pk)
    rows = {one.pk: one for one in Entry.objects.filter(pk__in=found, mailbox=mailbox.pk, uid__lt=0)}
    twins = {one.uid: one for one in Entry.objects.filter(mailbox=mailbox.pk, uid__in=found.values())}
    for key, one in rows.items():
        twin = twins.get(found[key])
        if twin is not None:
            _replace(one, twin)
        one.uid, one.state = found[key], state
    update_each([one for one in rows.values() if one.uid not in twins], "uid", "state")
    update_each([one for one in rows.values() if one.uid in twins], "uid", "state", "expunged", *FLAG_COLUMNS)
    if twins:
        listing.refresh(mailbox, {one.thread for one in (*rows.values(), *twins.values())}, state)
    _ready(mailbox, {key: found[key] for key in rows})


def _replace(one: Entry, twin: Entry) -> None:
    """A sync was quicker and made a place of its own for the UID: one of the two goes, what it knows is kept."""
    Entry.objects.filter(pk=twin.pk).delete()
    if not one.expunged:
        count(one.mailbox_id, [one], -1)
    if twin.expunged:
        one.expunged = True  # Another client removed it already.
        return
    count(twin.mailbox_id, [twin], -1)
    words = FlagValues.of_columns(*(getattr(twin, name) for name in FLAG_COLUMNS)).flags()
    for change in PendingChange.objects.filter(mailbox=one.mailbox_id, kind=Kind.FLAGS, waits=True).order_by("pk"):
        if one.pk in change.unplaced:
            words = (words | set(change.add)) - set(change.remove)
    for name, value in zip(FLAG_COLUMNS, FlagValues.of(words).columns(), strict=True):
        setattr(one, name, value)
    if not one.expunged:
        count(one.mailbox_id, [one])


def _ready(mailbox: Mailbox, found: Mapping[int, int]) -> None:
    """Changes that waited for these UIDs wait no more. Those made before the mailbox was ever opened get to know under
    which UIDVALIDITY the UIDs are."""
    for change in PendingChange.objects.filter(mailbox=mailbox.pk, waits=True):
        told = [key for key in change.unplaced if key in found]
        if told:
            change.uids = str(UidSet.parse(change.uids) | UidSet.of(found[key] for key in told))
            change.unplaced = [key for key in change.unplaced if key not in found]
            change.waits = bool(change.unplaced)
            change.uid_validity = change.uid_validity or mailbox.uid_validity or 0
            change.save(update_fields=["uids", "unplaced", "waits", "uid_validity"])


# --- what never came --------------------------------------------------------------------------------------------------


@in_turn
def settle(mailbox: Mailbox, began: datetime) -> None:
    """After all of a mailbox was compared: places whose message was moved before, and is not there, go."""
    lost = set(Entry.objects.filter(mailbox=mailbox.pk, uid__lt=0).values_list("pk", flat=True))
    if lost:
        here = Q(target=mailbox.pk) | Q(mailbox=mailbox.pk, kind=Kind.APPEND)
        coming = PendingChange.objects.filter(Q(confirmed_at=None) | Q(confirmed_at__gte=began), here)
        for places in coming.values_list("places", flat=True):
            lost -= set(places.values())
        drop(lost)


def drop(keys: Collection[int]) -> None:
    """These places will never be: nor those that somebody moved or copied their messages to meanwhile."""
    entries = list(Entry.objects.filter(pk__in=list(keys), uid__lt=0).select_related("mailbox"))
    for mailbox in {one.mailbox_id: one.mailbox for one in entries}.values():
        here = [one for one in entries if one.mailbox_id == mailbox.pk]
        further = _forsaken(mailbox.pk, {one.pk for one in here})
        state = events.raise_state(mailbox.pk)
        hide(mailbox, [one for one in here if not one.expunged], state)
        Entry.objects.filter(pk__in=[one.pk for one in here]).delete()
        drop(further)


def _forsaken(mailbox_id: int, keys: set[int]) -> set[int]:
    """Take the entries out of the changes that wait for them. Returns the places that those would have filled."""
    further: set[int] = set()
    for change in PendingChange.objects.filter(mailbox=mailbox_id, waits=True):
        if keys.isdisjoint(change.unplaced):
            continue
        further |= {place for key, place in change.places.items() if int(key) in keys}
        change.places = {key: place for key, place in change.places.items() if int(key) not in keys}
        change.unplaced = [key for key in change.unplaced if key not in keys]
        change.waits = bool(change.unplaced)
        if change.uids or change.unplaced or change.kind in PendingChange.OF_MAILBOXES:
            change.save(update_fields=["places", "unplaced", "waits"])
        else:
            change.delete()
    return further
