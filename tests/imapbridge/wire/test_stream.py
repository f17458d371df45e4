"""Framing, and the limits that hold while a hostile server sends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imapbridge.errors import ProtocolError
from imapbridge.wire.stream import Limits, Raw, ResponseStream

SMALL = Limits(line=1000, literal=500, responses=5, octets=3000)


def read(data: bytes, limits: Limits | None = None) -> list[Raw]:
    stream = ResponseStream(limits)
    stream.feed(data)
    return list(iter(stream.next, None))


RESPONSES = st.lists(st.lists(st.binary(max_size=30), min_size=1, max_size=4), max_size=5)


@given(RESPONSES, st.lists(st.integers(1, 40), min_size=1, max_size=30))
def test_any_cutting_gives_the_same(responses, cuts):
    """Each response is `* x`, and literals of any octets."""
    data = b"".join(
        b"* x" + b"".join(b" {%d}\r\n%b" % (len(literal), literal) for literal in literals) + b"\r\n"
        for literals in responses
    )
    whole = read(data)
    assert [raw.literals for raw in whole] == [tuple(literals) for literals in responses]
    stream, pieces = ResponseStream(), []
    position = 0
    while position < len(data):
        size = cuts[position % len(cuts)]
        stream.feed(data[position : position + size])
        position += size
        pieces += iter(stream.next, None)
    assert pieces == whole
    assert stream.is_empty


@pytest.mark.parametrize(
    ("data", "texts"),
    [
        (b"* OK\r\n* NO\n", [b"* OK", b"* NO"]),
        (b"\0\0* O\0K\r\n", [b"* OK"]),
        (b"* OK half", []),
        (b"* 1 FETCH ({3}\r\nab", []),
        (b"* OK {3}\r\n* BYE\r\n", [b"* OK {3}", b"* BYE"]),
        (b"A1 NO {3}\r\n+ {3}\r\n", [b"A1 NO {3}", b"+ {3}"]),
        (b"* x {3+}\r\nabc\r\n", [b"* x \0"]),
        (b"* x ~{3}\r\nabc\r\n", [b"* x \0"]),
        (b"* x {a}\r\n* y {}\r\n", [b"* x {a}", b"* y {}"]),
        (b"* x {3} \r\n", [b"* x {3} "]),
    ],
)
def test_framing(data, texts):
    assert [raw.text for raw in read(data)] == texts


@pytest.mark.parametrize(
    "data",
    [
        b"* " + b"x" * 1001,
        b"* " + b"x" * 1001 + b"\r\n",
        b"* x {501}\r\n",
        b"* x {20000000000}\r\n",
        b"* x {500}\r\n" + b"a" * 500 + b" {500}\r\n" + b"a" * 500 + b" {1}\r\n",
        (b"* " + b"x" * 400 + b" {1}\r\na") * 3,
        b"* x\r\n" * 6,
    ],
)
def test_limits(data):
    with pytest.raises(ProtocolError):
        read(data, SMALL)


@pytest.mark.threat("D4")
def test_octets_of_one_command_are_limited():
    stream = ResponseStream(SMALL)
    for _ in range(30):
        stream.feed(b"* " + b"x" * 96 + b"\r\n")
        stream.begin_command() if _ == 15 else None
        stream.next() if _ % 10 == 0 else None
    with pytest.raises(ProtocolError):
        stream.feed(b"x" * 3000)


@pytest.mark.threat("D4")
def test_a_huge_literal_takes_no_memory_before_it_comes():
    stream = ResponseStream(Limits(literal=10**9))
    stream.feed(b"* 1 FETCH (BODY[] {999999999}\r\n")
    assert stream.next() is None
    assert len(stream._buffer) == 0


def test_what_comes_after_stays_untouched():
    stream = ResponseStream()
    stream.feed(b"A1 OK compress\r\n\x78\x9c\n{3}\r\n")
    assert stream.next() == Raw(b"A1 OK compress")
    assert not stream.is_empty
    assert stream.take_rest() == b"\x78\x9c\n{3}\r\n"
    assert stream.is_empty


def test_a_long_line_in_small_pieces_is_searched_once():
    stream = ResponseStream()
    for _ in range(20_000):
        stream.feed(b"1234567890 ")
        assert stream.next() is None
    assert stream._searched == 220_000
