"""How an event repeats, in words: whole sentences with named places, so that each language can order them."""

from __future__ import annotations

from datetime import date

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from webmail.reading.invitations import Rule
from webmail.screen.clock import Clock

_WORKING = ((0, 0), (0, 1), (0, 2), (0, 3), (0, 4))


def in_words(rule: Rule | None, clock: Clock) -> str:
    """`Every 2 weeks on Monday and Wednesday, until Monday 1 June`."""
    if rule is None:
        return _("Does not repeat")
    told = _repeats(rule)
    if rule.until:
        return _("{rule}, until {day}").format(rule=told, day=clock.day(date.fromisoformat(rule.until)))
    if rule.count:
        return ngettext("{rule}, {n} time", "{rule}, {n} times", rule.count).format(rule=told, n=rule.count)
    return told


def _repeats(rule: Rule) -> str:
    n = rule.interval
    if rule.frequency == "daily" and not rule.days and not rule.month_days:
        return ngettext("Every day", "Every {n} days", n).format(n=n)
    if rule.frequency == "weekly" and not rule.month_days:
        return _weekly(rule, n)
    if rule.frequency == "monthly" and not (rule.days and rule.month_days):
        return _monthly(rule, n)
    if rule.frequency == "yearly" and not rule.days and not rule.month_days:
        return ngettext("Every year", "Every {n} years", n).format(n=n)
    return _("Repeats, by a rule that your calendar can tell")


def _weekly(rule: Rule, n: int) -> str:
    if n == 1 and rule.days == _WORKING:
        return _("Every weekday from Monday to Friday")
    if not rule.days:
        return ngettext("Every week", "Every {n} weeks", n).format(n=n)
    days = listed([str(WEEKDAYS[day]) for _which, day in rule.days])
    return ngettext("Every week on {days}", "Every {n} weeks on {days}", n).format(n=n, days=days)


def _monthly(rule: Rule, n: int) -> str:
    if rule.days and all(which in _which() for which, _day in rule.days):
        days = listed([_which()[which].format(day=WEEKDAYS[day]) for which, day in rule.days])
        return ngettext("Every month on {days}", "Every {n} months on {days}", n).format(n=n, days=days)
    if rule.month_days and all(day > 0 for day in rule.month_days):
        days = listed(list(map(str, rule.month_days)))
        return ngettext("Every month on day {days}", "Every {n} months on day {days}", n).format(n=n, days=days)
    if rule.month_days == (-1,):
        return ngettext("Every month on its last day", "Every {n} months on the last day", n).format(n=n)
    if rule.days or rule.month_days:
        return _("Repeats, by a rule that your calendar can tell")
    return ngettext("Every month", "Every {n} months", n).format(n=n)


def _which() -> dict[int, str]:
    return {
        1: pgettext("weekday of a month", "the first {day}"),
        2: pgettext("weekday of a month", "the second {day}"),
        3: pgettext("weekday of a month", "the third {day}"),
        4: pgettext("weekday of a month", "the fourth {day}"),
        5: pgettext("weekday of a month", "the fifth {day}"),
        -1: pgettext("weekday of a month", "the last {day}"),
    }


def listed(words: list[str]) -> str:
    """`Monday, Tuesday and Friday`."""
    if len(words) < 2:
        return "".join(words)
    return _("{first} and {last}").format(first=", ".join(words[:-1]), last=words[-1])
