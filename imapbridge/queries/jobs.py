"""Work on whole mailboxes: what is under way, and what was done a little ago and can be undone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from imapbridge.models import Job

UNDONE_WITHIN = timedelta(minutes=10)
_COLUMNS = ("id", "kind", "mailbox__name", "mailbox__delimiter", "mailbox__special_use", "total", "done", "finished_at")


@dataclass(frozen=True, slots=True)
class JobItem:
    """`kind`: a Job.Kind. `name`: the last part of the mailbox's."""

    id: int
    kind: str
    name: str
    special_use: str
    total: int
    done: int
    is_over: bool


def jobs(account_id: int) -> list[JobItem]:
    """The newest first. One query."""
    lately = Q(finished_at__gte=timezone.now() - UNDONE_WITHIN, kind=Job.Kind.READ) & ~Q(uids="")
    rows = Job.objects.filter(lately | Q(finished_at=None), account=account_id).order_by("-pk").values_list(*_COLUMNS)
    return [
        JobItem(key, kind, name.rsplit(delimiter, 1)[-1] if delimiter else name, use, total, done, ended is not None)
        for key, kind, name, delimiter, use, total, done, ended in rows[:20]
    ]
