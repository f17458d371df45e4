"""The one door to a person's rows. What is not the person's is not there: a 404, whether or not it exists."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from accounts.models import MailAccount, User
from imapbridge.models import Mailbox, Message

Visitor = User | AnonymousUser


def account_for(user: Visitor) -> MailAccount:
    """The person's mail account; the first, for there is one so far. One query."""
    account = MailAccount.objects.select_related("mirror").filter(user=user.pk).order_by("pk").first()
    if account is None:
        raise Http404
    return account


def mailbox_for(user: Visitor, mailbox_id: int) -> Mailbox:
    """The mailbox with its account and how far its mirror is, in one query."""
    mailbox = Mailbox.objects.select_related("account__mirror").filter(pk=mailbox_id, account__user=user.pk).first()
    if mailbox is None:
        raise Http404
    return mailbox


def message_for(user: Visitor, message_id: int) -> Message:
    """The message with its account and how far its mirror is, in one query."""
    message = Message.objects.select_related("account__mirror").filter(pk=message_id, account__user=user.pk).first()
    if message is None:
        raise Http404
    return message


def account_needs_password(account: MailAccount) -> bool:
    """True when the mail server cannot be asked until the person signs in again; the index can be read all the same."""
    return account.refused or not account.secret
