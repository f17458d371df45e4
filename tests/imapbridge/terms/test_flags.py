import pytest
from hypothesis import given
from hypothesis import strategies as st

from imapbridge.terms import flags


@pytest.mark.parametrize(
    ("flag", "usual"),
    [("\\SEEN", "\\Seen"), ("\\seen", "\\Seen"), ("$forwarded", "$Forwarded"), ("Work", "Work"), ("\\Odd", "\\Odd")],
)
def test_canonical(flag, usual):
    assert flags.canonical(flag) == usual


@pytest.mark.parametrize("word", ["Work", "$Forwarded", "a-b_c", "1", "a[b", "x" * 255])
def test_a_keyword(word):
    assert flags.is_valid_keyword(word)
    assert flags.is_keyword(word)


@pytest.mark.parametrize(
    "word", ["", "a b", "a(b", "a)", "{1", "100%", "a*", 'a"b', "a\\b", "a]", "é", "a\r\nb", "a\0", "x" * 256, "\x7f"]
)
def test_not_a_keyword(word):
    assert not flags.is_valid_keyword(word)


def test_system_flags_may_be_stored_but_for_recent():
    assert all(flags.is_valid(flag) and not flags.is_keyword(flag) for flag in flags.SYSTEM)
    assert not flags.is_valid("\\Recent")
    assert not flags.is_valid("\\recent")
    assert not flags.is_valid("\\\\Seen")
    assert not flags.is_valid("\\")


@given(st.text())
def test_what_is_valid_is_one_word_of_ascii(text):
    if flags.is_valid(text):
        assert text.isascii()
        assert text.isprintable()
        assert " " not in text
