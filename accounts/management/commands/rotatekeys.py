"""Seal every password with the first of WEBMAIL_CREDENTIAL_KEYS, so that the others can be taken away."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from accounts import secrets
from accounts.models import MailAccount
from accounts.signals import keys_rotated


class Command(BaseCommand):
    help = "Seals every mail password with the first key; afterwards the older keys are not needed any more."

    def handle(self, *args: Any, **options: Any) -> None:
        sealed = unreadable = 0
        for account in MailAccount.objects.exclude(secret="").order_by("pk").iterator():
            before = account.secret
            try:
                if not secrets.reseal(account):
                    continue
            except secrets.SecretUnreadable:
                unreadable += 1
                continue
            # Only over what was read: somebody may be signing in meanwhile.
            sealed += MailAccount.objects.filter(pk=account.pk, secret=before).update(secret=account.secret)
        answers: Any = keys_rotated.send(sender=Command)
        for _receiver, (more, lost) in answers:
            sealed, unreadable = sealed + more, unreadable + lost
        self.stdout.write(f"{sealed} passwords sealed with the first key.")
        if unreadable:
            self.stderr.write(f"{unreadable} passwords cannot be opened by any key: their owners must sign in again.")
