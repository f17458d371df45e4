"""Range requests (RFC 9110 14) over parts that are stored encoded: which octets are wanted, and where they stand.

Pure. Players ask for the middle of a film. IMAP can give the middle of a part, but as transferred: in base64 written in
lines of one length, as nearly all of it is, the place of every octet can be counted. What is written otherwise has no
`Layout`, and is only served whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

TAIL = 200
"""Octets of a part's end that tell how long it is decoded."""
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
_LINE = re.compile(rb"([A-Za-z0-9+/]{4,996})(\r?\n)")
_UNTOUCHED = ("7bit", "8bit", "binary")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The octets from `start` to before `end`."""

    start: int
    end: int


class Unsatisfiable(ValueError):
    """The range begins after the end."""


def wanted(header: str, size: int) -> Wanted | None:
    """What a Range header asks for of `size` octets; None when all of it is to be sent.

    Several ranges at once, and units that nobody uses, are answered with everything, as RFC 9110 14.2 allows.
    """
    found = _RANGE.fullmatch(header.replace(" ", ""))
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        start, end = max(size - int(found[2]), 0), size
    else:
        start, end = int(found[1]), min(int(found[2]) + 1 if found[2] else size, size)
        if found[2] and int(found[2]) < start:
            return None  # not valid, so it counts as not there
    if start >= size or start >= end:
        raise Unsatisfiable
    return Wanted(start, end)


@dataclass(frozen=True, slots=True)
class Layout:
    """How a part is written. `line` 0: as it is, without an encoding."""

    size: int
    """Octets once decoded."""
    line: int = 0
    """Characters of base64 in a line."""
    broken_by: int = 0
    """Octets that end a line."""

    def place(self, start: int) -> tuple[int, int]:
        """For a decoded offset: the encoded offset to read from, and how many decoded octets to skip there."""
        if not self.line:
            return start, 0
        number, skip = divmod(start, self.line // 4 * 3)
        return number * (self.line + self.broken_by), skip


def layout(encoding: str, encoded_size: int, head: bytes, tail: bytes) -> Layout | None:
    """How a part is written, by its announced size, its beginning and its last `TAIL` octets.

    None when it is written so that places cannot be counted, or when the announced size is not true.
    """
    if len(tail) != min(encoded_size, TAIL):
        return None
    if encoding in _UNTOUCHED:
        return Layout(encoded_size)
    first = _LINE.match(head)
    if encoding != "base64" or first is None or len(first[1]) % 4:
        return None
    line, broken_by = len(first[1]), len(first[2])
    if not _is_regular(head, line, first[2]):
        return None
    size = _decoded(encoded_size, line, broken_by, tail)
    return None if size is None else Layout(size, line, broken_by)


def _is_regular(head: bytes, line: int, broken_by: bytes) -> bool:
    """Whether all whole lines of `head` but the last one of a part are as long as the first."""
    step = line + len(broken_by)
    ends = head[line::step]
    lines = head.split(broken_by)
    return ends.count(broken_by[:1]) == len(ends) and all(len(each) == line for each in lines[:-2])


def _decoded(encoded_size: int, line: int, broken_by: int, tail: bytes) -> int | None:
    """The decoded size, when the part ends as one of this layout does."""
    text = tail.rstrip(b"\r\n")
    characters = encoded_size - (len(tail) - len(text))
    padding = len(text) - len(text.rstrip(b"="))
    whole, rest = divmod(characters, line + broken_by)
    if rest > line or rest % 4 or padding > 2 or (padding and not rest):
        return None
    return whole * (line // 4 * 3) + rest // 4 * 3 - padding
