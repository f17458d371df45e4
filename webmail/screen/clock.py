"""Dates and times as a person reads them, in their own time zone, relative to now.

Formats are translatable patterns over numbers and month names, not `strftime`, which knows one language only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.dates import MONTHS, WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import get_language, gettext, pgettext

_LAST = 253_402_000_000
"""A moment in the year 9999."""


def zone(name: str, default: str) -> ZoneInfo:
    """The zone a person chose, or the default when it is none that is known."""
    try:
        return ZoneInfo(name or default)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: it names a directory, such as America
        return ZoneInfo(default)


@dataclass(frozen=True, slots=True)
class Group:
    """A heading of the list. `key` is stable for a day: `today`, `2026-02`."""

    key: str
    title: str


@dataclass(frozen=True, slots=True)
class _Patterns:
    """What one language needs, looked up once."""

    time: str
    day: str
    older: str
    weekday: str
    long_day: str
    long_older: str
    full: str
    month: str
    months: tuple[str, ...]
    short_months: tuple[str, ...]
    weekdays: tuple[str, ...]
    short_weekdays: tuple[str, ...]
    today: str
    yesterday: str
    week: str


@cache
def _patterns(_language: str) -> _Patterns:
    return _Patterns(
        time=pgettext("time of day", "{hour:02}:{minute:02}"),
        day=pgettext("day of this year", "{day} {month}"),
        older=pgettext("day of another year", "{day} {month} {year}"),
        weekday=pgettext("weekday and day", "{weekday} {date}"),
        long_day=pgettext("weekday and day of this year", "{weekday} {day} {month}"),
        long_older=pgettext("weekday and day of another year", "{weekday} {day} {month} {year}"),
        full=pgettext("moment in full", "{weekday} {day} {month} {year}, {time} ({zone})"),
        month=pgettext("month of another year", "{month} {year}"),
        months=tuple(str(MONTHS[number]) for number in range(1, 13)),
        short_months=tuple(_short_months()),
        weekdays=tuple(str(WEEKDAYS[number]) for number in range(7)),
        short_weekdays=tuple(str(WEEKDAYS_ABBR[number]) for number in range(7)),
        today=gettext("Today"),
        yesterday=gettext("Yesterday"),
        week=gettext("Earlier this week"),
    )


def _short_months() -> list[str]:
    return [
        pgettext("short month", "Jan"), pgettext("short month", "Feb"), pgettext("short month", "Mar"),
        pgettext("short month", "Apr"), pgettext("short month", "May"), pgettext("short month", "Jun"),
        pgettext("short month", "Jul"), pgettext("short month", "Aug"), pgettext("short month", "Sep"),
        pgettext("short month", "Oct"), pgettext("short month", "Nov"), pgettext("short month", "Dec"),
    ]  # fmt: skip


class Clock:
    """Formats moments for one person. Make a new one for every request: it knows what is today."""

    def __init__(self, tz: tzinfo, now: datetime | None = None) -> None:
        self.tz = tz
        self.today = (now or datetime.now(UTC)).astimezone(tz).date()
        language = get_language() or ""
        self._in = _patterns(language)
        self._face = (tz, self.today, language)
        self._groups: dict[date, Group] = {}

    def __eq__(self, other: object) -> bool:
        """Equal clocks say the same of every moment."""
        return isinstance(other, Clock) and self._face == other._face

    def __hash__(self) -> int:
        return hash(self._face)

    def local(self, at: int) -> datetime:
        """Seconds since 1970 as a local moment. Absurd numbers become the nearest moment there is."""
        try:
            return datetime.fromtimestamp(at, self.tz)
        except (OverflowError, OSError, ValueError):
            return datetime.fromtimestamp(0 if at < 0 else _LAST, self.tz)

    def time(self, moment: datetime) -> str:
        """`10:47`."""
        return self._in.time.format(hour=moment.hour, minute=moment.minute)

    def short(self, moment: datetime) -> str:
        """For a row: `10:47` today and yesterday (its heading says which), `9 Mar`, `11 Nov 2025`."""
        day = moment.date()
        return self.time(moment) if 0 <= (self.today - day).days <= 1 else self._date(day)

    def medium(self, moment: datetime) -> str:
        """For a message: `10:47` today, `Mon 9 Mar` within half a year, `11 Nov 2025`."""
        day = moment.date()
        if day == self.today:
            return self.time(moment)
        if abs((self.today - day).days) > 180:
            return self._date(day)
        return self._in.weekday.format(weekday=self._in.short_weekdays[day.weekday()], date=self._date(day))

    def full(self, moment: datetime) -> str:
        """`Thursday 12 March 2026, 10:42 (CET)`, in the zone the moment is given in."""
        return self._in.full.format(
            weekday=self._in.weekdays[moment.weekday()],
            day=moment.day,
            month=self._in.months[moment.month - 1],
            year=moment.year,
            time=self.time(moment),
            zone=moment.tzname() or "UTC",
        )

    def day(self, day: date) -> str:
        """`Friday 20 March`, with its year when that is another one."""
        pattern = self._in.long_day if day.year == self.today.year else self._in.long_older
        return pattern.format(
            weekday=self._in.weekdays[day.weekday()], day=day.day, month=self._in.months[day.month - 1], year=day.year
        )

    def group(self, moment: datetime) -> Group:
        """Which heading of the list a moment stands under."""
        day = moment.date()
        if day not in self._groups:
            self._groups[day] = self._group(day)
        return self._groups[day]

    def _group(self, day: date) -> Group:
        days = (self.today - day).days
        if days < 7:
            named = (Group("today", self._in.today), Group("yesterday", self._in.yesterday))
            return named[max(days, 0)] if days < 2 else Group("week", self._in.week)
        month = self._in.months[day.month - 1]
        title = month if day.year == self.today.year else self._in.month.format(month=month, year=day.year)
        return Group(f"{day.year:04}-{day.month:02}", title)

    def _date(self, day: date) -> str:
        pattern = self._in.day if day.year == self.today.year else self._in.older
        return pattern.format(day=day.day, month=self._in.short_months[day.month - 1], year=day.year)
