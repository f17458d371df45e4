"""Quiet hours: within a day, over midnight, and none."""

from datetime import time

import pytest

from webmail.push.quiet import is_quiet

NIGHT = (time(22), time(7))
LUNCH = (time(12), time(13))


@pytest.mark.parametrize(
    ("now", "hours", "quiet"),
    [
        (time(23), NIGHT, True),
        (time(0), NIGHT, True),
        (time(6, 59), NIGHT, True),
        (time(7), NIGHT, False),
        (time(21, 59), NIGHT, False),
        (time(22), NIGHT, True),
        (time(12, 30), LUNCH, True),
        (time(11, 59), LUNCH, False),
        (time(13), LUNCH, False),
        (time(0), (None, None), False),
        (time(0), (time(22), None), False),
        (time(8), (time(8), time(8)), False),
    ],
)
def test_is_quiet(now: time, hours: tuple[time | None, time | None], quiet: bool) -> None:
    assert is_quiet(now, *hours) is quiet
