"""The card of an invitation, in words."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from webmail.reading.invitations import Guest, Invitation, Rule
from webmail.screen.clock import Clock
from webmail.screen.invitations import card
from webmail.screen.recurrence import in_words

CLOCK = Clock(ZoneInfo("Europe/Stockholm"), datetime(2026, 3, 12, 12, 0, tzinfo=UTC))
WALK = Invitation(
    section="2", method="request", title="Walk", start="2026-03-20T14:00:00+00:00", end="2026-03-20T14:45:00+00:00",
    place="Shed 4", organizer=Guest("Ines Haddad", "ines@x.example"),
    guests=(Guest("Ines Haddad", "INES@x.example", "accepted"), Guest("Marta", "m@x.example", "accepted"),
            Guest("Tomás", "t@x.example", "tentative"), Guest("", "Noor@example.com")),
)  # fmt: skip


def facts(found: Invitation) -> dict[str, str]:
    shown = card(7, found, CLOCK, "noor@example.com").facts
    return {fact.icon: f"{fact.text} {fact.small}".strip() for fact in shown}


def test_the_card() -> None:
    shown = card(7, WALK, CLOCK, "noor@example.com")
    assert (shown.title, shown.month, shown.day, shown.weekday) == ("Walk", "March", "20", "Friday")
    assert shown.link == "/message/7/part/2"
    assert facts(WALK) == {
        "clock": "Friday 20 March, 15:00 to 15:45 (your time, CET)",
        "map-pin": "Shed 4",
        "users": "Ines Haddad (organiser), Marta accepted, Tomás maybe, you have not answered",
        "refresh-cw": "Does not repeat",
    }


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("2026-03-20", "2026-03-21", "Friday 20 March, all day"),
        ("2026-03-20", "", "Friday 20 March, all day"),
        ("2026-03-20", "2026-03-23", "Friday 20 March to Sunday 22 March"),
        ("2027-03-20", "", "Saturday 20 March 2027, all day"),
        ("2026-03-20T15:00:00", "", "Friday 20 March, 15:00 (local time)"),
        (
            "2026-03-20T22:30:00+00:00",
            "2026-03-21T01:00:00+00:00",
            "Friday 20 March, 23:30 to Saturday 21 March, 02:00 (your time, CET)",
        ),
        ("2026-07-20T22:30:00+00:00", "", "Tuesday 21 July, 00:30 (your time, CEST)"),
        ("9999-12-31T23:30:00+00:00", "", "Friday 31 December 9999, 23:30 (your time, UTC)"),
    ],
)
def test_when(start: str, end: str, words: str) -> None:
    assert facts(replace(WALK, start=start, end=end))["clock"] == words


@pytest.mark.parametrize(
    ("changes", "news", "css"),
    [
        ({}, "", "warn"),
        ({"sequence": 1}, "This invitation was updated: what is below is how it is now.", "warn"),
        ({"one_of_many": True}, "One date of this event was changed.", "warn"),
        ({"method": "cancel"}, "This event was cancelled.", "danger"),
        ({"cancelled": True}, "This event was cancelled.", "danger"),
        ({"method": "cancel", "one_of_many": True}, "This date of the event was cancelled.", "danger"),
        ({"method": "reply", "guests": (Guest("Marta", "m@x", "declined"),)}, "Marta declined the invitation.", ""),
        ({"method": "reply", "guests": ()}, "This is an answer.", ""),
        ({"method": "counter", "guests": (Guest("Marta", "m@x"),)}, "Marta proposes another time.", "warn"),
        ({"method": "publish"}, "", ""),
    ],
)
def test_news(changes: dict[str, object], news: str, css: str) -> None:
    shown = card(7, replace(WALK, **changes), CLOCK, "noor@example.com")  # type: ignore[arg-type]
    assert (shown.news, shown.news_css) == (news, css)


def test_a_crowd_is_counted() -> None:
    crowd = tuple(Guest(f"G{n}", f"{n}@x.example") for n in range(10))
    assert facts(replace(WALK, guests=crowd, organizer=None))["users"] == "G0, G1, G2, G3, G4, G5, 4 others"


def test_one_occasion_says_nothing_of_the_others() -> None:
    assert "refresh-cw" not in facts(replace(WALK, one_of_many=True))


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (None, "Does not repeat"),
        (Rule("daily"), "Every day"),
        (Rule("daily", 3, count=5), "Every 3 days, 5 times"),
        (Rule("weekly", 1, ((0, 0), (0, 2))), "Every week on Monday and Wednesday"),
        (Rule("weekly", 2, ((0, 0), (0, 2), (0, 4))), "Every 2 weeks on Monday, Wednesday and Friday"),
        (Rule("weekly", 1, tuple((0, n) for n in range(5))), "Every weekday from Monday to Friday"),
        (Rule("weekly", until="2026-06-01"), "Every week, until Monday 1 June"),
        (Rule("monthly", 1, ((2, 1),)), "Every month on the second Tuesday"),
        (Rule("monthly", 3, ((-1, 4),)), "Every 3 months on the last Friday"),
        (Rule("monthly", month_days=(1, 15)), "Every month on day 1 and 15"),
        (Rule("monthly", month_days=(-1,)), "Every month on its last day"),
        (Rule("monthly"), "Every month"),
        (Rule("yearly"), "Every year"),
        (Rule("yearly", 2), "Every 2 years"),
        (Rule("monthly", 1, ((9, 1),)), "Repeats, by a rule that your calendar can tell"),
        (Rule("hourly"), "Repeats, by a rule that your calendar can tell"),
        (Rule(""), "Repeats, by a rule that your calendar can tell"),
    ],
)
def test_recurrence_in_words(rule: Rule | None, words: str) -> None:
    assert in_words(rule, CLOCK) == words
