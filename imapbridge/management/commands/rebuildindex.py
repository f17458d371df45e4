"""`manage.py rebuildindex ADDRESS`: forget the mirror of one account and read it from the server again."""

from __future__ import annotations

from django.core.management.base import CommandError
from django.db import transaction

from accounts.models import MailAccount
from imapbridge.management.account_command import AccountCommand
from imapbridge.models import Mailbox, Message, Mirror, PendingChange, ThreadRef
from imapbridge.sync.account import sync


class Command(AccountCommand):
    help = "Forget the mirror of one account and read it from the server again."

    def run(self, account: MailAccount) -> None:
        sync(account.pk)
        if PendingChange.objects.filter(account=account, confirmed_at=None).exists():
            raise CommandError(
                "There are changes that the server has not got yet; nothing was forgotten. Try again soon."
            )
        with transaction.atomic():
            for model in (Mailbox, Message, ThreadRef, Mirror):
                model._default_manager.filter(account=account).delete()
        while sync(account.pk):
            pass
        self.stdout.write(f"The mirror of {account.address} is new.")
