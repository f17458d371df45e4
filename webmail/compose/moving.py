"""What of an account was not sent, when the account is to go: drafts go on in another, what waits has to be seen to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from accounts.models import MailAccount
from imapbridge.mime.build import new_message_id
from webmail.models import Draft, Outgoing

State = Outgoing.State


def drafts_of(account_id: int) -> int:
    """How many drafts somebody has typed into."""
    return Draft.objects.filter(account=account_id, outgoing=None, discarded_at=None, revision__gt=0).count()


def waiting_in(account_id: int) -> int:
    """How many messages are on their way, came back or lack a copy in Sent, and nobody has said that they may be
    forgotten."""
    is_open = Q(dismissed=False) & ~Q(state__in=(State.SENT, State.TAKEN_BACK))
    return Outgoing.objects.filter(is_open | Q(copy=Outgoing.Copy.HELD), account=account_id).count()


def move_drafts(source: MailAccount, target: MailAccount) -> None:
    """All that are open go on in the other account, from its default identity; its Drafts mailbox gets their copies."""
    moved: dict[str, Any] = {"account_id": target.pk, "identity": None, "mirrored": 0, "mirrored_size": 0}
    for key in Draft.objects.filter(account=source, outgoing=None).values_list("pk", flat=True):
        update(Draft.objects.filter(pk=key), moved)


def update(draft: QuerySet[Draft], values: Mapping[str, Any]) -> int:
    """Change one draft, and perhaps its account. Where both accounts have it, as one that was begun from a copy in the
    other's Drafts mailbox, it is from now on another message. Returns whether there was such a draft."""
    try:
        with transaction.atomic():
            return draft.update(**values)
    except IntegrityError:
        address = MailAccount.objects.values_list("address", flat=True).get(pk=values["account_id"])
        return draft.update(**values, message_id=new_message_id(address.rpartition("@")[2]))
