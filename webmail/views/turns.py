"""Turns at what takes a process much: files that are fetched whole and unpacked here take its threads and its memory,
so that many at once would take them from the pages.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

LONGEST_WAIT = 5.0
"""Seconds. The thread that waits is one of a few (`asgi.py`), and there are others behind it."""
_turns = threading.BoundedSemaphore(2)


class NoTurn(Exception):
    """The others took too long."""


@contextmanager
def turn() -> Iterator[None]:
    """One of the few at a time. Raises NoTurn."""
    if not _turns.acquire(timeout=LONGEST_WAIT):
        raise NoTurn
    try:
        yield
    finally:
        _turns.release()
