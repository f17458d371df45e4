"""Everything that a list shows, done as one: a Job in chunks, for it takes longer than a click may.

    job = whole.begin(account_id, mailbox_id, Job.Kind.MOVE, target=archive, only="unread")
    tasks.go_on(job)       # what is left of it, in the background

Each chunk is as any other action: the index and what is owed to the server in one transaction, and this row with them;
so whoever is killed has lost one chunk, and two who go on with the same job do not disturb each other. Each message is
asked for once: what the server refuses comes back to the screen and stays there, and ends the job. What a chunk does is
in `chunks`. Undoing is a job as well, of the changes that the first one made.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.core.cache import cache
from django.db.models import Max
from django.utils import timezone

from imapbridge import events
from imapbridge.actions import chunks
from imapbridge.actions.owing import replay_soon
from imapbridge.actions.seeking import Sought
from imapbridge.models import Entry, Job, Mailbox, Notice, PendingChange
from imapbridge.terms.uids import UidSet
from imapbridge.writing import writing

Kind = Job.Kind
CHUNK = 500
AT_ONCE = 50
"""Messages that a click waits for: a screen of them, and small folders are done with it."""
COUNTING = 60
"""Seconds for which whoever counts is believed to live without a sign: a page of what is found takes far less."""
NOT_LISTED = {Kind.READ, Kind.EMPTY}
"""They are done to messages that the first sync has not brought as well."""
SOUGHT = "sought"
"""The filter of a job that is done to what a search finds. No list has it: a process of the version before, which would
take the job for one of all the mailbox, fails at it."""
_Change = PendingChange.Kind
_CHANGES: dict[str, tuple[PendingChange.Kind, ...]] = {
    Kind.EMPTY: (_Change.EXPUNGE,), Kind.MOVE: (_Change.MOVE,), Kind.COPY: (_Change.COPY,),
    Kind.FILTER: (_Change.MOVE, _Change.COPY, _Change.FLAGS), Kind.MUTE: (_Change.MOVE, _Change.FLAGS),
}  # fmt: skip
"""What each kind asks of the server; the others change flags."""


def begin(
    account_id: int,
    mailbox: int,
    kind: Job.Kind,
    *,
    target: int | None = None,
    keyword: str = "",
    only: str = "",
    rule: str = "",
    by_message: bool = False,
    sought: Sought | None = None,
) -> Job:
    """Do something to all conversations of a mailbox, or to those that `only` names; or to each message by itself; or
    to what a search finds anywhere, which the mailbox then only tells of. The first of them are done when this returns.
    Mailbox.DoesNotExist."""
    what: dict[str, Any] = {"kind": kind, "target_id": target, "keyword": keyword, "only": only, "rule": rule}
    what["by_message"] = by_message
    with writing(account_id):
        box = Mailbox.objects.get(account=account_id, pk=mailbox)
        if target is not None:
            Mailbox.objects.get(account=account_id, pk=target)
        kept = sought.kept() if sought else None
        if kept:
            what["only"] = SOUGHT
        afoot = Job.objects.filter(mailbox=box, finished_at=None, **what)
        afoot = afoot.filter(sought=kept) if kept else afoot.filter(sought__isnull=True)
        job = afoot.first() or _new(box, kind, what | {"sought": kept})
    return _begun(job)


def _begun(job: Job) -> Job:
    go_on(job.pk, AT_ONCE)
    job.refresh_from_db()
    return job


def _new(box: Mailbox, kind: Job.Kind, what: dict[str, Any]) -> Job:
    newest: int = Entry.objects.aggregate(key=Max("pk"))["key"] or 0
    unknown = total = 0
    if kind in NOT_LISTED and not what["only"]:
        unknown = box.lowest_uid - 1 if box.lowest_uid else (box.uid_next or 1) - 1
        total = box.total if kind == Kind.EMPTY else box.unread
    return Job.objects.create(account_id=box.account_id, mailbox=box, up_to=newest, older=unknown, total=total, **what)


def count(job: Job) -> bool:
    """Find out how many there are, where nobody knows yet: no click waits for this. In nobody's turn. False: another is
    at that, and goes on with the job then."""
    if job.total or job.finished_at is not None or job.kind == Kind.UNDO:
        return True
    key = f"counting:{job.pk}"
    if not cache.add(key, 1, COUNTING):
        return False
    try:
        job.total = job.done + chunks.left(job, partial(cache.touch, key, COUNTING))
        Job.objects.filter(pk=job.pk, finished_at=None).update(total=job.total)
    finally:
        cache.delete(key)
    return True


def go_on(job_id: int, most: int = CHUNK) -> bool:
    """Do the next chunk. Returns whether there is more to do."""
    account = Job.objects.filter(pk=job_id).values_list("account", flat=True).first()
    if account is None:
        return False
    with writing(account):
        job = Job.objects.select_related("mailbox", "target").get(pk=job_id)
        if job.finished_at is None:
            changed = ["done", "older", "below", "touched_at"]  # the total may be being counted meanwhile
            if _is_refused(job) or not _next(job, most):
                job.finished_at = timezone.now()
                job.total = max(job.total, job.done)
                changed += ["total", "finished_at"]
                events.raise_state(job.mailbox_id)  # so that pages hear of it
            job.save(update_fields=changed)
        return job.finished_at is None


def _next(job: Job, most: int) -> bool:
    """Whether there is more."""
    chunk = chunks.next_chunk(job, most)
    job.done += chunk.done
    PendingChange.objects.filter(pk__in=chunk.changes).update(job=job)
    return chunk.is_more


def _is_refused(job: Job) -> bool:
    """The server would not do this to messages of this mailbox, and will not do it to the others either."""
    if job.kind == Kind.UNDO:
        return False
    kinds = _CHANGES.get(job.kind, (_Change.FLAGS,))
    told = Notice.objects.filter(account=job.account_id, kind__in=kinds)
    if not job.sought:
        told = told.filter(source=job.mailbox.name)
    return told.filter(created_at__gte=job.created_at).exists()


def cancel(account_id: int, job_id: int) -> None:
    """What is done stays done."""
    with writing(account_id):
        for job in Job.objects.filter(account=account_id, pk=job_id, finished_at=None):
            Job.objects.filter(pk=job.pk).update(finished_at=timezone.now())
            events.raise_state(job.mailbox_id)


def undo(account_id: int, job_id: int) -> Job | None:
    """Undo what a job has done so far, and do no more of it. None when there is no such job, or nothing of it that can
    be undone: what the server was asked to delete cannot come back."""
    with writing(account_id):
        found = Job.objects.filter(account=account_id, pk=job_id).exclude(kind=Kind.UNDO).first()
        if found is None or Job.objects.filter(undone=found).exists():
            return None
        cancel(account_id, job_id)
        changes = PendingChange.undoable(found)
        total = sum(len(UidSet.parse(one.uids)) + len(one.unplaced) for one in changes.only("uids", "unplaced"))
        if not total:
            return None
        inverse = Job.objects.create(
            account_id=account_id, mailbox_id=found.mailbox_id, kind=Kind.UNDO, undone=found, up_to=0, total=total,
            sought=found.sought,
        )  # fmt: skip
    replay_soon(account_id)
    # The first thing that is undone is the last that was done, as a whole.
    last = changes.order_by("-pk").values_list("uids", flat=True).first() or ""
    return _begun(inverse) if len(UidSet.parse(last)) <= AT_ONCE else inverse


def progress(job: Job) -> int:
    """A number that every chunk makes larger, but for the last one."""
    return job.done - job.older


def take_up(quiet_since: datetime, patience: timedelta) -> list[Job]:
    """Jobs that nobody has gone on with since then. Whoever asks before `patience` is over finds that somebody has
    taken them up."""
    quiet = list(Job.objects.filter(finished_at=None, touched_at__lt=quiet_since))
    Job.objects.filter(pk__in=[job.pk for job in quiet]).update(touched_at=quiet_since + patience)
    return quiet


def forget(finished_before: datetime) -> None:
    """What nobody can undo any more."""
    afoot = Job.objects.filter(finished_at=None, undone__isnull=False).values("undone")
    Job.objects.filter(finished_at__lt=finished_before).exclude(pk__in=afoot).delete()
