"""How large a picture will be when it is unpacked, told from its first octets: a few of them can ask for gigabytes.

Pure, and unpacks nothing.
"""

from __future__ import annotations

import re
import struct

from webmail.reading.media import picture


def pixels(data: bytes) -> int | None:
    """How many pixels the picture says it has; None when that can not be told, or it is none."""
    measure = _MEASURES.get(picture(data))
    try:
        found = measure(data) if measure else None
    except (struct.error, IndexError):  # it ends before it says so
        return None
    return found[0] * found[1] if found and all(found) else None


# --- By kind ----------------------------------------------------------------------------------------------------------


def _png(data: bytes) -> tuple[int, int]:
    return struct.unpack_from(">II", data, 16)


def _gif(data: bytes) -> tuple[int, int]:
    return struct.unpack_from("<HH", data, 6)


# Without these, a frame header of JPEG begins at any marker from C0 to CF (ITU T.81 B.1.1.3).
_NO_FRAME = (0xC4, 0xC8, 0xCC)


def _jpeg(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 < len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:  # filled up
            at += 1
        elif 0xC0 <= marker <= 0xCF and marker not in _NO_FRAME:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        else:
            at += 2 + max(2, int.from_bytes(data[at + 2 : at + 4]))
    return None


def _webp(data: bytes) -> tuple[int, int] | None:
    """RFC 9649 2.5, 2.6 and 2.7."""
    kind = data[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if kind == b"VP8L":
        bits = struct.unpack_from("<I", data, 21)[0]
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None


_SPATIAL_EXTENT = re.compile(rb"ispe\0\0\0\0(.{8})", re.DOTALL)


def _avif(data: bytes) -> tuple[int, int] | None:
    """The largest `ispe` property (ISO/IEC 23008-12 6.5.3): a grid has one for each tile, and one for all."""
    found = [struct.unpack(">II", match[1]) for match in _SPATIAL_EXTENT.finditer(data[:65_536])]
    return max(found, key=lambda size: size[0] * size[1], default=None)


_MEASURES = {
    "image/png": _png,
    "image/gif": _gif,
    "image/jpeg": _jpeg,
    "image/webp": _webp,
    "image/avif": _avif,
}
