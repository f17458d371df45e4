"""`manage.py syncmail ADDRESS`: sync one account here and now, with a readable log."""

from __future__ import annotations

import logging
from typing import Any

from accounts.models import MailAccount
from imapbridge import queries
from imapbridge.management.account_command import AccountCommand
from imapbridge.queries import MailboxItem
from imapbridge.sync.account import sync


class Command(AccountCommand):
    help = "Sync one account now; log what is done, and tell how each mailbox stands at the end."

    def run(self, account: MailAccount, **options: Any) -> None:
        logging.getLogger("imapbridge").setLevel(logging.INFO)
        turns = 1
        while sync(account.pk):
            turns += 1
        mailboxes = [box for box in queries.mailboxes(account.pk) if box.selectable]
        for box in mailboxes:
            self.stdout.write(f"mailbox={box.id} {box.path}: {_state(box)}")
        failed = sum(bool(box.error) for box in mailboxes)
        told = f"up to date but for {failed} mailbox(es)" if failed else "up to date"
        self.stdout.write(f"{account.address} is {told} after {turns} turn(s).")


def _state(box: MailboxItem) -> str:
    if box.error:
        return f"not synced: {box.error}"
    return f"{box.total} messages, {box.unread} unread" + (f", {box.special_use}" if box.special_use else "")
