"""Work on all that a list shows: what is under way, and what was done a little ago and can be undone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from imapbridge.models import Job, PendingChange

UNDONE_WITHIN = timedelta(minutes=10)
_OF = ("name", "delimiter", "special_use")
_COLUMNS = (
    "id", "kind", "keyword", "total", "done", "finished_at", "mailbox", *(f"mailbox__{name}" for name in _OF),
    *(f"target__{name}" for name in _OF), "sought", "by_message",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class JobItem:
    """`kind`: a Job.Kind. `name`: the last part of the mailbox's; the two of the target are empty without one."""

    id: int
    kind: str
    mailbox: int
    name: str
    special_use: str
    total: int
    """0 as long as nobody knows."""
    done: int
    is_over: bool
    target_name: str = ""
    target_use: str = ""
    keyword: str = ""
    words: str = ""
    """Of the search whose results it is done to, wherever they are."""
    by_message: bool = False
    """Whether messages are counted, and not conversations."""


def jobs(account_id: int) -> list[JobItem]:
    """The newest first. One query."""
    changed = PendingChange.undoable(OuterRef("pk"))
    undone = Job.objects.filter(undone=OuterRef("pk"))
    since = timezone.now() - UNDONE_WITHIN
    lately = Q(Exists(changed), ~Exists(undone), finished_at__gte=since)
    rows = Job.objects.filter(lately | Q(finished_at=None), account=account_id).order_by("-pk")
    return [_item(*row) for row in rows.values_list(*_COLUMNS)[:20]]


def job(account_id: int, job_id: int) -> JobItem:
    """Job.DoesNotExist. One query."""
    return _item(*Job.objects.values_list(*_COLUMNS).get(account=account_id, pk=job_id))


def _item(key: int, kind: str, keyword: str, total: int, done: int, ended: Any, mailbox: int, *rest: Any) -> JobItem:
    *names, sought, by_message = rest
    here, there = _leaf(*names[:2]), _leaf(*names[3:5]) if names[3] else ""
    words = sought["query"] if sought else ""
    return JobItem(
        key, kind, mailbox, here, names[2], total, done, ended is not None, there, names[5] or "", keyword, words,
        by_message,
    )  # fmt: skip


def _leaf(name: str, delimiter: str) -> str:
    return name.rsplit(delimiter, 1)[-1] if delimiter else name
