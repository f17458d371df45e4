"""A contact as a value, whatever it came from: a form, a vCard, a line of a CSV file, a row."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from imapbridge.mime.headers import clean

MOST_LINES = 40
"""Addresses, and telephone numbers, of one contact; and lines that are not understood."""
MOST_REST = 32 * 1024
MOST_NOTE = 20_000
MOST_PHOTO = 512 * 1024
MOST_MEMBERS = 1000


def new_uid() -> str:
    return f"urn:uuid:{uuid.uuid4()}"


@dataclass(frozen=True, slots=True)
class Labelled:
    """An address or a number, and what it is for: `home`, `work`, or a word of the person's."""

    value: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """Everything that is kept of a contact. Text is in one line but for `note` and `rest`."""

    uid: str = field(default_factory=new_uid)
    is_group: bool = False
    name: str = ""
    given: str = ""
    family: str = ""
    company: str = ""
    title: str = ""
    birthday: str = ""
    addresses: tuple[Labelled, ...] = ()
    phones: tuple[Labelled, ...] = ()
    note: str = ""
    photo: bytes | None = None
    members: tuple[str, ...] = ()
    """Of a group: the UIDs of contacts, or `mailto:` and an address."""
    categories: tuple[str, ...] = ()
    """The names of groups that it says to be in."""
    rest: str = ""
    """Lines of a vCard that are not understood, a line each."""

    @property
    def shown(self) -> str:
        """What to call it."""
        written = (self.name, self.company, *(each.value for each in self.addresses))
        return next(filter(None, written), "")

    def fitted(self) -> Card:
        """Within the bounds of what is kept."""
        return replace(
            self,
            uid=clean(self.uid)[:255] or new_uid(),
            name=_line(self.name),
            given=_line(self.given),
            family=_line(self.family),
            company=_line(self.company),
            title=_line(self.title),
            birthday=_line(self.birthday)[:40],
            addresses=_lines(each for each in self.addresses if "@" in each.value and " " not in each.value),
            phones=_lines(self.phones),
            note=_text(self.note)[:MOST_NOTE],
            photo=self.photo if self.photo and len(self.photo) <= MOST_PHOTO else None,
            members=tuple(dict.fromkeys(self.members))[:MOST_MEMBERS],
            categories=tuple(dict.fromkeys(clean(each)[:200] for each in self.categories if each.strip()))[:MOST_LINES],
            rest=_whole_lines(self.rest),
        )


def _line(text: str) -> str:
    return clean(text.replace("\n", " "))[:200]


def _lines(found: Iterable[Labelled]) -> tuple[Labelled, ...]:
    """Each value once, in its order."""
    kept: dict[str, Labelled] = {}
    for each in found:
        value = clean(each.value)[:320]
        if value:
            kept.setdefault(value.lower(), Labelled(value, clean(each.label)[:40]))
    return tuple(kept.values())[:MOST_LINES]


def _text(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(clean(line) for line in lines).strip()


def _whole_lines(rest: str) -> str:
    kept, room = [], MOST_REST
    for line in rest.split("\n")[:200]:  # not at what is a line's end elsewhere: nobody's value begins a line
        if len(line) + 1 > room:
            continue
        room -= len(line) + 1
        kept.append("".join(each for each in line if each.isprintable() or each == "\t"))
    return "\n".join(kept)
