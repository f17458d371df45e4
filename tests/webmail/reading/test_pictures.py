"""How large a picture will be, from its first octets."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mail.pictures import KINDS, picture
from webmail.reading.media import picture as kind_of
from webmail.reading.pictures import pixels


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [(1, 1), (3, 2), (640, 480)])
def test_every_kind_says_its_size(kind: str, size: tuple[int, int]) -> None:
    data = picture(kind, *size)
    assert (kind_of(data), pixels(data)) == (kind, size[0] * size[1])


@pytest.mark.parametrize(
    ("kind", "options"),
    [("image/webp", {"lossless": True}), ("image/webp", {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"}),
     ("image/jpeg", {"progressive": True}), ("image/jpeg", {"comment": b"\xff\xc0" * 40}),
     ("image/png", {"optimize": True})],
)  # fmt: skip
def test_however_it_is_written(kind: str, options: dict[str, object]) -> None:
    assert pixels(picture(kind, 30, 20, **options)) == 600


def test_a_flood_is_seen_before_it_is_unpacked() -> None:
    flood = bytearray(picture("image/png"))
    flood[16:24] = struct.pack(">II", 60_000, 60_000)
    assert pixels(bytes(flood)) == 3_600_000_000


@pytest.mark.parametrize(
    "data", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xd9", b"GIF89a",
             b"RIFF\0\0\0\0WEBPVP9 " + b"\0" * 20, b"<html>", picture("image/png")[:18],
             picture("image/gif", 0x100, 1)[:6]],
)  # fmt: skip
def test_nothing_is_said_of_what_is_none(data: bytes) -> None:
    assert pixels(data) is None


@given(st.sampled_from(list(KINDS)), st.integers(0, 400), st.binary(max_size=40))
def test_nothing_raises(kind: str, cut: int, rest: bytes) -> None:
    found = pixels(picture(kind)[:cut] + rest)
    assert found is None or found > 0
