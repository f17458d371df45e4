"""Contacts in a vCard (RFC 6350, and 2.1 and 3.0 as phones still write them) as lines to be read.

Pure and total: what cannot be read is left out. Photos, keys and sounds are not looked at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from imapbridge.mime.charsets import decode
from imapbridge.mime.headers import clean
from imapbridge.mime.transfer import decode_transfer

MAX_OCTETS = 256 * 1024
MAX_CONTACTS = 50
MAX_LINES = 40
"""Of one contact."""
_MAX_VALUE = 500
_FOLD = re.compile(rb"\r?\n[ \t]")
_SOFT_BREAK = re.compile(rb"=\r?\n")
_ESCAPE = re.compile(r"\\([\\,;nN])")
_STRUCTURED = ("N", "ADR", "ORG")
KINDS = ("FN", "ORG", "TITLE", "EMAIL", "TEL", "ADR", "URL", "BDAY", "NOTE")
"""What is shown, in this order."""


@dataclass(frozen=True, slots=True)
class Line:
    kind: str
    """One of `KINDS`."""
    value: str


@dataclass(frozen=True, slots=True)
class Contact:
    name: str
    lines: tuple[Line, ...]
    """Without the name."""


def contacts(data: bytes) -> list[Contact]:
    """The contacts of a file: at most 50 of its first 256 KB."""
    text = _FOLD.sub(b"", data[:MAX_OCTETS])
    found: list[Contact] = []
    lines: list[Line] | None = None
    for written in _logical_lines(text):
        word = written.strip().upper()
        if word == b"BEGIN:VCARD":
            lines = []
        elif word == b"END:VCARD" and lines is not None:
            found.append(_contact(lines))
            lines = None
        elif lines is not None and len(lines) < MAX_LINES and (line := _line(written)):
            lines.append(line)
        if len(found) >= MAX_CONTACTS:
            break
    return [contact for contact in found if contact.name or contact.lines]


def _logical_lines(text: bytes) -> list[bytes]:
    """Lines, those in quoted-printable with what their soft breaks continue (vCard 2.1)."""
    if b"QUOTED-PRINTABLE" in text.upper():
        text = _SOFT_BREAK.sub(b"", text)
    return text.splitlines()


def _contact(lines: list[Line]) -> Contact:
    name = next((line.value for kind in ("FN", "N", "ORG") for line in lines if line.kind == kind), "")
    shown = [line for kind in KINDS[1:] for line in lines if line.kind == kind]
    return Contact(name, tuple(dict.fromkeys(shown)))


def _line(written: bytes) -> Line | None:
    head, colon, value = written.partition(b":")
    name, *params = head.decode("ascii", "replace").upper().split(";")
    kind = name.rpartition(".")[2].strip()  # item1.EMAIL
    if not colon or kind not in (*KINDS, "N"):
        return None
    if any("QUOTED-PRINTABLE" in param for param in params):
        value = decode_transfer(value, "quoted-printable")
    charset = next((param.partition("=")[2] for param in params if param.startswith("CHARSET=")), "")
    text = _readable(kind, decode(value[: 4 * _MAX_VALUE], charset))
    return Line(kind, text) if text else None


def _readable(kind: str, text: str) -> str:
    if kind in _STRUCTURED:
        pieces = [clean(_unescaped(piece)) for piece in re.split(r"(?<!\\);", text)]
        if kind == "N":  # family; given; more; before; after
            pieces = [pieces[at] for at in (3, 1, 2, 0, 4) if at < len(pieces)]
        return (" " if kind == "N" else ", ").join(filter(None, pieces))[:_MAX_VALUE]
    return clean(_unescaped(text))[:_MAX_VALUE].removeprefix("tel:").removeprefix("mailto:")


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: " " if found[1] in "nN" else found[1], text)
