"""What a file is by its first bytes: only then may a browser be told so. Whatever it says of itself counts for nothing.

Pure. SVG, HTML and XML are never recognised: they are documents that can run something.
"""

from __future__ import annotations

LONGEST_MAGIC = 16
"""Octets from a file's start that are looked at."""
PDF = "application/pdf"

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "video/ogg"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"%PDF-", PDF),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_SOUND_BRANDS = (b"M4A ", b"M4B ", b"M4P ")
_IMAGE_BRANDS = {b"avif": "image/avif", b"avis": "image/avif", b"heic": "", b"heix": "", b"mif1": "", b"msf1": ""}
"""Of these browsers show AVIF only."""


def media_type(start: bytes) -> str:
    """The type of a picture, a sound, a film or a PDF by its magic number; empty for anything else."""
    if start[:4] == b"RIFF":
        return _RIFF.get(start[8:12], "")
    if start[4:8] == b"ftyp":
        return _in_boxes(start[8:12])
    if _is_mpeg_frame(start):
        return "audio/mpeg"
    if len(start) >= 2 and start[0] == 0xFF and start[1] & 0xF6 == 0xF0:
        return "audio/aac"
    return next((found for magic, found in _MAGIC if start.startswith(magic)), "")


def picture(start: bytes) -> str:
    """The type of a picture that every browser shows; else empty."""
    found = media_type(start)
    return found if found in ("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif") else ""


def recording(start: bytes) -> str:
    """The type of a sound or a film; else empty."""
    found = media_type(start)
    return found if found.startswith(("audio/", "video/")) else ""


def _in_boxes(brand: bytes) -> str:
    """ISO base media (ISO 14496-12 4.3): what it is stands in its brand."""
    if brand in _IMAGE_BRANDS:
        return _IMAGE_BRANDS[brand]
    return "audio/mp4" if brand in _SOUND_BRANDS else "video/mp4"


def _is_mpeg_frame(start: bytes) -> bool:
    """A frame of MPEG audio, layer III or II: eleven set bits, then a version, a layer and a rate that exist."""
    if len(start) < 3 or start[0] != 0xFF or start[1] & 0xE0 != 0xE0:
        return False
    version, layer, rate = start[1] >> 3 & 3, start[1] >> 1 & 3, start[2] >> 4
    return version != 1 and layer in (1, 2) and rate not in (0, 15)
