"""An invitation (iTIP, RFC 5546, in iCalendar, RFC 5545) as values: what, when, where, who, and what became of it.

Pure and total: a calendar that cannot be read is none. Only its first event counts, and nothing of it is acted on.
The library that reads it is loaded with the first invitation; it never sees a zone or the description of one, since it
would work out every change of the clock that is written there, be it one a second, and believe it for the next letter.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from imapbridge.mime.headers import clean
from imapbridge.terms.part import Part

MAX_OCTETS = 128 * 1024
MAX_ATTENDEES = 100
_MAX_TEXT = 1000
_UNFOLDED = re.compile(r"\r?\n[ \t]")
_ZONE = re.compile(";TZID=", re.IGNORECASE)

# What the library lets out on nonsense.
_BROKEN = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, OSError)


@dataclass(frozen=True, slots=True)
class Guest:
    name: str
    address: str
    status: str = ""
    """`accepted`, `declined`, `tentative`, `delegated`, or empty: has not answered."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How an event repeats (RFC 5545 3.3.10), as far as it can be told in words."""

    frequency: str
    """`daily`, `weekly`, `monthly` or `yearly`; anything else cannot be told."""
    interval: int = 1
    days: tuple[tuple[int, int], ...] = ()
    """(which one of the month, or 0; weekday, Monday 0)."""
    month_days: tuple[int, ...] = ()
    count: int = 0
    until: str = ""
    """The last day, or empty."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """One event. Moments are ISO 8601: with an offset, without one (the reader's own time), or days."""

    section: str
    """Of the part that it stands in."""
    method: str
    """`request`, `cancel`, `reply`, `counter`, `publish` and so on; empty: not said."""
    title: str
    start: str
    end: str
    """After the last moment or day; empty when not said."""
    uid: str = ""
    sequence: int = 0
    """Raised with each change that matters."""
    place: str = ""
    cancelled: bool = False
    one_of_many: bool = False
    """It speaks of one occasion of an event that repeats."""
    occasion: str = ""
    """Which one: when it was to begin, as a moment; empty when that cannot be read."""
    organizer: Guest | None = None
    guests: tuple[Guest, ...] = ()
    rule: Rule | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Invitation:
        found = dict(value)
        found["organizer"] = Guest(**value["organizer"]) if value["organizer"] else None
        found["guests"] = tuple(Guest(**one) for one in value["guests"])
        if rule := value["rule"]:
            days = tuple((which, day) for which, day in rule["days"])
            found["rule"] = Rule(**{**rule, "days": days, "month_days": tuple(rule["month_days"])})
        return cls(**found)


def calendar_part(root: Part) -> Part | None:
    """The part to look for an invitation in: the one that says what it wants done, else the first calendar."""
    found = [part for part in root.walk() if _is_calendar(part) and part.size <= MAX_OCTETS * 3 // 2]
    return next((part for part in found if part.param("method")), found[0] if found else None)


def _is_calendar(part: Part) -> bool:
    return part.media_type in ("text/calendar", "application/ics") or part.filename.lower().endswith(".ics")


def invitation(text: str, section: str = "") -> Invitation | None:
    """The invitation in a calendar's text; None when there is none that can be read."""
    if len(text) > MAX_OCTETS or "BEGIN:VEVENT" not in text.upper():
        return None
    try:
        return _read(text, section)
    except _BROKEN:
        return None


def _read(text: str, section: str) -> Invitation | None:
    from icalendar import Calendar

    from webmail.reading import zones

    bare, described = zones.split(_UNFOLDED.sub("", text).replace("\r\n", "\n"))
    calendars = Calendar.from_ical(_ZONE.sub(";X-ZONE=", bare), multiple=True)
    events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    event = next((each for each in events if "DTSTART" in each), None)
    if event is None:
        return None
    start = _moment(event.get("DTSTART"), described)
    return Invitation(
        section=section,
        method=_word(calendars[0].get("METHOD")),
        title=_text(event.get("SUMMARY")),
        start=start.isoformat(),
        end=_end(event, start, described),
        uid=_text(event.get("UID")),
        sequence=_number(event.get("SEQUENCE")),
        place=_text(event.get("LOCATION")),
        cancelled=_word(event.get("STATUS")) == "cancelled",
        one_of_many="RECURRENCE-ID" in event,
        occasion=_moment(event.get("RECURRENCE-ID"), described).isoformat() if "RECURRENCE-ID" in event else "",
        organizer=next(iter(_guests(event.get("ORGANIZER"))), None),
        guests=tuple(_guests(event.get("ATTENDEE"))),
        rule=_rule(event.get("RRULE")),
    )


def _first(value: Any) -> Any:
    """A property that should stand once, and may stand twice."""
    return value[0] if isinstance(value, list) and value else value


def _text(value: Any) -> str:
    value = _first(value)
    return clean(str(value)[:_MAX_TEXT]) if value is not None else ""


def _word(value: Any) -> str:
    return _text(value)[:40].lower()


def _number(value: Any) -> int:
    found = _text(value)
    return min(int(found), 2**31) if found.isdecimal() and len(found) < 12 else 0


def _moment(value: Any, described: dict[str, str]) -> datetime | date:
    """Aware wherever the zone can be known."""
    from webmail.reading import zones

    value = _first(value)
    found: datetime | date = value.dt
    if not isinstance(found, datetime):
        return found
    name = str(value.params.get("X-ZONE", ""))
    if name:
        local = found.replace(tzinfo=None)
        zone = zones.named(name) or (zones.described(described[name], local) if name in described else None)
        found = local.replace(tzinfo=zone) if zone else local
    # An offset that nobody lives by would not survive being written down.
    return found.astimezone(UTC) if found.tzinfo else found


def _end(event: Any, start: datetime | date, described: dict[str, str]) -> str:
    if "DTEND" in event:
        end = _moment(event.get("DTEND"), described)
        comparable = isinstance(end, datetime) == isinstance(start, datetime)
        return end.isoformat() if comparable and _is_after(end, start) else ""
    duration = getattr(_first(event.get("DURATION")), "dt", None)
    return (start + duration).isoformat() if isinstance(duration, timedelta) and duration > timedelta(0) else ""


def _is_after(end: datetime | date, start: datetime | date) -> bool:
    if isinstance(end, datetime) and isinstance(start, datetime) and (end.tzinfo is None) != (start.tzinfo is None):
        return False
    return end > start


def _guests(value: Any) -> list[Guest]:
    listed = value if isinstance(value, list) else [value] if value is not None else []
    return [_guest(each) for each in listed[:MAX_ATTENDEES]]


def _guest(value: Any) -> Guest:
    params = getattr(value, "params", {})
    address = clean(str(value)[:320])
    if address.lower().startswith("mailto:"):
        address = address[7:]
    status = str(params.get("PARTSTAT", "")).lower()
    known = status in ("accepted", "declined", "tentative", "delegated")
    return Guest(clean(str(params.get("CN", ""))[:200]).strip("\"'"), address, status if known else "")


_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BY_DAY = re.compile(r"([+-]?\d{0,2})(MO|TU|WE|TH|FR|SA|SU)")
_TOLD = {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYSETPOS", "BYMONTH", "COUNT", "UNTIL", "WKST"}


def _rule(value: Any) -> Rule | None:
    value = _first(value)
    if not value:
        return None
    parts = {str(name).upper(): found if isinstance(found, list) else [found] for name, found in value.items()}
    frequency = str(parts.get("FREQ", [""])[0]).lower()
    if parts.keys() - _TOLD or (frequency != "yearly" and "BYMONTH" in parts):
        return Rule("")
    place = _whole(parts.get("BYSETPOS", [0])[0])
    days = tuple(day for each in parts.get("BYDAY", [])[:20] if (day := _day(str(each), place)))
    until = parts.get("UNTIL", [""])[0]
    return Rule(
        frequency=frequency,
        interval=max(_whole(parts.get("INTERVAL", [1])[0]), 1),
        days=days,
        month_days=tuple(_whole(each) for each in parts.get("BYMONTHDAY", [])[:10]),
        count=max(_whole(parts.get("COUNT", [0])[0]), 0),
        until=until.isoformat()[:10] if isinstance(until, date) else "",
    )


def _day(text: str, place: int) -> tuple[int, int] | None:
    found = _BY_DAY.fullmatch(text.upper())
    if found is None:
        return None
    which = found[1].strip("+")
    return (int(which) if which.strip("-") else place, _DAYS.index(found[2]))


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and abs(value) < 10_000 else 0
