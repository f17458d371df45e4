"""Contacts in a vCard (RFC 6350, and 2.1 and 3.0 as phones still write them) as lines to be read.

Pure and total: what cannot be read is left out. Photos, keys and sounds are not looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from imapbridge.mime.headers import clean
from webmail.reading.vcards import ContentLine, content_line, vcards

MAX_OCTETS = 256 * 1024
MAX_CONTACTS = 50
MAX_LINES = 40
"""Of one contact."""
_MAX_VALUE = 500
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
    cards = (_contact(_lines(written)) for written in vcards(data[:MAX_OCTETS]))
    return [card for card in islice(cards, MAX_CONTACTS) if card.name or card.lines]


def _lines(written: list[bytes]) -> list[Line]:
    return list(islice(filter(None, map(_line, written)), MAX_LINES))


def _contact(lines: list[Line]) -> Contact:
    name = next((line.value for kind in ("FN", "N", "ORG") for line in lines if line.kind == kind), "")
    shown = [line for kind in KINDS[1:] for line in lines if line.kind == kind]
    return Contact(name, tuple(dict.fromkeys(shown)))


def _line(written: bytes) -> Line | None:
    found = content_line(written, 4 * _MAX_VALUE)
    if found is None or found.name not in (*KINDS, "N"):
        return None
    text = _readable(found)
    return Line(found.name, text) if text else None


def _readable(line: ContentLine) -> str:
    if line.name in _STRUCTURED:
        pieces = [clean(piece.replace("\n", " ")) for piece in line.parts()]
        if line.name == "N":  # family; given; more; before; after
            pieces = [pieces[at] for at in (3, 1, 2, 0, 4) if at < len(pieces)]
        return (" " if line.name == "N" else ", ").join(filter(None, pieces))[:_MAX_VALUE]
    text = clean(line.text.replace("\n", " "))[:_MAX_VALUE]
    return text.removeprefix("tel:").removeprefix("mailto:")
