"""Everything in a mailbox, marked as read or deleted for good: a Job in chunks, for it takes longer than a click may.

    job = whole.begin(account_id, mailbox_id, Job.Kind.READ)
    tasks.go_on(job)       # what is left of it, in the background

What comes to the mailbox after `begin` is left alone. Each chunk is as any other action: the index and what is owed to
the server in one transaction, and this row with them; so whoever is killed has lost one chunk, and two who go on with
the same job do not disturb each other. Each message is asked for once: what the server refuses comes back to the screen
and stays there, and ends the job.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db.models import Max
from django.utils import timezone

from imapbridge.actions import filing, marks
from imapbridge.actions.owing import owe
from imapbridge.models import Entry, Job, Mailbox, Notice, PendingChange
from imapbridge.terms import flags
from imapbridge.terms.uids import MAX_UID, UidSet
from imapbridge.writing import writing

Kind = Job.Kind
CHUNK = 500
WIDEST = 50_000
"""UIDs of one change where the server has few messages among them."""
AT_ONCE = 100
"""Messages that a click waits for: most folders have no more, and are done with it."""


def begin(account_id: int, mailbox: int, kind: Job.Kind) -> Job:
    """READ or EMPTY a mailbox. Its first messages are done when this returns. Mailbox.DoesNotExist."""
    with writing(account_id):
        box = Mailbox.objects.get(account=account_id, pk=mailbox)
        job = Job.objects.filter(mailbox=box, kind=kind, finished_at=None).first() or _new(box, kind)
    go_on(job.pk, AT_ONCE)
    job.refresh_from_db()
    return job


def _new(box: Mailbox, kind: Job.Kind) -> Job:
    newest: int = Entry.objects.aggregate(key=Max("pk"))["key"] or 0
    unknown = box.lowest_uid - 1 if box.lowest_uid else (box.uid_next or 1) - 1
    total = box.total if kind == Kind.EMPTY else box.unread
    return Job.objects.create(
        account_id=box.account_id, mailbox=box, kind=kind, up_to=newest, older=unknown, total=total
    )  # fmt: skip


def go_on(job_id: int, most: int = CHUNK) -> bool:
    """Do the next chunk. Returns whether there is more to do."""
    account = Job.objects.filter(pk=job_id).values_list("account", flat=True).first()
    if account is None:
        return False
    with writing(account):
        job = Job.objects.select_related("mailbox").get(pk=job_id)
        if job.finished_at is None:
            if _is_refused(job) or not _next(job, most):
                job.finished_at = timezone.now()
            job.save(update_fields=["done", "older", "below", "uids", "finished_at", "touched_at"])
        return job.finished_at is None


def _next(job: Job, most: int) -> bool:
    """Whether there is more."""
    done = _CHUNKS[Kind(job.kind)](job, most)
    job.done += done
    if done < most and job.older > 0:
        _older(job)
    return done == most or job.older > 0


def _is_refused(job: Job) -> bool:
    """The server would not do this to messages of this mailbox, and will not do it to the others either."""
    kind = PendingChange.Kind.EXPUNGE if job.kind == Kind.EMPTY else PendingChange.Kind.FLAGS
    told = Notice.objects.filter(account=job.account_id, kind=kind, source=job.mailbox.name)
    return told.filter(created_at__gte=job.created_at).exists()


def cancel(account_id: int, job_id: int) -> None:
    """What is done stays done."""
    with writing(account_id):
        Job.objects.filter(account=account_id, pk=job_id, finished_at=None).update(finished_at=timezone.now())


def undo(account_id: int, job_id: int) -> Job | None:
    """Mark as unread again what a READ has marked. None when there is no such job; what is deleted cannot come back."""
    with writing(account_id):
        found = Job.objects.filter(account=account_id, pk=job_id, kind=Kind.READ).exclude(uids="").first()
        if found is None:
            return None
        cancel(account_id, job_id)
        inverse = Job.objects.create(
            account_id=account_id, mailbox_id=found.mailbox_id, kind=Kind.UNREAD, up_to=found.up_to, uids=found.uids,
            total=found.done,
        )  # fmt: skip
        Job.objects.filter(pk=found.pk).update(uids="")  # once
    go_on(inverse.pk, AT_ONCE)
    inverse.refresh_from_db()
    return inverse


def progress(job: Job) -> int:
    """A number that every chunk makes larger, but for the last one."""
    return job.done - job.older


def take_up(quiet_since: datetime) -> list[Job]:
    """Jobs that nobody has gone on with since then; whoever asks next finds that somebody has taken them up."""
    quiet = list(Job.objects.filter(finished_at=None, touched_at__lt=quiet_since))
    Job.objects.filter(pk__in=[job.pk for job in quiet]).update(touched_at=timezone.now())
    return quiet


def forget(finished_before: datetime) -> None:
    """What nobody can undo any more."""
    Job.objects.filter(finished_at__lt=finished_before).delete()


def _take(job: Job, most: int, **still: bool) -> list[Entry]:
    """The next entries, by UID from the top down. What has no UID yet comes first: it may get any of them meanwhile."""
    here = Entry.objects.filter(mailbox=job.mailbox_id, expunged=False, pk__lte=job.up_to, **still)
    coming = list(here.filter(uid__lt=0)[:most]) if job.below is None else []
    below = MAX_UID + 1 if job.below is None else job.below
    placed = list(here.filter(uid__gt=0, uid__lt=below).order_by("-uid")[: most - len(coming)])
    if placed:
        job.below = placed[-1].uid
    return [*placed, *coming]


def _read(job: Job, most: int) -> int:
    found = _take(job, most, seen=False)
    marks.set_seen(job.account_id, [one.message_id for one in found], seen=True)
    known = UidSet.of(one.uid for one in found if one.uid > 0)
    job.uids = str(UidSet.parse(job.uids) | known)
    return len(found)


def _unread(job: Job, most: int) -> int:
    left = UidSet.parse(job.uids)
    some = list(left)[-most:]
    job.uids = str(left - UidSet.of(some))
    here = Entry.objects.filter(mailbox=job.mailbox_id, uid__in=some, expunged=False)
    marks.set_seen(job.account_id, list(here.values_list("message_id", flat=True)), seen=False)
    return len(some)


def _empty(job: Job, most: int) -> int:
    found = _take(job, most)
    filing.expunge(job.mailbox, found)
    return len(found)


_CHUNKS: dict[Kind, Callable[[Job, int], int]] = {Kind.READ: _read, Kind.UNREAD: _unread, Kind.EMPTY: _empty}


def _older(job: Job) -> None:
    """Messages that are not in the index yet: the server is told of their UIDs, whichever of them there are."""
    first = max(1, job.older - _span(job) + 1)
    uids = range(first, job.older + 1)
    uid_validity = job.mailbox.uid_validity or 0
    if job.kind == Kind.READ:
        owe(
            job.account_id, job.mailbox_id, PendingChange.Kind.FLAGS, uids, uid_validity=uid_validity, add=[flags.SEEN]
        )  # fmt: skip
    else:
        owe(job.account_id, job.mailbox_id, PendingChange.Kind.EXPUNGE, uids, uid_validity=uid_validity)
    job.older = first - 1


def _span(job: Job) -> int:
    """How many UIDs have about a chunk of messages among them: a mailbox of long ago has few, and high ones."""
    box = job.mailbox
    between = (box.uid_next or 1) // max(1, box.server_total or box.uid_next or 1)
    return min(CHUNK * max(1, between), WIDEST)
