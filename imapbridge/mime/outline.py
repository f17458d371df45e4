"""The outline of a message that lies in a file, however large: as `parse` gives it, without the octets of its files.

What is in base64 and is no text of the message is passed over line by line. Section numbers and sizes are those of the
whole message. Total, as `parse` is; meant for messages that were written by `build`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from imapbridge.mime.fields import FIELD, Fields, describe
from imapbridge.mime.parse import Parsed, parse
from imapbridge.terms.part import Part

_LONGEST = 64 * 1024
_LINE_END = 2
"""What stands before a delimiter belongs to it (RFC 2046 5.1.1)."""


def outline(file: BinaryIO) -> Parsed:
    """`body_of` has the texts; of a file it has nothing."""
    reader = _Reader()
    for line in iter(lambda: file.readline(_LONGEST), b""):
        reader.take(line)
    parsed = parse(bytes(reader.kept))
    passed = iter(reader.passed)
    return replace(parsed, root=_sized(parsed.root, passed)[0])


class _Reader:
    """Line by line, with what it has seen of the structure."""

    def __init__(self) -> None:
        self.kept = bytearray()
        self.passed: list[int] = []
        """Octets that were passed over, of each file in order."""
        self._header: bytearray | None = bytearray()
        self._delimiters: set[bytes] = set()
        self._passes = False

    def take(self, line: bytes) -> None:
        if self._header is not None:
            self.kept += line
            self._header += line
            if line in (b"\r\n", b"\n"):
                self._end_header(self._header)
        elif line.startswith(b"--") and (closes := self._delimits(line)) is not None:
            self.kept += line
            self._passes, self._header = False, None if closes else bytearray()
        elif self._passes:
            self.passed[-1] += len(line)
        else:
            self.kept += line

    def _end_header(self, header: bytearray) -> None:
        fields = describe([(one[1].decode("ascii"), one[2].strip()) for one in FIELD.finditer(header)], "text/plain")
        if boundary := fields.params.get("boundary", ""):
            self._delimiters.add(f"--{boundary}".encode("utf-8", "replace"))
        self._passes = _is_file(fields)
        if self._passes:
            self.passed.append(0)
        is_message = fields.media_type == "message/rfc822" and not self._passes
        self._header = bytearray() if is_message else None

    def _delimits(self, line: bytes) -> bool | None:
        """Whether it closes a multipart; None: it is no delimiter."""
        line = line.rstrip()
        if line in self._delimiters:
            return False
        return True if line.removesuffix(b"--") in self._delimiters else None


def _is_file(part: Fields | Part) -> bool:
    is_text = part.media_type.startswith("text/") and not part.disposition
    return part.encoding == "base64" and not is_text and not part.media_type.startswith("multipart/")


def _sized(part: Part, passed: Iterator[int]) -> tuple[Part, int]:
    """With its true size, and how many octets in it were passed over."""
    if _is_file(part):
        octets = next(passed, 0)
        return replace(part, size=max(part.size, octets - _LINE_END)), octets
    inner = [_sized(one, passed) for one in part.parts]
    octets = sum(some for _, some in inner)
    return replace(part, size=part.size + octets, parts=tuple(one for one, _ in inner)), octets
