"""The hours in which nothing is told, by the clock of the person. Pure."""

from __future__ import annotations

from datetime import time


def is_quiet(now: time, begin: time | None, end: time | None) -> bool:
    """Whether `now` is within [begin, end), which may go over midnight. Equal or missing ends: never."""
    if begin is None or end is None or begin == end:
        return False
    if begin < end:
        return begin <= now < end
    return now >= begin or now < end
