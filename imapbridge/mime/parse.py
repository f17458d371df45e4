"""The bytes of a message to the tree of parts that IMAP would describe, with the same section numbers (RFC 9051 6.4.5).

Used when a server's BODYSTRUCTURE is missing or broken, and for messages within messages. Total: any bytes give a
tree and a list of defects. Bodies are only searched for their boundaries, so a part is a range of the message and
nothing is copied, and the limits hold while searching: the standard library's parser has no such ranges and no limit
on depth. The tests hold the two against each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from imapbridge.mime.fields import FIELD, KEPT_PARAMS, Fields, Headers, describe
from imapbridge.mime.headers import MAX_LIST
from imapbridge.terms.part import Part

MAX_MESSAGE = 50 * 1024 * 1024
MAX_HEADERS = 256 * 1024
MAX_HEADER_LINES = 2000
MAX_DEPTH = 50
MAX_PARTS = 1000
MAX_MARKS = 100_000
"""Lines that begin like a delimiter, in all."""


class Defect(StrEnum):
    """What was wrong with a message, or more than we look at."""

    MESSAGE_CUT = "message-cut"
    HEADERS_CUT = "headers-cut"
    PARTS_CUT = "parts-cut"
    DEPTH_CUT = "depth-cut"
    NO_BOUNDARY = "no-boundary"
    NOT_CLOSED = "not-closed"


@dataclass(frozen=True, slots=True)
class _Range:
    """Where a part stands in the message: its body, without its header."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """A message taken apart."""

    root: Part
    headers: tuple[tuple[str, bytes], ...]
    """The message's own fields in order, names as written, values raw and still folded."""
    defects: tuple[Defect, ...]
    raw: bytes = field(repr=False)
    _ranges: dict[str, _Range] = field(repr=False)

    def header(self, name: str) -> bytes:
        """The first field of that name, or nothing."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), b"")

    def body_of(self, section: str) -> bytes:
        """The octets of a part as transferred; nothing when there is no such part."""
        place = self._ranges.get(section)
        return self.raw[place.start : place.end] if place else b""


def parse(raw: bytes) -> Parsed:
    """Take a message apart; over `MAX_MESSAGE` only its beginning is looked at."""
    cut = raw[:MAX_MESSAGE]
    if b"\n" not in cut[:MAX_HEADERS]:
        cut = cut.replace(b"\r", b"\n")  # lines ended as on old Macs
    reader = _Reader(cut)
    if len(raw) > MAX_MESSAGE:
        reader.note(Defect.MESSAGE_CUT)
    headers, body = reader.read_headers(0, len(cut))
    root = reader.message(headers, _Range(body, len(cut)), "", 0)
    return Parsed(root, tuple(headers), tuple(reader.defects), cut, reader.ranges)


_BLANK_LINE = re.compile(rb"\n\r?\n")
_FIRST_BLANK = re.compile(rb"\r?\n")
_AFTER_BOUNDARY = re.compile(rb"(--)?[ \t]{0,200}(?:\r?\n|\Z)")
_OPAQUE = ("base64", "quoted-printable", "x-uuencode", "uuencode")


class _Reader:
    """One message being read: its bytes, and what was found so far."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.ranges: dict[str, _Range] = {}
        self.defects: list[Defect] = []
        self._parts = self._marks = 0

    def note(self, defect: Defect) -> None:
        if defect not in self.defects:
            self.defects.append(defect)

    def read_headers(self, start: int, end: int) -> tuple[Headers, int]:
        """The fields at `start`, and where the body after them begins."""
        blank = _FIRST_BLANK.match(self.raw, start, end) or _BLANK_LINE.search(self.raw, start, end)
        body = blank.end() if blank else end
        block = self.raw[start : min(body, start + MAX_HEADERS)]
        headers: Headers = []
        for match in FIELD.finditer(block):
            headers.append((match[1].decode("ascii"), match[2][:MAX_LIST].strip()))
            if len(headers) >= MAX_HEADER_LINES:
                break
        if body - start > MAX_HEADERS or len(headers) >= MAX_HEADER_LINES:
            self.note(Defect.HEADERS_CUT)
        if not headers and not _FIRST_BLANK.match(block):
            body = start  # no field at all: text without a header
        return headers, body

    def message(self, headers: Headers, place: _Range, prefix: str, depth: int) -> Part:
        """The root of a message: a leaf is part 1 of it, a multipart has no address of its own."""
        root = self._entity(describe(headers, "text/plain"), place, prefix, _join(prefix, 1), depth)
        return replace(root, section="") if root.is_multipart else root

    def _entity(self, fields: Fields, place: _Range, section: str, leaf_section: str, depth: int) -> Part:
        """`section` is for a multipart, `leaf_section` for what turns out to be a leaf."""
        media_type, children = fields.media_type, tuple[Part, ...]()
        if media_type.startswith("multipart/"):
            self.ranges.setdefault(section, place)
            children = self._children(fields, place, section, depth)
            media_type = media_type if children else "text/plain"
        if not media_type.startswith("multipart/"):
            section = leaf_section
            self.ranges.setdefault(section, place)
        if media_type == "message/rfc822" and fields.encoding not in _OPAQUE and not self._too_deep(depth):
            headers, body = self.read_headers(place.start, place.end)
            children = (self.message(headers, _Range(body, place.end), section, depth + 1),)
        return _part(fields, section, media_type, place.end - place.start, children)

    def _children(self, fields: Fields, place: _Range, section: str, depth: int) -> tuple[Part, ...]:
        children: list[Part] = []
        if self._too_deep(depth):
            return ()
        default_type = "message/rfc822" if fields.media_type == "multipart/digest" else "text/plain"
        for start, end in self._pieces(fields.params.get("boundary", ""), place):
            self._parts += 1
            if self._parts > MAX_PARTS:
                self.note(Defect.PARTS_CUT)
                break
            headers, body = self.read_headers(start, end)
            number = _join(section, len(children) + 1)
            described = describe(headers, default_type)
            children.append(self._entity(described, _Range(body, end), number, number, depth + 1))
        return tuple(children)

    def _too_deep(self, depth: int) -> bool:
        if depth >= MAX_DEPTH:
            self.note(Defect.DEPTH_CUT)
        return depth >= MAX_DEPTH

    def _pieces(self, boundary: str, place: _Range) -> Iterator[tuple[int, int]]:
        """The ranges between the delimiters of a multipart (RFC 2046 5.1.1); the last may lack its end."""
        start = -1
        for line_start, line_end, closes in self._delimiters(boundary.encode("utf-8", "replace"), place):
            if start >= 0:
                yield start, max(self._before_line_break(line_start), start)
            start = line_end
            if closes:
                return
        self.note(Defect.NOT_CLOSED if start >= 0 else Defect.NO_BOUNDARY)
        if start >= 0:
            yield start, place.end

    def _delimiters(self, boundary: bytes, place: _Range) -> Iterator[tuple[int, int, bool]]:
        """(start, end, whether it closes) of each delimiter line."""
        mark, at = b"\n--" + boundary, max(place.start - 1, 0)
        while boundary and (at := self.raw.find(mark, at, place.end)) >= 0:
            after = _AFTER_BOUNDARY.match(self.raw, at + len(mark), place.end)
            if after:
                yield at + 1, after.end(), bool(after[1])
            self._marks += 1
            if self._marks > MAX_MARKS:
                return self.note(Defect.PARTS_CUT)
            at += len(mark)
        return None

    def _before_line_break(self, at: int) -> int:
        """The line break before a delimiter belongs to the delimiter."""
        if self.raw[at - 2 : at] == b"\r\n":
            return at - 2
        return at - 1 if self.raw[at - 1 : at] == b"\n" else at


def _part(fields: Fields, section: str, media_type: str, size: int, children: tuple[Part, ...]) -> Part:
    return Part(
        section=section,
        media_type=media_type,
        charset=fields.params.get("charset", "").lower(),
        encoding=fields.encoding,
        size=size,
        disposition=fields.disposition,
        filename=fields.filename,
        content_id=fields.content_id,
        params=tuple((name, fields.params[name]) for name in KEPT_PARAMS if name in fields.params),
        parts=children,
    )


def _join(section: str, number: int) -> str:
    return f"{section}.{number}" if section else str(number)
