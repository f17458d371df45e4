"""Undo: what the server was not asked yet is withdrawn; of everything else the inverse is done."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from enum import IntEnum
from itertools import groupby

from imapbridge.actions import filing
from imapbridge.actions.owing import owe
from imapbridge.models import Entry, PendingChange
from imapbridge.sync import hierarchy, refusals
from imapbridge.writing import writing

Kind = PendingChange.Kind


class Undone(IntEnum):
    """How much could be undone."""

    NOTHING = 0
    PARTLY = 1
    ALL = 2


def undo(account_id: int, changes: Collection[int]) -> Undone:
    """Undo these changes, the last one first."""
    with writing(account_id):
        found = PendingChange.objects.filter(account=account_id, pk__in=changes).order_by("-pk")
        undone = [undo_one(change) for change in found.select_related("mailbox", "target")]
    return _together(undone, is_missing=len(undone) < len(set(changes)))


def undo_everywhere(account_ids: Sequence[int], changes: Collection[int]) -> Undone:
    """The same, of changes in several accounts: the last thing that was done may have been to mail of more than one."""
    if len(account_ids) == 1:
        return undo(account_ids[0], changes)
    found = PendingChange.objects.filter(account__in=account_ids, pk__in=changes).order_by("account")
    rows = found.values_list("account", "pk")
    whose = {account: [key for _account, key in group] for account, group in groupby(rows, key=lambda row: row[0])}
    undone = [undo(account, keys) for account, keys in whose.items()]
    return _together(undone, is_missing=len(rows) < len(set(changes)))


def _together(undone: Iterable[Undone], *, is_missing: bool) -> Undone:
    """What several have come to. `is_missing`: some are not known any more."""
    each = [*undone, Undone.NOTHING] if is_missing else [*undone]
    least, most = min(each, default=Undone.ALL), max(each, default=Undone.ALL)
    return least if least == most else Undone.PARTLY


def _share(done: Iterable[int], asked: Iterable[int]) -> Undone:
    """Of what was asked for."""
    wanted = set(asked)
    reached = wanted.intersection(done)
    return Undone.NOTHING if not reached else Undone.ALL if reached == wanted else Undone.PARTLY


def undo_one(change: PendingChange) -> Undone:
    """In the caller's turn."""
    if change.kind in PendingChange.OF_MAILBOXES:
        return Undone.ALL if change.kind == Kind.DELETE and _bring_back(change) else Undone.NOTHING
    entries = refusals.messages_of(change)
    if not _is_built_upon(change) and _is_unasked(change):
        if change.kind == Kind.FLAGS:
            refusals.put_flags(change.mailbox, entries, add=change.remove, remove=change.add)
        refusals.withdraw(change, entries)
        return Undone.ALL
    return _invert(change, entries)


def _bring_back(change: PendingChange) -> bool:
    """A mailbox that was to be deleted, with all that is in it."""
    if not _is_unasked(change):
        return False
    hierarchy.put_back(change)
    PendingChange.objects.filter(pk=change.pk).delete()
    return True


def _is_unasked(change: PendingChange) -> bool:
    """Whether nobody has tried it; from here on nobody will. The claim of a replay is not made in our turn."""
    unasked = PendingChange.objects.filter(pk=change.pk, attempts=0, confirmed_at=None)
    return bool(unasked.update(waits=True))


def _is_built_upon(change: PendingChange) -> bool:
    """Whether something else was done since to what this one put somewhere."""
    made = set(change.places.values())
    later = PendingChange.objects.filter(mailbox=change.target_id, waits=True) if made else ()
    return any(not made.isdisjoint(one.unplaced) for one in later)


def _invert(change: PendingChange, entries: list[Entry]) -> Undone:
    if change.kind == Kind.FLAGS:
        return _invert_flags(change, entries)
    if change.target is None:
        return Undone.NOTHING
    placed = _placed(change)
    if change.kind == Kind.MOVE:
        filing.file(change.target, change.mailbox, list(placed.values()), Kind.MOVE)
    else:
        filing.expunge(change.target, list(placed.values()))
    return _share(placed, change.places.values())


def _placed(change: PendingChange) -> dict[int, Entry]:
    """What it put somewhere and is there still, or again: {key that the place had: the place}."""
    now: dict[int, int] = {place: place for place in change.places.values()}
    there = Entry.objects.filter(mailbox=change.target_id, expunged=False)
    found = there.in_bulk(now)
    if len(found) < len(now):
        now = _followed(change, now)
        found = there.in_bulk(now.values())
    return {place: found[key] for place, key in now.items() if key in found}


def _followed(change: PendingChange, now: dict[int, int]) -> dict[int, int]:
    """Where each was moved on to since; undoing that has moved it back, to a place of its own. By the moves alone: the
    same message may be there once more, and that one is none of ours."""
    later = PendingChange.objects.filter(account=change.account_id, kind=Kind.MOVE, pk__gt=change.pk).order_by("pk")
    for moved in later.values_list("places", flat=True):
        now = {place: moved.get(str(key), key) for place, key in now.items()}
    return now


def _invert_flags(change: PendingChange, entries: list[Entry]) -> Undone:
    """On these places, and where the messages are now whose place here is gone: they were moved since."""
    live = [one for one in entries if not one.expunged]
    moved = {one.message_id for one in entries if one.expunged} - {one.message_id for one in live}
    elsewhere = Entry.objects.filter(account=change.account_id, message__in=moved, expunged=False)
    places = sorted([*live, *elsewhere.select_related("mailbox")], key=lambda one: one.mailbox_id)
    for _, group in groupby(places, key=lambda one: one.mailbox_id):
        here = list(group)
        box = here[0].mailbox
        refusals.put_flags(box, here, add=change.remove, remove=change.add)
        owe(
            change.account_id, box.pk, Kind.FLAGS, [one.uid for one in here], uid_validity=box.uid_validity or 0,
            add=change.remove, remove=change.add,
        )  # fmt: skip
    return _share([one.message_id for one in places], [one.message_id for one in entries])
