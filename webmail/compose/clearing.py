"""What is needed of a message no more: its file, and in the end its row."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from webmail.models import Outgoing
from webmail.models.outgoing import folder

State = Outgoing.State
KEPT = timedelta(days=30)
"""For so long something is told of a message that was sent."""
ORPHANED = 24 * 3600
"""Seconds after which a file that no row has is removed."""


def drop_octets(row: Outgoing, but: Q | None = None) -> None:
    """Its file is needed no more, when the transaction is committed; `but`: unless it is one of these."""
    path, rows = row.path, Outgoing.objects.filter(pk=row.pk)
    unused = rows if but is None else rows.exclude(but)
    if row.octets and unused.update(octets=""):
        transaction.on_commit(lambda: path.unlink(missing_ok=True))


def forget(rows: Iterable[Outgoing]) -> None:
    for row in rows:
        drop_octets(row)
        row.delete()


def sweep() -> None:
    """Forget what has ended long ago, and files that no row has."""
    is_kept = Q(state__in=(State.SENT, State.PARTLY)) & ~Q(octets="")  # until its copy is in Sent
    over = (Q(state__in=(State.SENT, State.TAKEN_BACK)) | Q(dismissed=True)) & ~is_kept
    forget(Outgoing.objects.filter(over, created_at__lt=timezone.now() - KEPT, planned_at__lt=timezone.now() - KEPT))
    known, before = set(Outgoing.objects.exclude(octets="").values_list("octets", flat=True)), time.time() - ORPHANED
    for path in folder().iterdir():
        if path.name not in known and path.stat().st_ctime < before:
            path.unlink(missing_ok=True)
