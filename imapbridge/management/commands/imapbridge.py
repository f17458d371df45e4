"""`manage.py imapbridge`: the process that owns the warm connections to mail servers. Says nothing but its log."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from imapbridge.bridge import serve


class Command(BaseCommand):
    help = "Run the bridge: warm connections to mail servers, for the web processes. Listens at WEBMAIL_BRIDGE."
    # The checks would load every page of the site, which this process never shows.
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            serve.serve(settings.ENV.bridge_address, settings.ENV.bridge_secret, settings.ENV.bridge_announced_address)
        except serve.AddressTaken as error:
            raise CommandError(f"Another bridge is running at {error}.") from error
        except OSError as error:
            raise CommandError(f"Cannot listen at {settings.ENV.bridge_address}: {error}") from error
