"""Raising a mailbox's state, and telling the browsers of it. Ids, states and counts only: never markup, never mail."""

from __future__ import annotations

import logging
from functools import partial

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from django.db.models import F

from imapbridge.models import Mailbox

log = logging.getLogger(__name__)


def group(account_id: int) -> str:
    """The channel group that all tabs of an account join."""
    return f"account.{account_id}"


def raise_state(mailbox_id: int) -> int:
    """The mailbox's next state, for the rows that the caller writes in the same transaction; told on commit."""
    Mailbox.objects.filter(pk=mailbox_id).update(state=F("state") + 1)
    account_id, state = Mailbox.objects.values_list("account_id", "state").get(pk=mailbox_id)
    transaction.on_commit(partial(publish, account_id, mailbox_id), robust=True)
    return state


def publish(account_id: int, mailbox_id: int) -> None:
    """Tell every open page of the account how the mailbox stands now. Losing it is harmless: pages also ask."""
    now = Mailbox.objects.filter(pk=mailbox_id).values("state", "unread", "total").first()
    layer = get_channel_layer()
    if now is None or layer is None:
        return
    message = {"type": "mailbox.changed", "mailbox": mailbox_id, **now}
    try:
        async_to_sync(layer.group_send)(group(account_id), message)
    except OSError as fault:
        log.warning("mailbox=%s not published: %s", mailbox_id, type(fault).__name__)
