"""What people did and the server would not do, until they have read it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from imapbridge.models import Notice

LIMIT = 20


@dataclass(frozen=True, slots=True)
class NoticeItem:
    """One refusal. `kind`: a PendingChange.Kind; `code`: of the MailError that says why."""

    id: int
    kind: str
    code: str
    subject: str
    count: int
    source: str
    target: str
    created_at: datetime


def notices(account_ids: Collection[int]) -> list[NoticeItem]:
    """The newest ones first. One query."""
    names = ("id", "kind", "code", "subject", "count", "source", "target", "created_at")
    rows = Notice.objects.filter(account__in=account_ids).order_by("-id").values_list(*names)
    return [NoticeItem(*row) for row in rows[:LIMIT]]
