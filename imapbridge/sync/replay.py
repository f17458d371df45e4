"""The person's will, down to the server: PendingChange rows in order, one at a time for an account.

The rows are claimed by compare-and-swap, so that the bridge (at once) and a worker (before a sync) can both replay and
no change overtakes an earlier one. Every change may be sent twice: setting a flag again changes nothing.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from imapbridge import events
from imapbridge.errors import CommandFailed
from imapbridge.models import Entry, PendingChange
from imapbridge.sync import apply, listing
from imapbridge.sync.content import FLAG_COLUMNS, FlagValues
from imapbridge.terms.uids import UidSet
from imapbridge.wire.session import Session

CLAIM = timedelta(seconds=60)
KEPT = timedelta(minutes=5)
"""How long a confirmed change is laid over flags that were fetched before it."""
MAX_PAUSE = timedelta(minutes=10)
FINAL = {"NOPERM", "CANNOT", "NONEXISTENT", "LIMIT", "OVERQUOTA", "CLIENTBUG", "READ-ONLY"}
"""Response codes after which trying again is no use (RFC 9051 7.1)."""
ATTEMPTS = 5
"""How often a NO without such a code is tried."""


def next_change(account_id: int) -> PendingChange | None:
    """The account's oldest change, claimed for a minute; None when there is none or somebody else is at it."""
    now = timezone.now()
    owed = PendingChange.objects.filter(account=account_id, confirmed_at=None)
    change = owed.select_related("mailbox").order_by("pk").first()
    if change is None or (change.not_before and change.not_before > now):
        return None
    free = Q(not_before=None) | Q(not_before__lte=now)
    claimed = owed.filter(free, pk=change.pk).update(not_before=now + CLAIM, attempts=change.attempts + 1)
    change.attempts += 1
    return change if claimed else None


def command(session: Session, change: PendingChange) -> Generator[Any, Any, None]:
    """The commands of one change, for either driver. Raises CommandFailed when the server refuses.

    A mailbox whose UIDVALIDITY is another now has no such messages: there is nothing left to do.
    """
    raw_name = bytes(change.mailbox.raw_name)
    selected = session.selected
    if selected is None or selected.raw_name != raw_name or selected.read_only:
        selected = yield from session.select(raw_name)
    if selected.uid_validity != change.uid_validity:
        return
    uids = UidSet.parse(change.uids)
    if change.add:
        yield from session.store(uids, add=change.add)
    if change.remove:
        yield from session.store(uids, remove=change.remove)


def confirmed(change: PendingChange) -> None:
    """The server has it. The row stays a little while; see `apply.Overlay`."""
    PendingChange.objects.filter(pk=change.pk).update(confirmed_at=timezone.now())


def forget_confirmed(account_id: int) -> None:
    """Drop what was confirmed so long ago that no fetch under way can be older."""
    PendingChange.objects.filter(account=account_id, confirmed_at__lt=timezone.now() - KEPT).delete()


def postponed(change: PendingChange) -> None:
    """No answer: later, with a growing pause."""
    pause = min(MAX_PAUSE, timedelta(seconds=2**change.attempts))
    PendingChange.objects.filter(pk=change.pk).update(not_before=timezone.now() + pause)


def refused(change: PendingChange, error: CommandFailed) -> bool:
    """The server said NO. Puts the index back to what it was when it will not change its mind.

    Returns whether it was given up; otherwise it is tried again later.
    """
    if error.code not in FINAL and error.status == "NO" and change.attempts < ATTEMPTS:
        postponed(change)
        return False
    take_back(change)
    return True


@transaction.atomic
def take_back(change: PendingChange) -> None:
    """Undo a change in the index. Its UIDs are those whose flags it really changed, so the inverse is the truth."""
    entries = Entry.objects.filter(mailbox=change.mailbox_id, uid__in=list(UidSet.parse(change.uids)), expunged=False)
    state = events.raise_state(change.mailbox_id)
    for entry in entries:
        values = FlagValues.of_columns(*(getattr(entry, name) for name in FLAG_COLUMNS))
        before = FlagValues.of((values.flags() - set(change.add)) | set(change.remove))
        for name in FLAG_COLUMNS:
            setattr(entry, name, getattr(before, name))
        entry.state = state
        entry.save()
    listing.refresh(change.mailbox, {entry.thread for entry in entries}, state)
    apply.count(change.mailbox)
    change.delete()
