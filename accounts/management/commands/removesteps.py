"""Take away the second steps of somebody who has lost device and recovery codes; the operator checks who it is."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import second, sign_ins
from accounts.models import SignIn, User


class Command(BaseCommand):
    help = "Removes passkeys, codes and recovery codes of a person, who is signed out everywhere: the password lets in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["address"].strip().lower()).first()
        if user is None:
            raise CommandError("Nobody here has this address.")
        gone = [second.remove(user, "passkey", key) for key in user.passkeys.values_list("pk", flat=True)]
        gone.append(second.remove(user, "authenticator"))
        sign_ins.end(list(SignIn.objects.filter(user=user)))
        self.stdout.write(f"{sum(gone)} second steps removed.")
