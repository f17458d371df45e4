"""PostgreSQL plans by statistics that it gathers minutes after many rows came. A first sync that brings thousands has
them gathered at its end: a sample of each table, however large, and not often.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.cache import cache
from django.db import connection

from imapbridge.models import Entry, MailboxThread, Message, ThreadRef

MANY = 5_000
"""Messages; what fewer change is left to the database itself."""
EVERY = 600
"""Seconds between two gatherings, whoever asks for them."""


@dataclass(slots=True)
class Written:
    """How many messages a turn of backfill wrote."""

    messages: int = 0


@contextmanager
def kept_true() -> Iterator[Written]:
    """Around what may write many rows, and says how many."""
    written = Written()
    try:
        yield written
    finally:
        if written.messages >= MANY and connection.vendor == "postgresql" and cache.add("statistics", 1, EVERY):
            _gather()


def _gather() -> None:
    tables = ", ".join(model._meta.db_table for model in (Message, Entry, MailboxThread, ThreadRef))
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {tables}")
