"""The person's will, down to the server: PendingChange rows in order, one at a time for a mailbox.

The rows are claimed by compare-and-swap, so that the bridge (at once) and a worker (before a sync) can both replay and
no change overtakes an earlier one of its mailbox; a mailbox that will not open keeps no other waiting.
Every change may be sent twice: setting a flag again changes nothing.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import F
from django.utils import timezone

from imapbridge import events
from imapbridge.errors import CommandFailed
from imapbridge.models import Entry, Mailbox, PendingChange
from imapbridge.sync import apply, listing
from imapbridge.sync.content import FLAG_COLUMNS, FlagValues
from imapbridge.terms.uids import UidSet
from imapbridge.wire.session import Session
from imapbridge.writing import writing

log = logging.getLogger(__name__)

CLAIM = timedelta(seconds=60)
KEPT = timedelta(minutes=5)
"""How long a confirmed change is laid over flags that were fetched before it."""
MAX_PAUSE = timedelta(minutes=10)
FINAL = {"NOPERM", "CANNOT", "NONEXISTENT", "LIMIT", "OVERQUOTA", "CLIENTBUG", "READ-ONLY"}
"""Response codes after which trying again is no use (RFC 9051 7.1)."""
REFUSALS = 5
"""After so many a NO without such a code is final too."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A PendingChange that was claimed, as its replay needs it."""

    id: int
    account_id: int
    mailbox_id: int
    raw_name: bytes
    uid_validity: int
    uids: UidSet
    add: list[str]
    remove: list[str]
    attempts: int
    refusals: int


# One statement, for a click waits behind it: the oldest change that nobody else has and no earlier one holds back.
_CLAIM = f"""
UPDATE {PendingChange._meta.db_table} SET not_before = %s, attempts = attempts + 1
WHERE id = (
    SELECT min(first.id) FROM (
        SELECT min(id) AS id FROM {PendingChange._meta.db_table}
        WHERE account_id = %s AND confirmed_at IS NULL GROUP BY mailbox_id
    ) first JOIN {PendingChange._meta.db_table} one ON one.id = first.id
    WHERE one.not_before IS NULL OR one.not_before <= %s
) AND (not_before IS NULL OR not_before <= %s)
RETURNING id, account_id, mailbox_id,
    (SELECT raw_name FROM {Mailbox._meta.db_table} WHERE id = {PendingChange._meta.db_table}.mailbox_id),
    uid_validity, uids, "add", remove, attempts, refusals
"""  # noqa: S608 - the tables' names are ours


def next_change(account_id: int) -> Owed | None:
    """The oldest change that can be made now, claimed for a minute; None when there is none."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [_moment(now + CLAIM), account_id, _moment(now), _moment(now)])
        row = cursor.fetchone()
    if row is None:
        return None
    change_id, account_id, mailbox_id, raw_name, uid_validity, uids, add, remove, attempts, refusals = row
    return Owed(
        change_id, account_id, mailbox_id, bytes(raw_name), uid_validity, UidSet.parse(uids), json.loads(add),
        json.loads(remove), attempts, refusals,
    )  # fmt: skip


def _moment(at: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(at)


def confirmed_next(change: Owed) -> Owed | None:
    """The server has this one; the one after it."""
    confirmed(change)
    return next_change(change.account_id)


def command(session: Session, change: Owed) -> Generator[Any, Any, None]:
    """The commands of one change, for either driver. Raises CommandFailed when the server refuses.

    A mailbox whose UIDVALIDITY is another now has no such messages: there is nothing left to do.
    """
    selected = session.selected
    if selected is None or selected.raw_name != change.raw_name or selected.read_only:
        selected = yield from session.select(change.raw_name)
    if selected.uid_validity != change.uid_validity:
        return
    if change.add:
        yield from session.store(change.uids, add=change.add)
    if change.remove:
        yield from session.store(change.uids, remove=change.remove)


def confirmed(change: Owed) -> None:
    """The server has it. The row stays a little while; see `apply.Overlay`."""
    PendingChange.objects.filter(pk=change.id).update(confirmed_at=timezone.now())


def forget_confirmed(account_id: int) -> None:
    """Drop what was confirmed so long ago that no fetch under way can be older."""
    PendingChange.objects.filter(account=account_id, confirmed_at__lt=timezone.now() - KEPT).delete()


def postponed(change: Owed) -> None:
    """No answer: later, with a growing pause."""
    pause = min(MAX_PAUSE, timedelta(seconds=2 ** min(change.attempts, 10)))
    PendingChange.objects.filter(pk=change.id).update(not_before=timezone.now() + pause)


def refused(change: Owed, error: CommandFailed) -> bool:
    """The server said NO. Puts the index back to what it was when it will not change its mind.

    Returns whether it was given up; otherwise it is tried again later.
    """
    if error.code not in FINAL and error.status == "NO" and change.refusals + 1 < REFUSALS:
        PendingChange.objects.filter(pk=change.id).update(refusals=F("refusals") + 1)
        postponed(change)
        return False
    log.warning("mailbox=%s change=%s given up: %s %s", change.mailbox_id, change.id, error.status, error.code)
    take_back(change)
    return True


def take_back(change: Owed) -> None:
    """Undo a change in the index. Its UIDs are those whose flags it really changed, so the inverse is the truth."""
    with writing(change.account_id):
        _take_back(change)


def _take_back(change: Owed) -> None:
    entries = Entry.objects.filter(mailbox=change.mailbox_id, uid__in=list(change.uids), expunged=False)
    state = events.raise_state(change.mailbox_id)
    for entry in entries:
        values = FlagValues.of_columns(*(getattr(entry, name) for name in FLAG_COLUMNS))
        before = FlagValues.of((values.flags() - set(change.add)) | set(change.remove))
        for name in FLAG_COLUMNS:
            setattr(entry, name, getattr(before, name))
        entry.state = state
        entry.save()
    mailbox = Mailbox.objects.get(pk=change.mailbox_id)
    listing.refresh(mailbox, {entry.thread for entry in entries}, state)
    apply.count(mailbox)
    PendingChange.objects.filter(pk=change.id).delete()
