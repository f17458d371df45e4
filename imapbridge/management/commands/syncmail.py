"""`manage.py syncmail ADDRESS`: sync one account here and now, with a readable log."""

from __future__ import annotations

import logging

from accounts.models import MailAccount
from imapbridge.management.account_command import AccountCommand
from imapbridge.sync.account import sync


class Command(AccountCommand):
    help = "Sync one account now and tell what was done."

    def run(self, account: MailAccount) -> None:
        logging.getLogger("imapbridge").setLevel(logging.INFO)
        turns = 1
        while sync(account.pk):
            turns += 1
        self.stdout.write(f"{account.address} is up to date after {turns} turn(s).")
