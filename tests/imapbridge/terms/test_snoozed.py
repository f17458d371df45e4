"""Until when something is snoozed, as a keyword."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imapbridge.terms import snoozed
from imapbridge.terms.flags import is_valid_keyword
from imapbridge.terms.labels import is_label


@given(st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)))
def test_there_and_back(moment: datetime) -> None:
    """To the minute, and never too early."""
    keyword = snoozed.keyword_of(moment)
    told = snoozed.until(["$Junk", keyword.lower(), "Fair"])
    assert told is not None
    assert timedelta(0) <= told - moment < timedelta(minutes=1)
    assert is_valid_keyword(keyword)
    assert not is_label(keyword)


def test_by_any_clock() -> None:
    moment = datetime(2026, 11, 27, 8, 0, tzinfo=timezone(timedelta(hours=1)))
    assert snoozed.keyword_of(moment) == "$SnoozedUntil-20261127T0700Z"


@pytest.mark.parametrize("word", ["", "$SnoozedUntil-", "$SnoozedUntil-x", "$SnoozedUntil-20261399T0000Z", "Fair"])
def test_what_is_no_time(word: str) -> None:
    assert snoozed.until([word]) is None
