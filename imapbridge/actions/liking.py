"""How people want their mailboxes shown, and what for: kept with the account, by name; it outlives the mirror."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.models import MailAccount
from imapbridge.models import Mailbox
from imapbridge.sync import hierarchy, mailboxes
from imapbridge.writing import writing

HUES = range(12)


def like(account_id: int, mailbox: int, **likes: Any) -> None:
    """`favourite=True`, `hue=7`, `hidden=True`; a value that is None or False takes it back."""
    with transaction.atomic():
        account = MailAccount.objects.select_for_update().get(pk=account_id)
        row = Mailbox.objects.get(account=account, pk=mailbox)
        kept = {key: value for key, value in (account.folders.get(row.name, {}) | likes).items() if _counts(value)}
        others = {name: liked for name, liked in account.folders.items() if name != row.name}
        account.folders = {**others, row.name: kept} if kept else others
        account.save(update_fields=["folders"])
        hierarchy.tell(row)


def _counts(value: Any) -> bool:
    return value is not None and value is not False


def choose_use(account_id: int, use: str, name: str | None) -> None:
    """Say which mailbox is for sent mail, trash and the like, against its server and its name: the whole name of one,
    an empty one for none; None: guess again. A mailbox is for one thing only."""
    with writing(account_id):
        account = MailAccount.objects.get(pk=account_id)
        others = {key: held for key, held in account.special_uses.items() if key != use and (not held or held != name)}
        account.special_uses = others if name is None else {**others, use: name}
        account.save(update_fields=["special_uses"])
        mailboxes.assign_uses(account_id)
