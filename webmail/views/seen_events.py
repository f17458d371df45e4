"""The events of the invitations that somebody has looked at, to say which of them fall together.

Kept in the cache alone: losing it loses a hint.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from redis.exceptions import RedisError

from webmail.reading.invitations import Invitation

MOST = 200
KEPT_FOR = 120 * 24 * 3600
NAMED = 3
Event = list[str]
"""[title, start, end], the moments as in `Invitation`."""


def clashes(account_id: int, found: Invitation, answer: str) -> list[Event]:
    """The events that fall together with this one, a few; from now on it is one of them, unless it was declined."""
    held: dict[str, Event] = _kept(account_id)
    is_on = found.method in ("request", "publish", "") and not found.cancelled and answer != "declined"
    wanted = dict(held)
    if is_on and found.uid:
        wanted[found.uid] = [found.title, found.start, found.end]
    elif found.method in ("request", "cancel"):
        wanted.pop(found.uid, None)
    if wanted != held:
        _keep(account_id, dict(sorted(wanted.items(), key=lambda one: one[1][1])[-MOST:]))
    others = [event for uid, event in held.items() if uid != found.uid]
    return [event for event in others if is_on and _overlap(found.start, found.end, *event[1:])][:NAMED]


def _overlap(start: str, end: str, other_start: str, other_end: str) -> bool:
    """Of events by the clock. Days and moments without a zone fall together with nothing."""
    ones, others = _span(start, end), _span(other_start, other_end)
    return ones is not None and others is not None and ones[0] < others[1] and others[0] < ones[1]


def _span(start: str, end: str) -> tuple[datetime, datetime] | None:
    with suppress(ValueError, OverflowError):
        if len(start) > len("2026-03-20") and (begin := datetime.fromisoformat(start)).tzinfo:
            last = datetime.fromisoformat(end) if end else begin
            return begin, max(last, begin + timedelta(minutes=1))
    return None


def _kept(account_id: int) -> Any:
    with suppress(RedisError):
        return cache.get(f"events:{account_id}") or {}
    return {}


def _keep(account_id: int, events: dict[str, Event]) -> None:
    with suppress(RedisError):
        cache.set(f"events:{account_id}", events, KEPT_FOR)
