"""An account is removed: its mirror and all that is kept of it go; nothing on the mail server does.

What lists show goes at once, in one transaction with the account. The texts of its messages may be many: they have
nobody any more whose they are, and are taken out in the background, where beat finds what was left.
"""

from __future__ import annotations

from functools import partial

from django.db import models, transaction
from django.db.models import Exists, OuterRef

from accounts.models import MailAccount
from accounts.oauth import returning
from imapbridge import client, events
from imapbridge.models import Body, Entry, MailboxThread, Message, MessageText, PendingChange, ThreadRef
from imapbridge.writing import writing

BATCH = 1000
_AT_ONCE: tuple[type[models.Model], ...] = (Entry, MailboxThread, ThreadRef)
"""Nothing refers to their rows, so that none needs to be read first."""
_LATER: tuple[type[models.Model], ...] = (Message, MessageText)
"""Of their rows the database does not ask for the account."""


def owed(account_id: int) -> int:
    """How many changes the mail server has not got yet: they are lost with the account."""
    return PendingChange.objects.filter(account=account_id, confirmed_at=None).count()


def remove(account: MailAccount) -> None:
    """For good. The caller has seen to what was not sent."""
    with writing(account.pk):
        returning.leave(account)
        for model in _AT_ONCE:
            _delete(model._default_manager.filter(account=account.pk))
        for relation in MailAccount._meta.related_objects:
            model = relation.related_model
            if model not in (*_AT_ONCE, *_LATER):
                model._default_manager.filter(**{relation.field.name: account.pk}).delete()
        _delete(MailAccount.objects.filter(pk=account.pk))
        transaction.on_commit(partial(client.forget, account.pk))
        transaction.on_commit(partial(events.tell, events.group(account.pk), {"type": events.ACCOUNTS}))


def sweep() -> None:
    """Take out the texts of accounts that are not there any more."""
    nobodys = Message.objects.filter(~Exists(MailAccount.objects.filter(pk=OuterRef("account"))))
    while some := list(nobodys.values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            for model in (MessageText, Body):
                _delete(model._default_manager.filter(message__in=some))
            _delete(Message.objects.filter(pk__in=some))


def _delete(rows: models.QuerySet[models.Model]) -> None:
    rows._raw_delete(rows.db)
