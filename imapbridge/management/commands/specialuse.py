"""`manage.py specialuse ADDRESS USE [MAILBOX]`: say what a mailbox is for, against its server and its name."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from accounts.models import MailAccount
from imapbridge.actions.liking import choose_use
from imapbridge.management.account_command import AccountCommand
from imapbridge.models import Mailbox
from imapbridge.terms.special_use import SpecialUse

USES = [use.value for use in SpecialUse if use is not SpecialUse.INBOX]


class Command(AccountCommand):
    help = "Choose the mailbox for sent mail, trash and the like."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("use", choices=USES)
        parser.add_argument("mailbox", nargs="?", help="its whole name, such as Post/Out; without it, guess again")
        parser.add_argument("--none", action="store_true", help="no mailbox is for this, whatever it is called")

    def run(self, account: MailAccount, **options: Any) -> None:
        use, name = options["use"], options["mailbox"]
        if options["none"]:
            name = ""
        elif name and not Mailbox.objects.filter(account=account, name=name, selectable=True).exists():
            raise CommandError(f"{account.address} has no mailbox {name!r}.")
        choose_use(account.pk, use, name)
        told = "chosen by the server or by name again" if name is None else repr(name) if name else "no mailbox"
        self.stdout.write(f"{use}: {told}")
