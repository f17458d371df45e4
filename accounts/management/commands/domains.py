"""`domains check FILE` and `domains apply FILE`: the operator's file of mail domains, and what it does to the rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import applying
from accounts.applying import Change
from accounts.declared import DeclarationFaults, read
from accounts.models import MailDomain


class Command(BaseCommand):
    """Every fault is told at once; with one nothing is changed."""

    help = "Check the file of mail domains, or bring the mail domains in line with it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=("check", "apply"))
        parser.add_argument("file", nargs="?", default=settings.ENV.domains_file, help="default: WEBMAIL_DOMAINS_FILE")

    def handle(self, *_args: Any, what: str, file: str, **_options: Any) -> None:
        if not file:
            raise CommandError("Name the file, or set WEBMAIL_DOMAINS_FILE.")
        try:
            rows = read(Path(file))
            changes = applying.apply(rows, dry=what == "check")
        except DeclarationFaults as faults:
            raise CommandError(f"{file}:\n" + "\n".join(f"  - {fault}" for fault in faults.faults)) from faults
        except ValidationError as faults:
            raise CommandError(f"{file}:\n" + "\n".join(f"  - {fault}" for fault in faults.messages)) from faults
        for change in changes:
            self.stdout.write(_words(change))
        for host in _unserved(rows):
            self.stderr.write(f"{host} is not in WEBMAIL_ALLOWED_HOSTS: nobody gets a page under it.")


def _words(change: Change) -> str:
    """`example.com: changed (imap_host, accent)`"""
    return f"{change.domain}: {change.word}" + (f" ({', '.join(change.fields)})" if change.fields else "")


def _unserved(rows: list[MailDomain]) -> list[str]:
    allowed = set(settings.ALLOWED_HOSTS)
    anywhere = "*" in allowed or settings.DEBUG
    return [] if anywhere else [host for row in rows for host in row.host_names if host not in allowed]
