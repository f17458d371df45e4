"""Writes down what is owed to the server, and asks the bridge to see to it once that is committed."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db import transaction

from imapbridge import client
from imapbridge.models import PendingChange
from imapbridge.terms.uids import UidSet


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
