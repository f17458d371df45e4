"""`manage.py rebuildindex ADDRESS`: forget the mirror of one account and read it from the server again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError

from accounts.models import MailAccount
from imapbridge.management.account_command import AccountCommand
from imapbridge.models import Job, Mailbox, Message, Mirror, PendingChange, ThreadRef
from imapbridge.sync.account import sync
from imapbridge.sync.bulk import bulk
from imapbridge.writing import writing


class Command(AccountCommand):
    help = "Forget the mirror of one account and read it from the server again."

    def run(self, account: MailAccount, **options: Any) -> None:
        sync(account.pk)
        with bulk(account.pk), writing(account.pk):  # no worker is at it, and no click comes in between
            owed = PendingChange.objects.filter(account=account, confirmed_at=None)
            if owed.exists() or Job.objects.filter(account=account, finished_at=None).exists():
                raise CommandError("The server has not got all changes yet; nothing was forgotten. Try again soon.")
            for model in (Mailbox, Message, Mirror):
                model._default_manager.filter(account=account).delete()
            ThreadRef.objects.filter(account=account, said="").delete()  # not what its person said
        while sync(account.pk):
            pass
        self.stdout.write(f"The mirror of {account.address} is new.")
