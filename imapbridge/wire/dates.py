"""IMAP's own dates (RFC 9051 `date-time` and `date`), and the Date header that an ENVELOPE holds."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

from imapbridge.mime.headers import parse_date

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NUMBERS = {name.upper().encode(): number for number, name in enumerate(_MONTHS, 1)}
# Some servers write one digit for the day, without the space.
_DATE_TIME = re.compile(rb" *(\d{1,2})-([A-Za-z]{3})-(\d{4}) +(\d\d):(\d\d):(\d\d)(?: +([+-]\d{4}))?")
_HEADER_DATE = re.compile(
    rb"(?:[A-Z][a-z]{2}, +)?(\d{1,2}) ([A-Z][a-z]{2}) ((?:19[7-9]|20\d)\d) "
    rb"(\d\d):(\d\d):(\d\d) ([+-]\d{4})(?: \(\w+\))?"
)


def parse_date_time(raw: bytes) -> datetime:
    """`17-Jul-2026 02:44:25 -0700`, aware, in its own zone; without a zone UTC. ValueError when it is not a date."""
    found = _DATE_TIME.match(raw)
    if not found:
        raise ValueError("not an IMAP date")
    day, month, year, hour, minute, second, offset = found.groups()
    return datetime(
        int(year), _NUMBERS.get(month.upper(), 0), int(day),
        int(hour), int(minute), min(int(second), 59), tzinfo=_zone(offset) if offset else UTC,
    )  # fmt: skip


def header_date(raw: bytes) -> datetime | None:
    """A Date header. What is not in the usual form goes to `mime.headers`, which takes four times as long."""
    found = _HEADER_DATE.fullmatch(raw)
    month = _NUMBERS.get(found[2].upper()) if found else None
    if found and month:
        try:
            return datetime(
                int(found[3]), month, int(found[1]),
                int(found[4]), int(found[5]), int(found[6]), tzinfo=_zone(found[7]),
            )  # fmt: skip
        except ValueError:
            pass  # 31 June, second 60: not for this short way
    return parse_date(raw)


def format_date_time(moment: datetime) -> str:
    """For APPEND; without quotes. The moment must be aware."""
    return f"{moment.day:2}-{_MONTHS[moment.month - 1]}-{moment:%Y %H:%M:%S %z}"[:26]


def format_date(day: date) -> str:
    """For SEARCH: `1-Feb-1994`."""
    return f"{day.day}-{_MONTHS[day.month - 1]}-{day.year:04}"


@lru_cache(256)
def _zone(offset: bytes) -> timezone:
    """`-0700` and its like; at most the 10,000 that four digits can say, of which few are zones."""
    minutes = int(offset[1:3]) * 60 + int(offset[3:5])
    return timezone(timedelta(minutes=-minutes if offset[:1] == b"-" else minutes))
