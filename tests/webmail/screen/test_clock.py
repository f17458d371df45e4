"""Dates as people read them."""

import zoneinfo
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from webmail.screen.clock import Clock, zone

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOW = datetime(2026, 3, 12, 10, 58, tzinfo=STOCKHOLM)


@pytest.fixture
def clock() -> Clock:
    return Clock(STOCKHOLM, NOW)


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=STOCKHOLM)


@pytest.mark.parametrize(
    ("moment", "short", "medium", "heading"),
    [
        (at(2026, 3, 12, 10, 47), "10:47", "10:47", "Today"),
        (at(2026, 3, 12, 0, 0), "00:00", "00:00", "Today"),
        (at(2026, 3, 11, 18, 20), "18:20", "Wed 11 Mar", "Yesterday"),
        (at(2026, 3, 9, 8, 12), "9 Mar", "Mon 9 Mar", "Earlier this week"),
        (at(2026, 3, 6, 8, 12), "6 Mar", "Fri 6 Mar", "Earlier this week"),
        (at(2026, 3, 5, 8, 12), "5 Mar", "Thu 5 Mar", "March"),
        (at(2026, 2, 24, 9, 0), "24 Feb", "Tue 24 Feb", "February"),
        (at(2025, 11, 11, 9, 0), "11 Nov 2025", "Tue 11 Nov 2025", "November 2025"),
        (at(2020, 1, 1, 9, 0), "1 Jan 2020", "1 Jan 2020", "January 2020"),
    ],
)
def test_moments(clock: Clock, moment: datetime, short: str, medium: str, heading: str) -> None:
    assert clock.short(moment) == short
    assert clock.medium(moment) == medium
    assert clock.group(moment).title == heading


def test_tomorrow_by_a_wrong_clock_stands_under_today_with_its_day(clock: Clock) -> None:
    assert clock.group(at(2026, 3, 14, 9, 0)).title == "Today"
    assert clock.short(at(2026, 3, 14, 9, 0)) == "14 Mar"


def test_in_full(clock: Clock) -> None:
    assert clock.full(at(2026, 3, 12, 10, 42)) == "Thursday 12 March 2026, 10:42 (CET)"


def test_the_day_is_the_persons_own() -> None:
    """Late in the evening in New York it is already tomorrow in Tokyo."""
    moment = datetime(2026, 3, 12, 2, 0, tzinfo=UTC)
    assert Clock(ZoneInfo("America/New_York"), moment).today.day == 11
    assert Clock(ZoneInfo("Asia/Tokyo"), moment).today.day == 12


@pytest.mark.parametrize("absurd", [-(2**62), 2**62, -1, 0, 253_402_300_800])
def test_absurd_numbers_are_moments_all_the_same(clock: Clock, absurd: int) -> None:
    assert clock.short(clock.local(absurd))


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../../etc/passwd", "x" * 300])
def test_an_unknown_zone_is_the_default(name: str) -> None:
    assert zone(name, "Europe/Stockholm") == STOCKHOLM


def test_a_directory_of_zones_is_no_zone(tmp_path: Path) -> None:
    (tmp_path / "Somewhere").mkdir()
    zoneinfo.reset_tzpath([tmp_path, *zoneinfo.TZPATH])
    try:
        assert zone("Somewhere", "Europe/Stockholm") == STOCKHOLM
    finally:
        zoneinfo.reset_tzpath()
