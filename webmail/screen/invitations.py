"""An invitation as a card: what, when in the reader's own time, where, who, and what has become of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from webmail.reading.invitations import Guest, Invitation
from webmail.screen import people
from webmail.screen.clock import Clock
from webmail.screen.files import part_link
from webmail.screen.recurrence import in_words

NAMED_GUESTS = 6


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the card."""

    icon: str
    text: str
    small: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A button of the card. `pressed`: `true` for what was answered."""

    value: str
    label: str
    css: str
    pressed: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Whether, and where, an invitation is answered; and what stands against it."""

    link: str = ""
    """Empty: it is not."""
    answered: str = ""
    """`accepted`, `tentative`, `declined`, or empty."""
    has_failed: bool = False
    clashes: Sequence[Sequence[str]] = ()
    """[title, start, end] of other events at the same time."""


@dataclass(frozen=True, slots=True)
class Card:
    """As `message/_invitation.html` prints it."""

    id: int
    """Of the message."""
    title: str
    month: str
    day: str
    weekday: str
    facts: list[Fact]
    news: str
    """What became of the event, or empty for an invitation as such."""
    news_css: str
    link: str
    """The calendar's file."""
    answers: tuple[Answer, ...] = ()
    """Empty for what asks for none."""
    answer_link: str = ""
    """Where they are posted."""
    failed: str = ""
    """What is said of an answer that could not be sent."""


def card(message: int, found: Invitation, clock: Clock, me: str, asked: Asked = Asked()) -> Card:
    start = _local(found.start, clock)
    day = start.date() if isinstance(start, datetime) else start
    news, css = _news(found)
    return Card(
        id=message,
        title=people.clean(found.title) or _("(no title)"),
        month=str(MONTHS[day.month]),
        day=str(day.day),
        weekday=str(WEEKDAYS[day.weekday()]),
        facts=[*_facts(found, clock, me, asked.answered), *_clashes(asked, clock)],
        news=news,
        news_css=css,
        link=part_link(message, found.section),
        answers=_answers(asked.answered) if asked.link else (),
        answer_link=asked.link,
        failed=_("Your answer could not be sent. Try again in a while.") if asked.has_failed else "",
    )


def _answers(given: str) -> tuple[Answer, ...]:
    labels = {"accepted": _("Accept"), "tentative": _("Maybe"), "declined": _("Decline")}
    return tuple(
        Answer(
            value,
            label,
            "btn primary" if value == (given or "accepted") else "btn",
            "true" if value == given else "false",
        )
        for value, label in labels.items()
    )


def _clashes(asked: Asked, clock: Clock) -> list[Fact]:
    return [
        Fact(
            "triangle-alert",
            _("At the same time: {title}").format(title=people.clean(title) or _("(no title)")),
            _moments_of(start, end, clock),
        )
        for title, start, end in asked.clashes
    ]


def _moments_of(start: str, end: str, clock: Clock) -> str:
    begin, last = _local(start, clock), _local(end or start, clock)
    return _moments(begin, last, clock) if isinstance(begin, datetime) and isinstance(last, datetime) else ""


def _local(moment: str, clock: Clock) -> date:
    """A day, or a moment in the reader's time; one without a zone is in it already."""
    if len(moment) == len("2026-03-20"):
        return date.fromisoformat(moment)
    found = datetime.fromisoformat(moment)
    try:
        return found.astimezone(clock.tz) if found.tzinfo else found
    except OverflowError:  # on the last or the first day there is
        return found


def _facts(found: Invitation, clock: Clock, me: str, answered: str) -> list[Fact]:
    facts = [_when(found, clock)]
    if found.place:
        facts.append(Fact("map-pin", people.clean(found.place)))
    if who := _who(found, me, answered):
        facts.append(Fact("users", who))
    if not found.one_of_many:
        facts.append(Fact("refresh-cw", in_words(found.rule, clock)))
    return facts


# --- When -------------------------------------------------------------------------------------------------------------


