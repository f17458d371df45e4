"""The next chunk of a Job: what each kind does, to which messages. In the caller's turn; `whole` keeps the job's row.

What is there when a job is begun is done, each message or conversation once, and what comes after is left alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from imapbridge.actions import applying, filing, labels, listed, marks, muting, seeking, snoozing, undoing
from imapbridge.actions.owing import owe, when_sure
from imapbridge.models import Entry, Job, Mailbox, PendingChange
from imapbridge.terms import flags, snoozed
from imapbridge.terms.uids import UidSet

Kind = Job.Kind
WIDEST = 50_000
"""UIDs of one change where the server has few messages among them."""


class Chunk(NamedTuple):
    """What was done: how many messages or conversations, the keys of the changes, and whether there is more."""

    done: int
    changes: list[int]
    is_more: bool


def next_chunk(job: Job, most: int) -> Chunk:
    """Do up to `most` of them, and move the job's cursor on."""
    if job.kind == Kind.UNDO:
        return _undo(job)
    if job.sought:
        return _sought(job, most)
    part = listed.following(job, most)
    chunk = Chunk(part.number, _KINDS[Kind(job.kind)](job, job.mailbox, part.entries), part.is_more)
    if chunk.is_more or job.older <= 0:
        return chunk
    return chunk._replace(changes=chunk.changes + _older(job), is_more=job.older > 0)


def left(job: Job, sign: Callable[[], object]) -> int:
    """How many there are still, as a Job counts them; of those in the index. `sign` is called now and then."""
    return seeking.left(job, sign) if job.sought else listed.left(job)


# --- what a search finds ----------------------------------------------------------------------------------------------


def _sought(job: Job, most: int) -> Chunk:
    found = seeking.following(job, most)
    boxes = Mailbox.objects.in_bulk(found.entries)
    changes: list[int] = []
    for mailbox, entries in found.entries.items():
        some = _newest(entries) if job.kind in listed.NEWEST and not job.by_message else entries
        some = _not_copied(job, some) if job.kind == Kind.COPY else some
        changes += _KINDS[Kind(job.kind)](job, boxes[mailbox], some) if some else []
    job.below = found.below
    return Chunk(found.rows, changes, is_more=found.below is not None)


def _not_copied(job: Job, entries: list[Entry]) -> list[Entry]:
    """What the server found may be among what the index has found since."""
    there = Entry.objects.filter(mailbox=job.target_id, message__in=_ids(entries), pk__gt=job.up_to)
    copied = set(there.values_list("message_id", flat=True))
    return [one for one in entries if one.message_id not in copied]


def _newest(entries: list[Entry]) -> list[Entry]:
    """Of each conversation."""
    by_age = sorted(entries, key=lambda one: (one.sort_at, one.message_id))
    return sorted({one.thread: one for one in by_age}.values(), key=lambda one: one.uid)


# --- what is done to them ---------------------------------------------------------------------------------------------


def _ids(entries: list[Entry]) -> list[int]:
    return [one.message_id for one in entries]


def _relabel(job: Job, _box: Mailbox, entries: list[Entry]) -> list[int]:
    old, new = job.keyword.split()
    some = [one.message_id for one in entries if old in one.keywords]
    given = labels.set_label(job.account_id, some, new, True)
    return given + labels.set_label(job.account_id, some, old, False)


def _mute(job: Job, box: Mailbox, entries: list[Entry]) -> list[int]:
    return muting.put(box, job.target, entries) if job.target else []


def _file(job: Job, box: Mailbox, entries: list[Entry]) -> list[int]:
    if job.target is None:
        return []
    if until := snoozed.until([job.keyword]):
        return snoozing.put(box, job.target, entries, until)
    kind = PendingChange.Kind.COPY if job.kind == Kind.COPY else PendingChange.Kind.MOVE
    return filing.file(box, job.target, entries, kind)


_KINDS: dict[Kind, Callable[[Job, Mailbox, list[Entry]], list[int]]] = {
    Kind.READ: lambda job, box, some: marks.set_seen(job.account_id, _ids(some), True),
    Kind.UNREAD: lambda job, box, some: marks.set_seen(job.account_id, _ids(some), False),
    Kind.STAR: lambda job, box, some: marks.set_flagged(job.account_id, _ids(some), True),
    Kind.UNSTAR: lambda job, box, some: marks.set_flagged(job.account_id, _ids(some), False),
    Kind.LABEL: lambda job, box, some: labels.set_label(job.account_id, _ids(some), job.keyword, True),
    Kind.UNLABEL: lambda job, box, some: labels.set_label(job.account_id, _ids(some), job.keyword, False),
    Kind.RELABEL: _relabel,
    Kind.MUTE: _mute,
    Kind.UNMUTE: lambda job, box, some: muting.unmute(job.account_id, _ids(some)),
    Kind.FILTER: lambda job, box, some: applying.apply(job, some),
    Kind.MOVE: _file,
    Kind.COPY: _file,
    Kind.EMPTY: lambda job, box, some: filing.expunge(box, some, regret=True),
}


def _undo(job: Job) -> Chunk:
    """One change, the last one first: it has as many messages as a chunk."""
    left = PendingChange.undoable(job.undone_id)
    change = left.select_related("mailbox", "target").order_by("-pk").first()
    if change is None:
        return Chunk(0, [], is_more=False)
    count = len(UidSet.parse(change.uids)) + len(change.unplaced)
    undoing.undo_one(change)
    PendingChange.objects.filter(pk=change.pk).update(job=None)  # once
    return Chunk(count, [], is_more=left.exists())


# --- what is in no index yet ------------------------------------------------------------------------------------------


def _older(job: Job) -> list[int]:
    """Messages that the first sync has not brought: the server is told of their UIDs, whichever of them there are.
    Returns what can be withdrawn of it: which of them were unread before, nobody knows."""
    first = max(1, job.older - _span(job) + 1)
    uids = range(first, job.older + 1)
    is_deletion = job.kind == Kind.EMPTY
    kind = PendingChange.Kind.EXPUNGE if is_deletion else PendingChange.Kind.FLAGS
    words = {"add": [flags.SEEN]} if job.kind == Kind.READ else {}
    change = owe(
        job.account_id, job.mailbox_id, kind, uids, uid_validity=job.mailbox.uid_validity or 0,
        not_before=when_sure() if is_deletion else None, **words,
    )  # fmt: skip
    job.older = first - 1
    return [change.pk] if is_deletion else []


def _span(job: Job) -> int:
    """How many UIDs have about a chunk of messages among them: a mailbox of long ago has few, and high ones."""
    box = job.mailbox
    between = (box.uid_next or 1) // max(1, box.server_total or box.uid_next or 1)
    return min(filing.CHUNK * max(1, between), WIDEST)
