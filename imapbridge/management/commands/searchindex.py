"""`manage.py searchindex ADDRESS`: makes the words that search looks in anew, from the mirror. Asks no mail server."""

from __future__ import annotations

from typing import Any

from accounts.models import MailAccount
from imapbridge.management.account_command import AccountCommand
from imapbridge.search import catching_up


class Command(AccountCommand):
    help = "Make the words that search looks in anew."

    def run(self, account: MailAccount, **options: Any) -> None:
        catching_up.begin_anew(account.pk)
        while catching_up.catch_up(account.pk):
            pass
        self.stdout.write(f"The words of {account.address} are written.")
