"""A message as it was sent, shown so that nothing is hidden."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webmail.reading.source import HeaderField, SourceText, header_fields


def test_fields_are_decoded_and_in_order() -> None:
    block = (
        b"Received: from a.example\r\n\tby b.example; Thu, 12 Mar 2026 10:42:00 +0100\r\n"
        b"SUBJECT: =?utf-8?q?=C3=89t=C3=A9?= =?utf-8?b?ISE=?=\r\nnot a field\r\nX-Empty:\r\nreceived: twice\r\n\r\n"
    )
    assert header_fields(block) == [
        HeaderField("Received", "from a.example by b.example; Thu, 12 Mar 2026 10:42:00 +0100"),
        HeaderField("SUBJECT", "Été!!"),
        HeaderField("X-Empty", ""),
        HeaderField("received", "twice"),
    ]


def test_fields_are_bounded() -> None:
    assert len(header_fields(b"A: b\n" * 10_000)) == 2000
    assert len(header_fields(b"A: " + b"b" * 1_000_000)[0].value) <= 16 * 1024


@given(st.binary(max_size=400))
def test_any_header_can_be_listed(block: bytes) -> None:
    for field in header_fields(block):
        assert "\n" not in field.value
        field.value.encode()


def shown(*pieces: bytes) -> str:
    text = SourceText()
    return (b"".join(map(text.feed, pieces)) + text.feed(b"", last=True)).decode()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b"Caf\xc3\xa9\r\n\tx", "Café\r\n\tx"),
        (b"Caf\xe9", "Caf\\xe9"),
        (b"\x00\x1b[31m\x7f", "\\x00\\x1b[31m\\x7f"),
        ("a\u202egpj.exe\u200b".encode(), "a\\u202egpj.exe\\u200b"),
        ("\u0085\u2028".encode(), "\\x85\\u2028"),
        (b"<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_what_would_not_be_seen_is_written_out(source: bytes, expected: str) -> None:
    assert shown(source) == expected


@given(st.binary(max_size=200), st.integers(0, 200))
def test_any_bytes_cut_anywhere_are_the_same_text(source: bytes, at: int) -> None:
    text = shown(source)
    assert shown(source[:at], source[at:]) == text
    assert not {each for each in text if unicodedata.category(each) in ("Cc", "Cf")} - set("\t\r\n") - _FORMAT_LEFT


# Format characters that belong to a script: they change no order and hide nothing.
_FORMAT_LEFT = {chr(each) for each in range(0x110000) if unicodedata.category(chr(each)) == "Cf"} - set(
    "\xad\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)
