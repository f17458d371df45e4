"""`manage.py verifyindex ADDRESS`: compare the mirror with the server, and with the mirror the words that search
looks in. Zero differences is the only good answer."""

from __future__ import annotations

import sys
from itertools import chain
from typing import Any

from accounts.models import MailAccount
from imapbridge.management.account_command import AccountCommand
from imapbridge.search import checking
from imapbridge.sync.verify import differences


class Command(AccountCommand):
    help = "Compare the mirror with the server, message by message, and print the differences."

    def run(self, account: MailAccount, **options: Any) -> None:
        found = 0
        for line in chain(differences(account), checking.faults(account.pk)):
            found += 1
            self.stdout.write(line)
        self.stdout.write(f"{found} differences")
        if found:
            sys.exit(1)