def _when(found: Invitation, clock: Clock) -> Fact:
    start = _local(found.start, clock)
    end = _local(found.end, clock) if found.end else start
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        return Fact("clock", _days(start, end, clock))
    zone = _("(your time, {zone})").format(zone=start.tzname()) if start.tzinfo else _("(local time)")
    return Fact("clock", _moments(start, end, clock), zone)


def _moments(start: datetime, end: datetime, clock: Clock) -> str:
    day, at, to = clock.day(start.date()), clock.time(start), clock.time(end)
    if end == start:
        return _("{day}, {at}").format(day=day, at=at)
    if end.date() == start.date():
        return _("{day}, {at} to {to}").format(day=day, at=at, to=to)
    return _("{day}, {at} to {last}, {to}").format(day=day, at=at, last=clock.day(end.date()), to=to)


def _days(start: date, end: date, clock: Clock) -> str:
    """An event of whole days ends before the day that is its end (RFC 5545 3.6.1)."""
    last = end - timedelta(days=1) if end > start else start
    if last == start:
        return _("{day}, all day").format(day=clock.day(start))
    return _("{day} to {last}").format(day=clock.day(start), last=clock.day(last))


# --- Who --------------------------------------------------------------------------------------------------------------


def _who(found: Invitation, me: str, answered: str) -> str:
    """`Ines (organiser), Marta accepted, Tomás maybe, you have not answered`."""
    organizer = found.organizer
    others = [guest for guest in found.guests if organizer is None or not _same(guest, organizer.address)]
    own = [guest for guest in others if _same(guest, me)]
    others = [guest for guest in others if not _same(guest, me)]
    told = [_("{name} (organiser)").format(name=_name(organizer))] if organizer else []
    told += [_answer(guest) for guest in others[:NAMED_GUESTS]]
    if rest := len(others) - NAMED_GUESTS:
        told += [ngettext("{n} other", "{n} others", rest).format(n=rest)] if rest > 0 else []
    if (own or answered) and found.method in ("request", ""):
        told.append(_own_answer(answered or own[0].status))
    return ", ".join(told)


def _answer(guest: Guest) -> str:
    name = _name(guest)
    words = {
        "accepted": _("{name} accepted"),
        "declined": _("{name} declined"),
        "tentative": _("{name} maybe"),
        "delegated": _("{name} sends somebody else"),
    }
    return words[guest.status].format(name=name) if guest.status else name


def _own_answer(status: str) -> str:
    words = {"accepted": _("you accepted"), "declined": _("you declined"), "tentative": _("you said maybe")}
    return words.get(status, _("you have not answered"))


def _same(guest: Guest, address: str) -> bool:
    return guest.address.lower() == address.lower()


def _name(guest: Guest) -> str:
    return people.display_name(guest.name, guest.address)


# --- What became of it ------------------------------------------------------------------------------------------------


def _news(found: Invitation) -> tuple[str, str]:
    """The sentence and its class."""
    if found.method == "cancel" or found.cancelled:
        words = _("This date of the event was cancelled.") if found.one_of_many else _("This event was cancelled.")
        return words, "danger"
    if found.method == "request":
        return _changed(found), "warn"
    if found.method == "counter":
        name = _name(found.guests[0]) if found.guests else _("A guest")
        return _("{name} proposes another time.").format(name=name), "warn"
    answers = {"reply": _replied(found), "declinecounter": _("The organiser keeps to the time as it was.")}
    return answers.get(found.method, ""), ""


def _changed(found: Invitation) -> str:
    if found.one_of_many:
        return _("One date of this event was changed.")
    return _("This invitation was updated: what is below is how it is now.") if found.sequence else ""


def _replied(found: Invitation) -> str:
    words = {
        "accepted": _("{name} accepted the invitation."),
        "declined": _("{name} declined the invitation."),
        "tentative": _("{name} may come."),
        "delegated": _("{name} sends somebody else."),
    }
    guest = next(iter(found.guests), None)
    return words[guest.status].format(name=_name(guest)) if guest and guest.status else _("This is an answer.")
