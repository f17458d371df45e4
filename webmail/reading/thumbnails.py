"""Small pictures of attached ones, within bounds of octets and pixels, whatever is thrown at it.

Pure. Only four formats are read, the size is known before anything is unpacked, and what was written into a picture
beside its pixels (places, cameras) is not in the small one.
"""

from __future__ import annotations

import io
import re
import struct
import zlib

from PIL import Image, ImageOps

MAX_OCTETS = 8 * 1024 * 1024
MAX_PIXELS = 24_000_000
"""Unpacked at four octets each. A larger JPEG is unpacked at an eighth of its size, if that is small enough."""
MAX_JPEG_PIXELS = 80_000_000
MAX_SCANNED_PIXELS = 8_000_000
"""Of a JPEG that comes in several scans (a progressive one does): it is unpacked whole, six octets for each."""
MAX_SCANS = 40
"""Each goes over the whole picture again, however few octets it has. Usual are ten."""
WIDTH, HEIGHT = 464, 336
"""Of the small picture, at most: twice the width of a card, for screens of many pixels."""
PORTRAIT = 256
MEDIA_TYPE = "image/webp"
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")

# Markers with a length, and the end (ITU T.81, table B.1). The data of a scan holds none of them.
_MARKER = re.compile(rb"\xff([\xc0-\xcf\xd9-\xfe])")
_SCAN, _END = b"\xda", b"\xd9"

# What decoders let out on nonsense.
_BROKEN = (
    OSError, ValueError, SyntaxError, ArithmeticError, LookupError, TypeError, AttributeError, RuntimeError,
    MemoryError, struct.error, zlib.error, Image.DecompressionBombError,
)  # fmt: skip


def thumbnail(data: bytes) -> bytes | None:
    """A small picture as WebP; None when there can be none of this."""
    if len(data) > MAX_OCTETS:
        return None
    try:
        return _small(data)
    except _BROKEN:
        return None


def portrait(data: bytes) -> bytes | None:
    """The middle of a picture as a JPEG of 256 pixels each way, which every address book knows; None as above."""
    small = thumbnail(data)
    if small is None:
        return None
    with Image.open(io.BytesIO(small)) as opened:
        written = io.BytesIO()
        ImageOps.fit(opened.convert("RGB"), (PORTRAIT, PORTRAIT)).save(written, "JPEG", quality=85)
    return written.getvalue()


def _small(data: bytes) -> bytes | None:
    with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
        pixels = opened.width * opened.height
        if pixels > (MAX_JPEG_PIXELS if opened.format == "JPEG" else MAX_PIXELS):
            return None
        if opened.format == "JPEG":
            scans = _scans(data, MAX_SCANS + 1)
            is_scanned = scans > 1 or "progressive" in opened.info
            if scans > MAX_SCANS or (is_scanned and pixels > MAX_SCANNED_PIXELS):
                return None
            opened.draft("RGB", (WIDTH, HEIGHT))
        if opened.width * opened.height > MAX_PIXELS or min(opened.size) * 40 < max(opened.size):
            return None
        opened.thumbnail((WIDTH * 2, HEIGHT * 2), Image.Resampling.BOX)
        picture = ImageOps.exif_transpose(opened) if opened.format == "JPEG" else opened
        return _written(_on_paper(picture))


def _scans(data: bytes, most: int) -> int:
    """How many scans a JPEG has, at most `most`. Pictures within its other segments are not looked at."""
    scans, at = 0, 2
    while scans < most and (marker := _MARKER.search(data, at)) and marker[1] != _END:
        scans += marker[1] == _SCAN
        at = marker.end() + int.from_bytes(data[marker.end() : marker.end() + 2])
    return scans


def _on_paper(picture: Image.Image) -> Image.Image:
    """What can be seen through shows white."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    seen = picture.convert("RGBA")
    paper = Image.new("RGB", seen.size, "white")
    paper.paste(seen, mask=seen.getchannel("A"))
    return paper


def _written(picture: Image.Image) -> bytes:
    picture.thumbnail((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    picture.save(written, "WEBP", quality=72, method=2)
    return written.getvalue()
