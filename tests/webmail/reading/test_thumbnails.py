"""Small pictures, and what is refused."""

import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.examples import examples
from webmail.reading import thumbnails
from webmail.reading.thumbnails import HEIGHT, WIDTH, thumbnail


def picture(format_: str, mode: str = "RGB", size: tuple[int, int] = (900, 600), **options: object) -> bytes:
    written = io.BytesIO()
    Image.new(mode, size, 128 if mode in ("L", "P") else None).save(written, format_, **options)
    return written.getvalue()


def opened(data: bytes | None) -> Image.Image:
    assert data is not None
    return Image.open(io.BytesIO(data), formats=["WEBP"])


@pytest.mark.parametrize(
    ("format_", "mode"),
    [("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "LA"), ("PNG", "P"), ("PNG", "1"), ("PNG", "I;16"), ("JPEG", "RGB"),
     ("JPEG", "L"), ("JPEG", "CMYK"), ("GIF", "P"), ("WEBP", "RGB"), ("WEBP", "RGBA")],
)  # fmt: skip
def test_every_usual_picture_becomes_small(format_: str, mode: str) -> None:
    small = opened(thumbnail(picture(format_, mode)))
    assert (small.width, small.height) == (464, 309)
    assert small.mode == "RGB"


def test_small_ones_stay_as_large_as_they_are() -> None:
    assert opened(thumbnail(picture("PNG", size=(40, 30)))).size == (40, 30)


def test_what_can_be_seen_through_shows_white() -> None:
    assert opened(thumbnail(picture("PNG", "RGBA", (64, 64)))).getpixel((32, 32)) == (255, 255, 255)


def test_a_photo_stands_upright_and_forgets_where_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "Maker of cameras"
    data = picture("JPEG", size=(800, 400), exif=exif)
    made = thumbnail(data)
    assert opened(made).size == (168, 336)
    assert made is not None
    assert b"Maker" in data
    assert b"Maker" not in made


def bomb(width: int, height: int) -> bytes:
    """A PNG of few octets that says it is large."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.threat("C5")
@pytest.mark.parametrize("size", [(6000, 6000), (20_000, 20_000), (2**31 - 1, 2**31 - 1), (100_000, 1), (0, 0)])
def test_bombs_are_refused_before_they_are_unpacked(size: tuple[int, int]) -> None:
    assert thumbnail(bomb(*size)) is None


def test_a_progressive_photo_is_shown_when_it_is_not_large(monkeypatch: pytest.MonkeyPatch) -> None:
    data, plain = picture("JPEG", size=(800, 400), progressive=True), picture("JPEG", size=(800, 400))
    assert thumbnail(data) is not None
    monkeypatch.setattr(thumbnails, "MAX_SCANNED_PIXELS", 800 * 400 - 1)
    assert thumbnail(data) is None
    assert thumbnail(plain) is not None


def test_a_picture_within_a_photo_is_no_scan_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnails, "MAX_SCANNED_PIXELS", 1)
    assert thumbnail(picture("JPEG", comment=picture("JPEG", size=(64, 64)))) is not None


def test_scans_are_counted() -> None:
    data = picture("JPEG", size=(64, 64), progressive=True)
    last = data.rindex(b"\xff\xda")
    body, scan = data[:-2], data[last:-2]
    few = thumbnails.MAX_SCANS - data.count(b"\xff\xda")
    assert thumbnail(body + scan * few + b"\xff\xd9") is not None
    assert thumbnail(body + scan * (few + 1) + b"\xff\xd9") is None


def test_too_many_octets_are_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    data = picture("PNG")
    monkeypatch.setattr(thumbnails, "MAX_OCTETS", len(data) - 1)
    assert thumbnail(data) is None


@pytest.mark.parametrize("format_", ["BMP", "TIFF", "ICO", "PPM", "EPS"])
def test_other_formats_are_not_read(format_: str) -> None:
    assert thumbnail(picture(format_, size=(64, 64))) is None


@pytest.mark.parametrize("data", [b"", b"<svg/>", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"\x89PNG\r\n\x1a\n", b"GIF89a"])
def test_what_is_none_becomes_none(data: bytes) -> None:
    assert thumbnail(data) is None


@settings(max_examples=examples(37))
@given(st.sampled_from(["PNG", "JPEG", "GIF", "WEBP"]), st.data())
def test_broken_pictures_never_raise(format_: str, data: st.DataObject) -> None:
    whole = bytearray(picture(format_, size=(48, 32)))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    made = thumbnail(bytes(whole[: data.draw(st.integers(1, len(whole)))]))
    if made is not None:
        small = opened(made)
        assert small.width <= WIDTH
        assert small.height <= HEIGHT
