"""Time zones as calendars name them: by IANA, as Windows does, or described in the file itself (RFC 5545 3.6.5).

Pure. A description is read only as far as calendars write it, with one change of the clock a year for each side, and
nothing of a file is ever kept: a zone that one letter describes is not believed in the next.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

_TZID = re.compile(r"^TZID[^:\n]*:(.{1,200}?)\s*$", re.MULTILINE | re.IGNORECASE)
_SIDE = re.compile(r"^BEGIN:(STANDARD|DAYLIGHT)\s*$(.*?)^END:\1\s*$", re.MULTILINE | re.DOTALL | re.IGNORECASE)
_OFFSET = re.compile(r"^TZOFFSETTO:([+-])(\d\d)(\d\d)", re.MULTILINE | re.IGNORECASE)
_BEGINS = re.compile(r"^DTSTART[^:\n]*:(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)", re.MULTILINE | re.IGNORECASE)
_MONTH = re.compile(r"^RRULE:[^\n]*\bBYMONTH=(\d{1,2})\b", re.MULTILINE | re.IGNORECASE)
_DAY = re.compile(r"^RRULE:[^\n]*\bBYDAY=([+-]?\d)(MO|TU|WE|TH|FR|SA|SU)\b", re.MULTILINE | re.IGNORECASE)
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_LONGEST = 8 * 1024
"""Characters of a description that are looked at."""


def split(text: str) -> tuple[str, dict[str, str]]:
    """The calendar without its descriptions of zones, and those by their names."""
    kept: list[str] = []
    blocks: list[list[str]] = []
    inside = False
    for line in text.split("\n"):
        word = line.strip().upper()
        if word == "BEGIN:VTIMEZONE":
            inside = True
            blocks.append([])
        (blocks[-1] if inside else kept).append(line)
        if word == "END:VTIMEZONE":
            inside = False
    names = ((_TZID.search(block), block) for block in ("\n".join(lines)[:_LONGEST] for lines in blocks))
    return "\n".join(kept), {found[1]: block for found, block in names if found}


def named(name: str) -> ZoneInfo | None:
    """The zone that everybody knows by that name, also with a path before it; None when there is none."""
    for tried in (WINDOWS_TO_OLSON.get(name, name), "/".join(name.split("/")[-2:])):
        try:
            return ZoneInfo(tried)
        except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: it names a directory, such as America
            continue
    return None


def described(block: str, moment: datetime) -> tzinfo | None:
    """The offset that a file's own description gives for a local moment; None when it gives none."""
    sides = [side for found in _SIDE.findall(block) if (side := _side(found[1]))]
    began = [(onset, side.offset) for side in sides for onset in side.onsets(moment.year) if onset <= moment]
    if began:
        return timezone(max(began)[1])
    return timezone(sides[0].offset) if sides else None


@dataclass(frozen=True, slots=True)
class _Side:
    """Standard or summer time: from when on, and how far from UTC."""

    begins: datetime
    offset: timedelta
    month: int
    nth: int
    """Which one of the month's; negative from its end; 0: no rule."""
    weekday: int

    def onsets(self, year: int) -> list[datetime]:
        """The last ones up to the end of a year."""
        if not self.nth:
            return [self.begins]
        return [self._onset(each) for each in (year - 1, year) if 1 < each < 9999 and each >= self.begins.year]

    def _onset(self, year: int) -> datetime:
        first, days = monthrange(year, self.month)
        day = 1 + (self.weekday - first) % 7 + 7 * (self.nth - 1)
        if self.nth < 0:
            last = (first + days - 1) % 7
            day = days - (last - self.weekday) % 7 + 7 * (self.nth + 1)
        return self.begins.replace(year=year, month=self.month, day=min(max(day, 1), days))


def _side(text: str) -> _Side | None:
    offset, begins = _OFFSET.search(text), _BEGINS.search(text)
    if offset is None or begins is None:
        return None
    try:
        moment = datetime(*map(int, begins.groups()))  # type: ignore[arg-type]  # noqa: DTZ001  local by its nature
        away = timedelta(hours=int(offset[2]), minutes=int(offset[3])) * (-1 if offset[1] == "-" else 1)
        timezone(away)
    except ValueError:
        return None
    month, day = _MONTH.search(text), _DAY.search(text)
    if month is None or day is None or not 1 <= int(month[1]) <= 12:
        return _Side(moment, away, moment.month, 0, 0)
    return _Side(moment, away, int(month[1]), int(day[1]), _DAYS.index(day[2].upper()))
