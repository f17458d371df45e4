"""How an account's mirror stands: when it was last equal to the server, what is owed, and where the counts differ.

Compares counts only; `verifyindex` compares every message.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from django.db.models import Min

from imapbridge.doctor.values import Area, Finding, Level
from imapbridge.models import Mailbox, Mirror, PendingChange
from imapbridge.sync import standing
from imapbridge.wire.results import ListedMailbox

LATE = 15 * 60
"""Seconds since the last sync; the clock asks for one every two minutes while somebody is signed in."""
STUCK = 10 * 60
"""Seconds that a change may wait for the server."""


def look(account_id: int, listed: Sequence[ListedMailbox]) -> Iterator[Finding]:
    """`listed`: the server's mailboxes with their counts; empty where it was not asked."""
    mirror = Mirror.objects.filter(account=account_id).first()
    if mirror is None or mirror.listed_at is None:
        yield _found("never-synced", Level.WARNING)
        return
    ago = int(time.time() - mirror.listed_at.timestamp())
    yield _found("synced", minutes=ago // 60) if ago < LATE else _found("synced-late", Level.WARNING, minutes=ago // 60)
    if mirror.error:
        yield _found("sync-failed", Level.WARNING, reason=mirror.error)
    yield from _mailboxes(account_id, listed)
    yield _queue(account_id)


def _mailboxes(account_id: int, listed: Sequence[ListedMailbox]) -> Iterator[Finding]:
    boxes = [box for box in Mailbox.objects.filter(account=account_id) if box.selectable and not box.leaving]
    yield _found("mirrored", messages=sum(box.total for box in boxes), mailboxes=len(boxes))
    for code, level, found in (
        ("incomplete", Level.NOTE, [box for box in boxes if not box.complete]),
        ("failed-mailboxes", Level.WARNING, [box for box in boxes if box.error]),
        ("not-delivered", Level.WARNING, [box for box in boxes if box.undelivered]),
    ):
        if found:
            yield _found(code, level, count=len(found))
    if listed:
        yield _differing(boxes, listed)


def _differing(boxes: Sequence[Mailbox], listed: Sequence[ListedMailbox]) -> Finding:
    there = {one.raw_name: one.status for one in listed if one.selectable}
    differ = 0
    for box in boxes:
        status = there.get(bytes(box.raw_name))
        if status and box.complete and not standing.of(box.pk).afoot:
            differ += (status.messages, status.unseen) != (box.total, box.unread)
    return _found("counts-differ", Level.NOTE, count=differ) if differ else _found("counts-equal")


def _queue(account_id: int) -> Finding:
    owed = PendingChange.objects.filter(account=account_id, confirmed_at=None)
    count, oldest = owed.count(), owed.aggregate(oldest=Min("created_at"))["oldest"]
    if not count:
        return _found("nothing-owed")
    minutes = int(time.time() - oldest.timestamp()) // 60
    level, code = (Level.WARNING, "stuck") if 60 * minutes > STUCK else (Level.FINE, "owed")
    return _found(code, level, count=count, minutes=minutes)


def _found(code: str, level: Level = Level.FINE, **facts: str | int) -> Finding:
    return Finding(Area.MIRROR, level, code, facts)
