"""Until when a message is snoozed, as an IMAP keyword that goes with it: `$SnoozedUntil-20261127T0800Z`.

The keyword is on the message while it lies in the mailbox for such (`\\Snoozed`, in IANA's registry of mailbox
attributes); so what was snoozed is known again whatever becomes of this index.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

PREFIX = "$SnoozedUntil-"
_FORM = "%Y%m%dT%H%MZ"


def keyword_of(until: datetime) -> str:
    """To the minute, and no earlier than `until`."""
    told = until.astimezone(UTC)
    if told.second or told.microsecond:
        told = datetime.fromtimestamp(int(told.timestamp()) // 60 * 60 + 60, UTC)
    return PREFIX + told.strftime(_FORM)


def until(keywords: Iterable[str]) -> datetime | None:
    """The latest moment that one of them tells; None without one that can be read."""
    return max(filter(None, map(_moment, keywords)), default=None)


def _moment(keyword: str) -> datetime | None:
    if not keyword.lower().startswith(PREFIX.lower()):
        return None
    try:
        return datetime.strptime(keyword[len(PREFIX) :].upper(), _FORM).replace(tzinfo=UTC)
    except ValueError:
        return None


def is_time(keyword: str) -> bool:
    return keyword.lower().startswith(PREFIX.lower())
