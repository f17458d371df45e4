"""What the commands for one account share: the address as argument, and MailError as one plain line."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import MailAccount
from imapbridge.errors import MailError, WireError
from imapbridge.pool.translation import translate


class AccountCommand(BaseCommand):
    """A command about one account."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", help="the address the person signs in with")

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        accounts = list(MailAccount.objects.filter(address=address.lower()).order_by("pk"))
        if not accounts:
            raise CommandError(f"There is no account {address} here. Its person signs in once to make it.")
        try:
            for account in accounts:  # two people may read the same mailbox
                self.run(account, **options)
        except WireError as error:
            raise CommandError(f"The mail server: {translate(error).code}") from error
        except MailError as error:
            raise CommandError(f"The mail server: {error.code}") from error

    def run(self, account: MailAccount, **options: Any) -> None:
        raise NotImplementedError
