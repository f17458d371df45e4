"""What of an account was not sent, when the account is to go: drafts go on in another, what waits has to be seen to."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import MailAccount
from imapbridge.mime.build import new_message_id
from webmail.models import Draft, Outgoing

State = Outgoing.State


def drafts_of(account_id: int) -> int:
    """How many drafts somebody has typed into."""
    return Draft.objects.filter(account=account_id, outgoing=None, discarded_at=None, revision__gt=0).count()


def waiting_in(account_id: int) -> int:
    """How many messages are on their way, or came back, and nobody has said that they may be forgotten."""
    over = (State.SENT, State.TAKEN_BACK)
    return Outgoing.objects.filter(account=account_id, dismissed=False).exclude(state__in=over).count()


def move_drafts(source: MailAccount, target: MailAccount) -> None:
    """All that are open go on in the other account, from its default identity; its Drafts mailbox gets their copies."""
    moved: dict[str, Any] = {"account": target, "identity": None, "mirrored": 0, "mirrored_size": 0}
    for key in Draft.objects.filter(account=source, outgoing=None).values_list("pk", flat=True):
        draft = Draft.objects.filter(pk=key)
        try:
            with transaction.atomic():
                draft.update(**moved)
        except IntegrityError:  # both have it: it was begun from a copy that lay in the other's Drafts mailbox
            draft.update(**moved, message_id=new_message_id(target.address.rpartition("@")[2]))
