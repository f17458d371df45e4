from __future__ import annotations

import base64
import binascii
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imapbridge.mime.transfer import _LONGEST_LINE, TransferDecoder, decode_transfer

ENCODINGS = ["base64", "quoted-printable", "x-uuencode", "7bit", "8bit", "binary", "x-unknown", ""]


def uuencode(data: bytes) -> bytes:
    lines = [binascii.b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45)]
    return b"words before\nbegin 644 a.bin\n" + b"".join(lines) + b"`\nend\nwords after\n"


@pytest.mark.parametrize(
    ("encoded", "encoding", "plain"),
    [
        (b"SGVs\r\nbG8=", "base64", b"Hello"),
        (b"SGVsbG8", "BASE64", b"Hello"),
        (b"SGVs*bG!8=", "base64", b"Hello"),
        (b"SGVsbG8=IHdvcmxk", "base64", b"Hello world"),
        (b"SGVsbG8=a", "base64", b"Hello"),
        (b"====", "base64", b""),
        (b"caf=C3=A9", "quoted-printable", "café".encode()),
        (b"a=\r\nb", "quoted-printable", b"ab"),
        (b"a=  \r\nb", "quoted-printable", b"ab"),
        (b"a   \r\nb", "quoted-printable", b"a\r\nb"),
        (b"a=ZZ=", "quoted-printable", b"a=ZZ"),
        (b"a_b", "quoted-printable", b"a_b"),
        (b"=41", "7bit", b"=41"),
        (b"=41", "x-secret", b"=41"),
        (b"=41", " Quoted-Printable ", b"A"),
        (uuencode(b"some octets \x00\xff" * 9), "x-uuencode", b"some octets \x00\xff" * 9),
        (b"no begin", "uuencode", b""),
    ],
)
def test_decode_transfer(encoded: bytes, encoding: str, plain: bytes) -> None:
    assert decode_transfer(encoded, encoding) == plain


@given(st.binary(max_size=2000), st.lists(st.integers(1, 200), min_size=1))
def test_a_stream_gives_what_the_whole_gives(data: bytes, sizes: list[int]) -> None:
    encoded = {
        "base64": base64.encodebytes(data),
        "quoted-printable": quopri.encodestring(data),
        "x-uuencode": uuencode(data),
    }
    for encoding, octets in encoded.items():
        decoder, at, out = TransferDecoder(encoding), 0, b""
        while at < len(octets):
            size = sizes[at % len(sizes)]
            out += decoder.feed(octets[at : at + size])
            at += size
        assert out + decoder.flush() == decode_transfer(octets, encoding)
    assert decode_transfer(encoded["base64"], "base64") == data
    assert decode_transfer(encoded["x-uuencode"], "x-uuencode") == data


@given(st.binary(max_size=500), st.sampled_from(ENCODINGS))
def test_any_octets_decode(data: bytes, encoding: str) -> None:
    decode_transfer(data, encoding)


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "x-uuencode"])
def test_a_stream_holds_back_little(encoding: str) -> None:
    """No line end and no padding ever comes: the decoder must not wait for it."""
    decoder = TransferDecoder(encoding)
    for _ in range(100):
        decoder.feed(b"begin A" * 10_000)
        assert len(decoder._decoder._held) <= _LONGEST_LINE + 70_000  # type: ignore[attr-defined]


def test_a_long_line_is_not_cut_inside_an_escape() -> None:
    encoded = b"=C3=A9" * 30_000
    decoder = TransferDecoder("quoted-printable")
    out = b"".join(decoder.feed(encoded[at : at + 997]) for at in range(0, len(encoded), 997)) + decoder.flush()
    assert out == "é".encode() * 30_000
