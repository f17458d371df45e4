"""Sizes of files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webmail.screen.sizes import size


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 KB"), (9_940, "9.9 KB"), (9_960, "10 KB"), (248_000, "248 KB"),
        (999_499, "999 KB"), (999_500, "1.0 MB"), (1_234_000, "1.2 MB"), (6_200_000_000, "6.2 GB"),
        (7_000_000_000_000, "7000 GB"), (-5, "0 bytes"),
    ],
)  # fmt: skip
def test_size(octets: int, text: str) -> None:
    assert size(octets) == text


@given(st.integers(min_value=0, max_value=10**15))
def test_never_more_than_three_digits_before_gigabytes(octets: int) -> None:
    number, unit = size(octets).split()
    assert unit == "GB" or float(number) < 1000
