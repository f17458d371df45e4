"""Writes down what is owed to the server, and asks the bridge to see to it once that is committed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from imapbridge import client
from imapbridge.models import PendingChange
from imapbridge.terms.uids import UidSet

REGRET = timedelta(seconds=15)
"""For so long the server is not asked for what it could not give back: all can be undone for more than ten seconds."""


def when_sure() -> datetime:
    """The `not_before` of a change that is asked for when there was time to undo it; what is owed there after it waits
    along."""
    return timezone.now() + REGRET


def owe(account_id: int, mailbox_id: int, kind: PendingChange.Kind, uids: Iterable[int], **rest: Any) -> PendingChange:
    """A change of these UIDs, in the caller's transaction. Negative ones are places whose UID is not known yet."""
    uids = list(uids)
    unplaced = [-uid for uid in uids if uid < 0]
    change = PendingChange.objects.create(
        account_id=account_id, mailbox_id=mailbox_id, kind=kind, uids=str(UidSet.of(uid for uid in uids if uid > 0)),
        unplaced=unplaced, waits=bool(unplaced), **rest,
    )  # fmt: skip
    replay_soon(account_id)
    return change


def replay_soon(account_id: int) -> None:
    transaction.on_commit(partial(client.replay, account_id), robust=True)
