"""That whoever replays a change lives: a sign of it in the change's row every few seconds, for as long as that takes.

A thread of its own gives the signs of all that this process has claimed, for a mail server may be silent for minutes. A
process that is killed, or stands still, gives none, and its changes are free soon. Nearly every change is done before
the first sign is due. Whose claim ran out begins nothing: `kept` tells.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import Error, connection
from django.utils import timezone

from imapbridge.models import PendingChange
from imapbridge.sync.owed import Owed

logger = logging.getLogger(__name__)

LEASE = 20.0
"""Seconds for which whoever claimed a change is believed to live without a sign of it."""
SIGN = 5.0
"""Seconds between two signs."""


def until() -> datetime:
    """Until when a change that is claimed now is another's."""
    return timezone.now() + timedelta(seconds=LEASE)


@dataclass(eq=False, slots=True)
class Claim:
    """On one change, by the turn of it that `attempts` counts. Moments are monotonic seconds."""

    change_id: int
    turn: int
    good_until: float
    """0: it is another's, for good. In the past: no sign could be given meanwhile, and it may still be ours."""
    ends: float
    """When no sign is given any more: nothing may take so long."""


@contextmanager
def kept(change: Owed) -> Iterator[Callable[[], bool]]:
    """Signs are given while this lasts. Yields a question: is it still ours, as far as is known?"""
    now = time.monotonic()
    claim = Claim(change.id, change.attempts, now + LEASE, now + 2 * change.seconds)
    try:
        _keeper.add(claim)
        yield lambda: time.monotonic() < claim.good_until
    finally:
        _keeper.drop(claim)


class _Keeper:
    """The claims of this process. Its thread ends when there are none."""

    def __init__(self) -> None:
        self._claims: set[Claim] = set()
        self._change = threading.Lock()
        self._thread: threading.Thread | None = None

    def add(self, claim: Claim) -> None:
        with self._change:
            self._claims.add(claim)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="claims", daemon=True)
                self._thread.start()

    def drop(self, claim: Claim) -> None:
        with self._change:
            self._claims.discard(claim)

    def _run(self) -> None:
        while True:
            time.sleep(SIGN)
            with self._change:
                held = list(self._claims)
                if not held:
                    self._thread = None
                    return
            self._give_signs(held)

    def _give_signs(self, held: list[Claim]) -> None:
        now = time.monotonic()
        try:
            with closing(connection):
                for claim in held:
                    if 0 < claim.good_until < now + LEASE - SIGN / 2 and now < claim.ends:
                        _sign(claim, now)
        except Error as fault:  # the next sign may be given
            logger.warning("no sign given of what is replayed: %s", type(fault).__name__)


def _sign(claim: Claim, now: float) -> None:
    """Late as well, after the database was away: the turn tells whether another has taken it by then."""
    row = PendingChange.objects.filter(pk=claim.change_id, attempts=claim.turn, confirmed_at=None)
    claim.good_until = now + LEASE if row.update(not_before=until()) else 0.0


_keeper = _Keeper()
