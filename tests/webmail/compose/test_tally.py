"""How much was sent lately, and when more may be."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.limits import Rates
from tests.examples import examples
from webmail.compose.tally import DAY, HOUR, SLOT, Tally, never

NOON = 20_000 * DAY + DAY // 2
SENT = st.lists(st.tuples(st.integers(0, 2 * HOUR), st.integers(1, 20)), max_size=12)


def after(*sent: tuple[int, int]) -> Tally:
    """`(seconds after noon, recipients)` of each message."""
    tally = Tally()
    for at, people in sorted(sent):
        tally = tally.counted(people, NOON + at)
    return tally


def test_what_is_in_the_window_counts() -> None:
    tally = after((0, 3), (60, 4), (HOUR, 5))
    assert tally.lately(HOUR, NOON + HOUR) == (3, 12)
    assert tally.lately(HOUR, NOON + HOUR + SLOT) == (1, 5)
    assert tally.lately(DAY, NOON + HOUR + SLOT) == (3, 12)


def test_what_is_older_than_a_day_is_forgotten() -> None:
    assert len(after((0, 1), (DAY + 2 * SLOT, 1)).slots) == 1


@pytest.mark.parametrize(
    ("rates", "people", "wait"),
    [
        (Rates(), 10_000, 0),
        (Rates(messages_per_hour=3), 1, 0),
        (Rates(messages_per_hour=2), 1, HOUR + SLOT - 60),
        (Rates(messages_per_day=2), 1, DAY + SLOT - 60),
        (Rates(recipients_per_hour=10), 3, 0),
        (Rates(recipients_per_hour=10), 4, HOUR + SLOT - 60),
        (Rates(recipients_per_hour=10), 5000, HOUR + SLOT - 60),
        (Rates(recipients_per_hour=10, recipients_per_day=8), 2, DAY + SLOT - 60),
    ],
)
def test_the_wait(rates: Rates, people: int, wait: int) -> None:
    """After 7 recipients in two messages within a minute."""
    assert after((0, 3), (60, 4)).wait(rates, people, NOON + 60) == wait


def test_more_than_the_limit_goes_never_or_when_nothing_else_was_sent() -> None:
    rates = Rates(messages_per_hour=1, recipients_per_hour=10, recipients_per_day=8)
    assert [never(rates, people) for people in (8, 9, 5000)] == [None, (8, 24), (8, 24)]
    assert never(Rates(recipients_per_hour=10), 11) == (10, 1) and never(Rates(), 11) is None
    assert Tally().wait(rates, 5000, NOON) == 0


@settings(max_examples=examples(15))
@given(SENT, st.integers(1, 60), st.integers(1, 20))
def test_whoever_waits_as_told_is_within_the_limit_and_no_sooner(
    sent: list[tuple[int, int]], most: int, people: int
) -> None:
    rates, now = Rates(recipients_per_hour=most), NOON + 2 * HOUR
    tally = after(*sent)
    wait = tally.wait(rates, people, now)
    assert 0 <= wait <= HOUR + SLOT
    assert tally.wait(rates, people, now + wait) == 0
    assert tally.lately(HOUR, now + wait)[1] + min(people, most) <= most
    if wait:
        assert tally.lately(HOUR, now)[1] + min(people, most) > most
        assert tally.wait(rates, people, now + wait - 1) == 1


def test_unusual_is_far_more_than_on_other_days() -> None:
    quiet = Tally()
    for day in range(10):
        quiet = quiet.counted(20, NOON + day * DAY)
    assert not quiet.is_unusual(NOON + 9 * DAY)
    assert not quiet.counted(40, NOON + 9 * DAY).is_unusual(NOON + 9 * DAY)
    assert quiet.counted(41, NOON + 9 * DAY).is_unusual(NOON + 9 * DAY)
    assert Tally().counted(31, NOON).is_unusual(NOON)
    assert not Tally().counted(30, NOON).is_unusual(NOON)
