"""Writes what the server said into the index, one transaction a batch. With `actions` what writes entries and lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

from imapbridge import events
from imapbridge.models import Entry, Job, Mailbox, MailboxThread, PendingChange
from imapbridge.sync import arriving, entries, listing, places, refusals
from imapbridge.sync.content import FLAG_COLUMNS, Content, FlagValues
from imapbridge.sync.overlay import Overlay
from imapbridge.sync.rows import update
from imapbridge.terms.uids import UidSet
from imapbridge.writing import in_turn

ROUND_TRIP = timedelta(seconds=60)
"""What is written may have been fetched so long ago."""
FLAGS_AT_ONCE = 1000
"""Messages whose flags are compared in one turn: whoever clicks meanwhile waits for its end."""
_COUNT = f"UPDATE {Mailbox._meta.db_table} SET total = total + %s, unread = unread + %s WHERE id = %s"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Batch:
    """What the server said of a mailbox, to be written as one change."""

    contents: Sequence[Content] = ()
    """Messages, about 500 at most: that keeps the transaction short."""
    flags: Mapping[int, frozenset[str]] = field(default_factory=dict)
    """By UID."""
    vanished: UidSet = UidSet()

    def __bool__(self) -> bool:
        return bool(self.contents or self.flags or self.vanished)


class Written(NamedTuple):
    """How many messages were new, had other flags, and are gone."""

    fresh: int = 0
    flags: int = 0
    vanished: int = 0


def messages(mailbox: Mailbox, contents: Sequence[Content], *, lowest_uid: int | None = None) -> int:
    """Put new messages into the index. Idempotent by UID. `lowest_uid` moves backfill's cursor with them.

    Returns how many were new.
    """
    return _write(mailbox, Batch(contents), timezone.now() - ROUND_TRIP, lowest_uid).fresh


@in_turn
def made_here(mailbox: Mailbox, content: Content) -> int:
    """Put a message that the server has not got yet into the index. Returns the key of its place."""
    state = events.raise_state(mailbox.pk)
    placed, assigned = arriving.keep(mailbox, [content])
    message, thread = placed[content.content_key]
    columns = dict(zip(FLAG_COLUMNS, content.flags.columns(), strict=True))
    entry = Entry(pk=0, message_id=message, thread=thread, sort_at=content.sort_at, **columns)
    listing.refresh(mailbox, arriving.joined(mailbox, assigned), state)
    return places.put(mailbox, [entry], state)[0]


def flags(mailbox: Mailbox, said: Mapping[int, frozenset[str]], fetched_at: datetime) -> int:
    """Take over the flags of these UIDs. Returns how many entries differed."""
    return told(mailbox, Batch(flags=said), fetched_at).flags


def vanished(mailbox: Mailbox, uids: UidSet) -> int:
    """Turn the entries of these UIDs into tombstones. Returns how many there were."""
    return told(mailbox, Batch(vanished=uids), timezone.now()).vanished


def told(mailbox: Mailbox, said: Batch, fetched_at: datetime, renew: Callable[[], None] = lambda: None) -> Written:
    """Take over as one change what is new, what vanished and what flags are, but for what a person changed meanwhile.
    Of more flags than one turn has time for the rest is taken over in turns of their own, `renew` between them.

    Idempotent.
    """
    if not said:
        return Written()
    flags = [*said.flags.items()]
    written = _write(mailbox, replace(said, flags=dict(flags[:FLAGS_AT_ONCE])), fetched_at)
    for start in range(FLAGS_AT_ONCE, len(flags), FLAGS_AT_ONCE):
        renew()
        more = _write(mailbox, Batch(flags=dict(flags[start : start + FLAGS_AT_ONCE])), fetched_at)
        written = written._replace(flags=written.flags + more.flags)
    return written


@in_turn
def _write(mailbox: Mailbox, said: Batch, fetched_at: datetime, lowest_uid: int | None = None) -> Written:
    if said.contents:
        places.recognise(mailbox, said.contents)
    overlay = Overlay.of(mailbox.pk, fetched_at)  # only now: what waited for their UIDs counts too
    fresh, again = _sorted(mailbox, said.contents, overlay)
    different = entries.different(mailbox, {**said.flags, **again}, overlay)
    gone = dict(entries.inside(mailbox, said.vanished))
    if not (fresh or different or gone) and lowest_uid is None:
        return Written()
    state = events.raise_state(mailbox.pk)
    uids = {*gone, *(one.uid for one in fresh)}.union(*different.values())
    unread = entries.unread(mailbox, uids) if lowest_uid is None else 0
    touched = _change(mailbox, different, gone, state)
    if fresh:
        touched |= arriving.write(mailbox, fresh, state)
    listing.refresh(mailbox, touched, state)
    if lowest_uid is None:
        _count(mailbox, len(fresh) - len(gone), entries.unread(mailbox, uids) - unread)
    else:
        _move_cursor(mailbox, lowest_uid)
    return Written(len(fresh), sum(map(len, different.values())), len(gone))


def _sorted(
    mailbox: Mailbox, contents: Sequence[Content], overlay: Overlay
) -> tuple[list[Content], dict[int, frozenset[str]]]:
    """Those that are new here, and of the others the flags. Neither has what people took away."""
    here = [one for one in contents if one.uid not in overlay.away]
    held = entries.held(mailbox, [one.uid for one in here])
    return [one for one in here if one.uid not in held], {
        one.uid: frozenset(one.flags.flags()) for one in here if one.uid in held
    }


def _change(
    mailbox: Mailbox, different: Mapping[FlagValues, Mapping[int, int]], gone: Mapping[int, int], state: int
) -> set[int]:
    """Write what flags are and what is gone. Returns the conversations of it."""
    for values, found in different.items():
        entries.update(mailbox, found, state=state, **dict(zip(FLAG_COLUMNS, values.columns(), strict=True)))
    entries.update(mailbox, gone, state=state, expunged=True)
    return {*gone.values()}.union(*(found.values() for found in different.values()))


def _move_cursor(mailbox: Mailbox, lowest_uid: int) -> None:
    mailbox.lowest_uid = lowest_uid
    update(mailbox, "lowest_uid")
    if lowest_uid == 1:
        recount(mailbox)


@in_turn
def reset(mailbox: Mailbox) -> None:
    """UIDVALIDITY changed: the UIDs mean other messages. Content stays, and is found again by its key."""
    refusals.lost(mailbox)
    _end_jobs(mailbox)
    state = events.raise_state(mailbox.pk)
    threads = listing.threads_of(mailbox.pk)
    filed = PendingChange.objects.filter(mailbox=mailbox.pk)  # all that `lost` leaves
    filed.update(uid_validity=0, step=PendingChange.Step.NONE, target_from=None)
    kept = [place for places in filed.values_list("places", flat=True) for place in places.values()]
    Entry.objects.filter(mailbox=mailbox.pk).exclude(pk__in=kept).delete()
    MailboxThread.objects.filter(mailbox=mailbox.pk).update(count=0, unread=0, flagged=0, state=state)
    listing.refresh(mailbox, set(Entry.objects.filter(pk__in=kept).values_list("thread", flat=True)), state)
    listing.elsewhere(mailbox.account_id, threads)
    mailbox.uid_validity = mailbox.uid_next = mailbox.highest_modseq = mailbox.lowest_uid = mailbox.flags_at = None
    mailbox.undelivered = {}
    update(mailbox, "uid_validity", "uid_next", "highest_modseq", "lowest_uid", "flags_at", "undelivered")


def _end_jobs(mailbox: Mailbox) -> None:
    """What is left of them is known by UIDs that are other messages now."""
    Job.objects.filter(mailbox=mailbox.pk, finished_at=None).update(finished_at=timezone.now(), older=0)


def _count(mailbox: Mailbox, more: int, unread: int) -> None:
    """Move the numbers on the screen on by what was written: they are the index's own once it is complete, the server's
    until then. To count a large mailbox anew is too slow for every write."""
    if mailbox.lowest_uid == 1:
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, (more, unread, mailbox.pk))


@in_turn
def recount(mailbox: Mailbox) -> None:
    """Count everything anew: when the first sync ends, and when the index was compared with the server."""
    here = Entry.objects.filter(mailbox=mailbox.pk, expunged=False)
    unread = here.filter(seen=False).count()
    Mailbox.objects.filter(pk=mailbox.pk).update(total=here.count(), unread=unread)
