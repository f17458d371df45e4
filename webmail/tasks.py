"""What Celery runs for the pages' own rows."""

from __future__ import annotations

from celery import shared_task
from django.core.management import call_command

from accounts import sign_ins


@shared_task
def sweep_sign_ins() -> None:
    """Sign-ins and sessions that expired, and the passwords of people who are signed in nowhere any more."""
    sign_ins.sweep()
    call_command("clearsessions")
