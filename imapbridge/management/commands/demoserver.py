"""`manage.py demoserver`: the demo's IMAP and SMTP servers, on the ports that the environment names."""

from __future__ import annotations

import asyncio
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from imapbridge.demo.serve import serve


class Command(BaseCommand):
    help = "Runs the demo's IMAP and SMTP servers, with a believable mailbox, on the loopback address."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        env = settings.ENV
        asyncio.run(serve(env.data_path / "demo", env.imap_port, env.smtp_port))
