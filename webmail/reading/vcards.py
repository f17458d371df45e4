"""The content lines of vCards (RFC 6350 section 3.3, and as 2.1 and 3.0 have them): apart, unfolded and decoded.

Pure, linear and total: what is no line is left out. What the lines mean is for who asks: `contacts` shows them,
`webmail.contacts.vcard` keeps them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from imapbridge.mime.charsets import decode, in_utf8
from imapbridge.mime.transfer import decode_transfer

_HEAD = re.compile(rb'[^:;"]*+(?:;(?:[^:;"]|"[^"]*+")*+)*+:')
_PARAM = re.compile(r'(?:[^;"]|"[^"]*+"?)++')
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ContentLine:
    """`item1.EMAIL;TYPE=work:tomas@example.org`"""

    group: str
    """`ITEM1`, or empty."""
    name: str
    """In capitals, such as `EMAIL`."""
    params: tuple[str, ...]
    """As they were written, such as `TYPE=work`; of 2.1 also `WORK`."""
    value: str
    """Decoded, but for its backslashes: see `text` and `parts`."""

    @property
    def text(self) -> str:
        return unescaped(self.value)

    def parts(self, separator: str = ";") -> list[str]:
        """The pieces of a structured value."""
        return [unescaped(piece) for piece in _split(self.value, separator)]

    def param(self, name: str) -> list[str]:
        """The values of a parameter, in lower case; those of 2.1 without a name count as types."""
        found: list[str] = []
        for param in self.params:
            key, equals, value = param.partition("=")
            if key.strip().upper() == name and equals:
                found += value.replace('"', "").split(",")
            elif name == "TYPE" and not equals:
                found.append(key)
        return [value.strip().lower() for value in found if value.strip()]


def vcards(data: bytes) -> Iterator[list[bytes]]:
    """The lines of each vCard in a file, unfolded and not yet read; those of one within another are its own."""
    lines: list[bytes] | None = None
    for written in _logical_lines(in_utf8(data)):
        word = written.strip().upper()
        if word == b"BEGIN:VCARD":
            lines = []
        elif word == b"END:VCARD" and lines is not None:
            yield lines
            lines = None
        elif lines is not None:
            lines.append(written)


def content_line(written: bytes, most: int) -> ContentLine | None:
    """A line with at most `most` octets of its value; None for what is none."""
    found = _HEAD.match(written)
    head, value = (found[0][:-1], written[found.end() :]) if found else written.partition(b":")[::2]
    name, *params = _PARAM.findall(decode(head[:2000])) or [""]
    group, _dot, name = name.strip().rpartition(".")
    if not (found or b":" in written) or not name.isascii():
        return None
    if any("QUOTED-PRINTABLE" in param.upper() for param in params):
        value = decode_transfer(value, "quoted-printable")
    charset = next((param.partition("=")[2] for param in params if param.upper().startswith("CHARSET=")), "")
    return ContentLine(group.upper(), name.upper(), tuple(params), decode(value[:most], charset))


def unescaped(text: str) -> str:
    """RFC 6350 section 3.4, with new lines as such."""
    return _ESCAPE.sub(lambda found: "\n" if found[1] in "nN" else found[1], text) if "\\" in text else text


def _split(value: str, separator: str) -> list[str]:
    return re.split(rf"(?<!\\){re.escape(separator)}", value)


def _logical_lines(data: bytes) -> Iterator[bytes]:
    """Lines, unfolded; those in quoted-printable with what their soft breaks continue (vCard 2.1), in which a space at
    the beginning is one."""
    pieces: list[bytes] = []
    is_quoted = False
    for line in data.splitlines():
        if pieces and is_quoted and pieces[-1].endswith(b"="):
            pieces[-1] = pieces[-1][:-1]
            pieces.append(line)
        elif pieces and line[:1] in (b" ", b"\t"):
            pieces.append(line[1:])
        else:
            if pieces:
                yield b"".join(pieces)
            pieces, is_quoted = [line], b"QUOTED-PRINTABLE" in line.partition(b":")[0].upper()
    yield b"".join(pieces)
