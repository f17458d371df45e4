"""Whatever colour a brand has, what is written in it can be read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.colours import NEEDED, accent, contrast
from tests.examples import examples


@settings(max_examples=examples(12))
@given(st.integers(0, 0xFFFFFF))
def test_every_colour_is_readable_in_both_themes(colour: int) -> None:
    tone = accent(f"#{colour:06x}")
    assert tone.is_readable
    assert min(tone.light, tone.dark) >= NEEDED
    assert 0 <= tone.hue <= 360
    assert 0 <= tone.chroma < 0.2


def test_the_hue_is_kept() -> None:
    assert accent("#00687e").hue == pytest.approx(219, abs=1)
    assert accent("#808080").chroma == 0


def test_contrast_is_wcags() -> None:
    assert contrast((1, 0, 0), (0, 0, 0)) == pytest.approx(21, abs=0.01)
    assert contrast((0.5, 0, 0), (0.5, 0, 0)) == 1


@pytest.mark.parametrize("text", ["", "red", "#fff", "#00687E", "#00687e;}", "url(x)"])
def test_anything_else_is_no_colour(text: str) -> None:
    with pytest.raises(ValueError, match="#00687e"):
        accent(text)
