"""Ranges of parts that are stored encoded."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imapbridge.mime.transfer import decode_transfer
from webmail.reading.ranges import TAIL, Layout, Unsatisfiable, Wanted, layout, wanted


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("", None),
        ("bytes=0-", Wanted(0, 100)),
        ("bytes=0-0", Wanted(0, 1)),
        ("bytes=10-19", Wanted(10, 20)),
        ("bytes=90-500", Wanted(90, 100)),
        ("bytes=-5", Wanted(95, 100)),
        ("bytes=-500", Wanted(0, 100)),
        ("bytes=20-10", None),
        ("bytes=0-9,20-29", None),
        ("pages=1-2", None),
        ("bytes=-", None),
        ("bytes=x-", None),
        ("bytes=" + "9" * 40 + "-", None),
    ],
)
def test_what_is_wanted(header: str, found: Wanted | None) -> None:
    assert wanted(header, 100) == found


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_what_begins_after_the_end(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        wanted(header, 100)


@given(st.text(max_size=40), st.integers(0, 1000))
def test_any_header_is_a_range_within_or_nothing(header: str, size: int) -> None:
    try:
        found = wanted(f"bytes={header}", size)
    except Unsatisfiable:
        return
    assert found is None or 0 <= found.start < found.end <= size


def written(content: bytes, line: int, ends: bytes, last: bool) -> bytes:
    text = base64.b64encode(content)
    lines = [text[at : at + line] for at in range(0, len(text), line)]
    return ends.join(lines) + (ends if last else b"")


def layout_of(encoded: bytes, encoding: str = "base64", cut: int = 65536) -> Layout | None:
    return layout(encoding, len(encoded), encoded[:cut], encoded[max(len(encoded) - TAIL, 0) :])


@given(
    st.binary(min_size=100, max_size=3000), st.sampled_from([60, 64, 72, 76]), st.sampled_from([b"\n", b"\r\n"]),
    st.booleans(), st.floats(0, 1), st.integers(80, 4000),
)  # fmt: skip
def test_every_place_can_be_counted(content: bytes, line: int, ends: bytes, last: bool, where: float, cut: int) -> None:
    encoded = written(content, line, ends, last)
    found = layout_of(encoded, cut=cut)
    assert found is not None
    assert found.size == len(content)
    start = int(where * (len(content) - 1))
    offset, skip = found.place(start)
    assert decode_transfer(encoded[offset:], "base64")[skip:] == content[start:]


@pytest.mark.parametrize(
    ("encoding", "encoded", "announced"),
    [
        ("quoted-printable", b"=41" * 100, 300),
        ("x-uuencode", b"begin 644 x\n", 12),
        ("base64", b"QUJD" * 100, 400),  # no line ends
        ("base64", b"QUJD" * 10 + b"\r\n" + b"QUJD" * 12 + b"\r\n" + b"QUJD" * 5, 112),  # no line like another
        ("base64", b"QUJDR\r\n" * 40, 280),  # lines that end within a group
        ("base64", (b"QUJD" * 19 + b"\r\n") * 10, 5000),  # fewer octets than announced
        ("base64", b"\r\n" * 300, 600),
        ("base64", b"", 0),
    ],
)
def test_what_is_written_otherwise_is_only_served_whole(encoding: str, encoded: bytes, announced: int) -> None:
    tail = encoded[max(announced - TAIL, 0) : announced]
    assert layout(encoding, announced, encoded, tail) is None


def test_what_is_not_encoded_is_where_it_is() -> None:
    found = layout_of(b"x" * 1000, "binary")
    assert found == Layout(1000)
    assert found.place(700) == (700, 0)


@given(
    st.binary(max_size=400), st.binary(max_size=TAIL), st.integers(0, 10**9), st.sampled_from(["base64", "7bit", ""])
)
def test_any_bytes_have_a_layout_or_none(head: bytes, tail: bytes, size: int, encoding: str) -> None:
    found = layout(encoding, size, head, tail)
    assert found is None or found.size >= 0
