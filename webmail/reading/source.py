"""A message as it was sent: its header fields one by one, and its bytes as text that hides nothing.

Pure and total. Never shows a control character or a bidi override as what it does: each is written as its number.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from itertools import islice

from imapbridge.mime.fields import FIELD
from imapbridge.mime.headers import decode_text
from imapbridge.mime.parse import MAX_HEADER_LINES, MAX_HEADERS

MAX_SHOWN = 2 * 1024 * 1024
"""Octets of a message whose source is shown; all of it can be downloaded."""


@dataclass(frozen=True, slots=True)
class HeaderField:
    name: str
    """As written."""
    value: str
    """Encoded words decoded, in one line; at most 16 KB of it."""


def header_fields(block: bytes) -> list[HeaderField]:
    """The fields of a header block in order: at most 2,000 of its first 256 KB."""
    found = islice(FIELD.finditer(block[:MAX_HEADERS]), MAX_HEADER_LINES)
    return [HeaderField(field[1].decode("ascii"), decode_text(field[2].strip())) for field in found]


# What would not be seen, or would make the text read otherwise than it is written (Unicode TR36 2.6).
_UNSEEN = (
    *(each for each in range(0x20) if chr(each) not in "\t\r\n"),
    *range(0x7F, 0xA0),
    0xAD, 0x61C, *range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070), 0xFEFF,
)  # fmt: skip
_ESCAPES = {each: f"\\x{each:02x}" if each < 0x100 else f"\\u{each:04x}" for each in _UNSEEN}


class SourceText:
    """Turns a message fed in pieces of any size into UTF-8. What is not UTF-8 is written as `\\xe9`."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")

    def feed(self, piece: bytes, *, last: bool = False) -> bytes:
        return self._decoder.decode(piece, last).translate(_ESCAPES).encode()
