"""`manage.py verifyindex ADDRESS`: compare the mirror with the server. Zero differences is the only good answer."""

from __future__ import annotations

import sys
from typing import Any

from accounts.models import MailAccount
from imapbridge.management.account_command import AccountCommand
from imapbridge.sync.verify import differences


class Command(AccountCommand):
    help = "Compare the mirror with the server, message by message, and print the differences."

    def run(self, account: MailAccount, **options: Any) -> None:
        found = 0
        for line in differences(account):
            found += 1
            self.stdout.write(line)
        self.stdout.write(f"{found} differences")
        if found:
            sys.exit(1)
