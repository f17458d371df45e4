"""Until when something can be snoozed, by the person's own clock. Knows no request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from webmail.screen.clock import Clock

MORNING, EVENING = 8, 18
LATE = 17
"""From this hour on the evening has begun."""
LONGEST = timedelta(days=5 * 366)


@dataclass(frozen=True, slots=True)
class Choice:
    """`until` is a moment without a zone, as a field for one sends it: `2026-11-27T08:00`."""

    until: str
    name: str
    when: str


def choices(clock: Clock, now: datetime | None = None) -> list[Choice]:
    """What has a button; any other moment can be typed."""
    now = now or datetime.now(clock.tz)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    found = []
    if now.hour < LATE:
        found.append((_("This evening"), midnight.replace(hour=EVENING)))
    found.append((_("Tomorrow"), midnight + timedelta(days=1, hours=MORNING)))
    if now.weekday() < 5:
        found.append((_("This weekend"), midnight + timedelta(days=5 - now.weekday(), hours=MORNING)))
    found.append((_("Next week"), midnight + timedelta(days=7 - now.weekday(), hours=MORNING)))
    names = {until: name for name, until in reversed(found)}  # of two that are the same, the first
    return [Choice(until.isoformat(timespec="minutes"), names[until], when(clock, until)) for until in sorted(names)]


def when(clock: Clock, moment: datetime) -> str:
    """`Fri 27 Nov, 08:00`; the time alone today."""
    if moment.date() == clock.today:
        return clock.time(moment)
    return pgettext("day and time", "{day}, {time}").format(day=clock.medium(moment), time=clock.time(moment))


def moment(text: str, zone: tzinfo, now: datetime) -> datetime | None:
    """What was chosen or typed; None for what is no moment to come."""
    try:
        told = datetime.fromisoformat(text)
        until = told if told.tzinfo else told.replace(tzinfo=zone)
        return until if now < until < now + LONGEST else None
    except (ValueError, OverflowError):
        return None


def not_to_come() -> str:
    """Why something was no `moment`."""
    return _("Choose a moment that is still to come, within the next five years.")
