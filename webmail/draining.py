"""Whether this web process is about to end: it still serves, and asks to be sent nothing more."""

from __future__ import annotations

import threading

_has_begun = threading.Event()


def begin() -> bool:
    """False when it has begun before."""
    if _has_begun.is_set():
        return False
    _has_begun.set()
    return True


def has_begun() -> bool:
    return _has_begun.is_set()
