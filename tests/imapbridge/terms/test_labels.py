"""Labels as keywords, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imapbridge.terms import flags, labels


@pytest.mark.parametrize(
    ("name", "keyword"),
    [
        ("Fair", "Fair"), ("Needs reply", "Needs_reply"), ("Größe", "Gr&APYA3w-e"), ("R&D", "R&-D"), ("a_b", "a&AF8-b"),
        ("  two   words ", "two_words"), ("Work", "$label2"), ("to do", "$label4"), ("50 %", "50_&ACU-"),
    ],
)  # fmt: skip
def test_a_name_and_its_keyword(name: str, keyword: str) -> None:
    assert labels.keyword_of(name) == keyword
    assert labels.name_of(keyword).lower() == " ".join(name.split()).lower()


@pytest.mark.parametrize("name", ["", "   ", "$Junk", "NonJunk", "junk", "$anything"])
def test_what_programs_mean_is_no_label(name: str) -> None:
    assert labels.keyword_of(name) == ""


@pytest.mark.parametrize("keyword", ["\\Answered", "\\Seen", "$Forwarded", "NonJunk"])
def test_flags_and_words_of_programs_are_no_labels(keyword: str) -> None:
    assert not labels.is_label(keyword)


@pytest.mark.parametrize("keyword", ["&", "&!-", "&AAA-", "a&2AA-", "&&&"])
def test_keywords_of_others_are_shown_somehow(keyword: str) -> None:
    assert labels.name_of(keyword)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=labels.MOST))
def test_every_name_is_an_atom_and_comes_back(name: str) -> None:
    keyword = labels.keyword_of(name)
    if keyword:
        assert flags.is_valid_keyword(keyword)
        assert labels.name_of(keyword).lower() == " ".join(name.split())[: labels.MOST].lower()
