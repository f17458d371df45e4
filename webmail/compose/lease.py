"""That whoever sends a message lives: a sign of it in the message's row every few seconds, for as long as that takes.

A thread of its own gives it, for a mail server may be silent for minutes. A process that is killed, or stands still,
gives none, and the clock finds its messages. Whose lease ran out while it lives loses nothing by it: before the last
octet it sends nothing, and after it what it comes to know is still written down.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

from django.db import Error, connection
from django.db.models import QuerySet
from django.utils import timezone

from webmail.models import Outgoing

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=15)
"""For so long whoever sends is believed to live without a sign of it."""
SIGN = 4.0
"""Seconds between two signs."""


def held(row: Outgoing) -> QuerySet[Outgoing]:
    """The row, while it is in the hands of who claimed it in that turn."""
    return Outgoing.objects.filter(pk=row.pk, state=Outgoing.State.SENDING, turn=row.turn)


@contextmanager
def kept(row: Outgoing) -> Iterator[Callable[[], bool]]:
    """Signs are given while this lasts. Yields a question: is it still ours, as far as the last sign told?"""
    over, lost = Event(), Event()
    thread = Thread(target=_give_signs, args=(row, over, lost), name=f"lease-{row.pk}", daemon=True)
    thread.start()
    try:
        yield lambda: not lost.is_set()
    finally:
        over.set()
        thread.join()


def _give_signs(row: Outgoing, over: Event, lost: Event) -> None:
    try:
        while not over.wait(SIGN):
            try:
                if not held(row).update(due_at=timezone.now() + LEASE):
                    lost.set()
                    return
            except Error as fault:  # the next sign may be given
                logger.warning("outgoing=%s no sign given: %s", row.pk, type(fault).__name__)
                connection.close()
    finally:
        connection.close()
