"""Until when something can be snoozed, by the person's own clock."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from webmail.screen import snooze
from webmail.screen.clock import Clock

BERLIN = ZoneInfo("Europe/Berlin")
TOMORROW, WEEKEND, MONDAY = "2026-11-27T08:00", "2026-11-28T08:00", "2026-11-30T08:00"


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (
            (26, 9),
            {"This evening": "2026-11-26T18:00", "Tomorrow": TOMORROW, "This weekend": WEEKEND, "Next week": MONDAY},
        ),
        ((26, 19), {"Tomorrow": TOMORROW, "This weekend": WEEKEND, "Next week": MONDAY}),
        ((27, 20), {"Tomorrow": WEEKEND, "Next week": MONDAY}),
        ((28, 20), {"Tomorrow": "2026-11-29T08:00", "Next week": MONDAY}),
        (
            (30, 20),
            {"Tomorrow": "2026-12-01T08:00", "This weekend": "2026-12-05T08:00", "Next week": "2026-12-07T08:00"},
        ),
    ],
)
def test_what_is_offered(now: tuple[int, int], expected: dict[str, str]) -> None:
    moment = datetime(2026, 11, *now, tzinfo=BERLIN)
    assert {one.name: one.until for one in snooze.choices(Clock(BERLIN, moment), moment)} == expected


def test_in_words() -> None:
    now = datetime(2026, 11, 26, 9, tzinfo=BERLIN)
    words = [one.when for one in snooze.choices(Clock(BERLIN, now), now)]
    assert words == ["18:00", "Fri 27 Nov, 08:00", "Sat 28 Nov, 08:00", "Mon 30 Nov, 08:00"]


@pytest.mark.parametrize("text", ["", "x", "2026-11-26T08:59", "2999-01-01T00:00", "9999-12-31T23:59+00:00", "08:00"])
def test_what_is_no_moment_to_come(text: str) -> None:
    assert snooze.moment(text, BERLIN, datetime(2026, 11, 26, 8, tzinfo=UTC)) is None


def test_a_moment_is_of_the_person_s_clock() -> None:
    until = snooze.moment("2026-11-27T08:00", BERLIN, datetime(2026, 11, 26, 8, tzinfo=UTC))
    assert until == datetime(2026, 11, 27, 7, tzinfo=UTC)
