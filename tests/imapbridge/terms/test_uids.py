"""UidSet against Python's own sets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imapbridge.terms.uids import MAX_UID, UidSet

SMALL = st.sets(st.integers(1, 60))
ANY = st.sets(st.integers(1, MAX_UID))


@pytest.mark.parametrize(
    ("uids", "text"),
    [([], ""), ([5], "5"), ([3, 1, 2], "1:3"), ([1, 2, 4, 7, 8, 9, MAX_UID], "1:2,4,7:9,4294967295"), ([2, 2], "2")],
)
def test_is_written_short(uids, text):
    assert str(UidSet.of(uids)) == text


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("7,1:3", "1:3,7"),
        ("3:1", "1:3"),
        ("1:5,3:9,10", "1:10"),
        ("5:*", "5:*"),
        ("*:5", "5:*"),
        ("2:4,3:*", "2:*"),
        ("", ""),
    ],
)
def test_reads_any_order(text, normal):
    assert str(UidSet.parse(text)) == normal


@pytest.mark.parametrize("text", ["0", "1:", ":1", "a", "1,,2", "1 2", "-1", "4294967296", "1:2:3", "1,", "$", "１"])
def test_refuses_what_is_no_set(text):
    with pytest.raises(ValueError, match="UID"):
        UidSet.parse(text)


@pytest.mark.parametrize("uids", [[0], [-1], [MAX_UID + 1]])
def test_refuses_what_is_no_uid(uids):
    with pytest.raises(ValueError, match="UID"):
        UidSet.of(uids)
    with pytest.raises(ValueError, match="UID"):
        UidSet.range(uids[0], None)


@given(ANY)
def test_round_trip(uids):
    made = UidSet.of(uids)
    assert UidSet.parse(str(made)) == made
    assert list(made) == sorted(uids)
    assert len(made) == len(uids)
    assert bool(made) == bool(uids)
    assert all(uid in made for uid in uids)


@given(SMALL, SMALL)
def test_sets_work_like_sets(left, right):
    a, b = UidSet.of(left), UidSet.of(right)
    assert set(a | b) == left | right
    assert set(a & b) == left & right
    assert set(a - b) == left - right
    assert [uid in a for uid in range(70)] == [uid in left for uid in range(70)]


@given(SMALL, st.integers(1, 60))
def test_open_sets(uids, start):
    made, opened = UidSet.of(uids), UidSet.range(start, None)
    assert set(made & opened) == {uid for uid in uids if uid >= start}
    assert set(made - opened) == {uid for uid in uids if uid < start}
    assert set(opened & made) == set(made & opened)
    assert MAX_UID in (made | opened)
    assert not (made | opened).is_finite


def test_an_open_set_has_no_members():
    opened = UidSet.range(5, None)
    assert str(opened) == "5:*"
    assert opened.first == 5
    for ask in (lambda: list(opened), lambda: len(opened), lambda: opened.last):
        with pytest.raises(ValueError, match="open"):
            ask()


def test_huge_sets_cost_nothing():
    everything = UidSet.parse("1:4294967295")
    assert len(everything) == MAX_UID
    assert len(everything - UidSet.of([7])) == MAX_UID - 1
    assert 12345678 in everything


@given(ANY, st.integers(21, 60))
def test_chunks_are_short_and_whole(uids, limit):
    made = UidSet.of(uids)
    chunks = list(made.chunks(limit))
    assert all(len(str(chunk)) <= limit for chunk in chunks)
    assert [uid for chunk in chunks for uid in chunk] == list(made)


def test_odd_uids_of_a_large_mailbox_take_few_commands():
    chunks = list(UidSet.of(range(1, 200_000, 2)).chunks(8000))
    assert len(chunks) < 100
    assert max(len(str(chunk)) for chunk in chunks) <= 8000


@given(SMALL, st.integers(1, 9))
def test_newest_first(uids, count):
    windows = list(UidSet.of(uids).newest_first(count))
    assert [sorted(window, reverse=True) for window in windows] == [
        sorted(uids, reverse=True)[at : at + count] for at in range(0, len(uids), count)
    ]
