"""What is in a `winmail.dat` (TNEF, MS-OXTNEF): the files that Outlook hid in it, and its plain text where it has some.

Pure and total: what is broken gives what can be read before it. Every length is held against what is there, and only
the few properties that name a file or hold its bytes are looked at. RTF is not read, since such mail brings its text
as plain text too.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from imapbridge.mime.charsets import decode
from imapbridge.mime.headers import clean

LARGEST = 20 * 2**20
MAX_FILES = 200
MAX_ATTRIBUTES = 5000
MAX_PROPERTIES = 10_000
"""In the whole file, wherever they are."""
MAX_VALUES = 2000
"""Of a property whose values each have a length of their own."""
_SIGNATURE = 0x223E9F78

# Attributes (MS-OXTNEF 2.1.3.3)
_NEW_FILE = 0x00069002
_TITLE = 0x00018010
_DATA = 0x0006800F
_FILE_PROPERTIES = 0x00069005
_MESSAGE_PROPERTIES = 0x00069003
_CODEPAGE = 0x00069007
_BODY = 0x0002800C

# Properties (MS-OXPROPS)
_LONG_NAME = 0x3707
_NAME = 0x3704
_MIME_TAG = 0x370E
_DATA_BINARY = 0x3701
_TEXT = 0x1000
_STRING8, _UNICODE, _BINARY = 0x1E, 0x1F, 0x102
_FIXED = {0x01: 0, 0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
"""Octets of each type, padded to four."""
_MANY = 0x1000
_Property = tuple[int, int, bytes]
"""Type, id, value."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """One file."""

    name: str
    """As written: not safe to save under."""
    media_type: str
    """As declared, or empty."""
    data: bytes


@dataclass(frozen=True, slots=True)
class Winmail:
    files: tuple[Hidden, ...] = ()
    text: str = ""


@dataclass(slots=True)
class _File:
    title: str = ""
    name: str = ""
    media_type: str = ""
    data: bytes = b""

    def found(self) -> Hidden:
        return Hidden(self.name or self.title, self.media_type, self.data)


def winmail(data: bytes) -> Winmail:
    """What is in it; nothing when it is no TNEF, or larger than 20 MB."""
    if len(data) > LARGEST or len(data) < 6 or struct.unpack_from("<I", data)[0] != _SIGNATURE:
        return Winmail()
    files: list[_File] = []
    room = iter(range(MAX_PROPERTIES))
    text, codepage = "", "cp1252"
    for number, (name, value) in enumerate(_attributes(data)):
        if number >= MAX_ATTRIBUTES or len(files) > MAX_FILES:
            break
        if name == _CODEPAGE and len(value) >= 4:
            codepage = f"cp{struct.unpack_from('<I', value)[0]}"
        elif name == _NEW_FILE:
            files.append(_File())
        elif name == _BODY:
            text = text or decode(value.rstrip(b"\0"), codepage)
        elif name == _MESSAGE_PROPERTIES:
            text = _text_of(_properties(value, room), codepage) or text
        elif name == _FILE_PROPERTIES and files:
            _describe(files[-1], _properties(value, room), codepage)
        elif files:
            _add(files[-1], name, value, codepage)
    return Winmail(tuple(file.found() for file in files[:MAX_FILES] if file.data or file.title or file.name), text)


def _add(file: _File, name: int, value: bytes, codepage: str) -> None:
    if name == _TITLE:
        file.title = clean(decode(value.split(b"\0")[0], codepage))
    elif name == _DATA:
        file.data = value


def _describe(file: _File, properties: Iterator[_Property], codepage: str) -> None:
    for kind, which, content in properties:
        if which == _LONG_NAME or (which == _NAME and not file.name):
            file.name = _string(kind, content, codepage) or file.name
        elif which == _MIME_TAG:
            file.media_type = _string(kind, content, codepage).lower()
        elif which == _DATA_BINARY and kind == _BINARY and not file.data:
            file.data = content


def _text_of(properties: Iterator[_Property], codepage: str) -> str:
    found = (_whole_string(kind, content, codepage) for kind, which, content in properties if which == _TEXT)
    return next(found, "")


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(id, value) of each attribute: a level, an id, a length, the value and a checksum that nobody needs."""
    at = 6
    while at + 9 <= len(data):
        _level, name, length = struct.unpack_from("<BII", data, at)
        at += 9
        if at + length > len(data):
            return
        yield name, data[at : at + length]
        at += length + 2


def _properties(data: bytes, room: Iterator[int]) -> Iterator[_Property]:
    """Each property of a list, until one that cannot be read or `room` is used up; of several values the first."""
    try:
        (count,) = struct.unpack_from("<I", data)
        at = 4
        for _ in islice(room, count):
            kind, which = struct.unpack_from("<HH", data, at)
            at = _after_name(data, at + 4) if which >= 0x8000 else at + 4
            value, at = _value(data, at, kind)
            yield kind & ~_MANY if kind & _MANY else kind, which, value
    except struct.error:
        return


def _after_name(data: bytes, at: int) -> int:
    """A property named by a program of its own carries a GUID, and a number or a name."""
    (kind,) = struct.unpack_from("<I", data, at + 16)
    if kind == 0:
        return at + 24
    (length,) = struct.unpack_from("<I", data, at + 20)
    return at + 24 + _padded(length)


def _value(data: bytes, at: int, kind: int) -> tuple[bytes, int]:
    """The first value, and where the next property begins."""
    size = _FIXED.get(kind & ~_MANY)
    if size is not None and not kind & _MANY:
        return data[at : at + size], at + size
    (count,) = struct.unpack_from("<I", data, at)
    if size is None:
        return _first_of(data, at + 4, count)
    end = at + 4 + count * size
    if not size or end > len(data):
        raise struct.error
    return data[at + 4 : min(at + 4 + size, end)], end


def _first_of(data: bytes, at: int, count: int) -> tuple[bytes, int]:
    """Of values that each have a length of their own: to step over them is to read every length."""
    if count > MAX_VALUES:
        raise struct.error
    first = b""
    for number in range(count):
        (length,) = struct.unpack_from("<I", data, at)
        at += 4
        if at + length > len(data):
            raise struct.error
        first = first if number else data[at : at + length]
        at += _padded(length)
    return first, at


def _padded(length: int) -> int:
    return (length + 3) // 4 * 4


def _string(kind: int, content: bytes, codepage: str) -> str:
    return clean(_whole_string(kind, content[:2000], codepage))


def _whole_string(kind: int, content: bytes, codepage: str) -> str:
    if kind == _UNICODE:
        return decode(content, "utf-16le").split("\0")[0]
    return decode(content.split(b"\0")[0], codepage) if kind == _STRING8 else ""
