"""Contacts from and to CSV files; what their columns mean is told by `headings`.

Pure. A line that is no contact is told by its number.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from imapbridge.mime.charsets import decode, in_utf8
from webmail.contacts import headings
from webmail.contacts.card import Card, Labelled

MOST_OCTETS = 8 * 1024 * 1024
MOST_CARDS = 5000
MOST_COLUMNS = 300
MOST_FIELD = 64 * 1024
_NOT_GROUPS = {"mycontacts", "starred", ""}


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that is no contact. `code`: `empty`, `long`."""

    line: int
    code: str


def read(data: bytes) -> tuple[list[Card], list[Fault]]:
    """The contacts of a file, at most 5,000, and the lines that are none. Empty both for what is no such file."""
    text = decode(in_utf8(data[:MOST_OCTETS])).lstrip("\ufeff").replace("\x00", "")
    csv.field_size_limit(MOST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), _dialect(text))
    cards: list[Card] = []
    faults: list[Fault] = []
    try:
        columns = headings.columns(next(reader, [])[:MOST_COLUMNS])
        for row in islice(reader, MOST_CARDS) if columns else ():
            card = _card(columns, row)
            if card.shown:
                cards.append(card)
            elif any(row):
                faults.append(Fault(reader.line_num, "empty"))
    except csv.Error:
        faults.append(Fault(reader.line_num, "long"))
    return cards, faults


def _dialect(text: str) -> type[csv.Dialect]:
    """The separator that the heading has most of; Outlook writes semicolons in half of Europe."""
    heading = text.partition("\n")[0]

    class Dialect(csv.excel):
        delimiter = max(",;\t", key=heading.count)

    return Dialect


def _card(columns: dict[int, tuple[str, str]], row: list[str]) -> Card:
    said: dict[str, str] = {}
    labels: dict[tuple[str, str], str] = {}
    for at, (kind, which) in columns.items():
        value = row[at].strip() if at < len(row) else ""
        if value and kind.startswith("label "):
            labels[kind.removeprefix("label "), which] = value.lstrip("* ").lower()
        elif value and kind not in ("email", "phone"):
            said.setdefault(kind, value)
    categories = re.split(r"\s*:::\s*|;", said.pop("categories", ""))
    names = [said.get(kind, "") for kind in ("before", "given", "middle", "family", "after")]
    name = said.pop("name", "") or " ".join(filter(None, names))
    year, month, day = (said.pop(kind, "") for kind in ("year", "month", "day"))
    if year and month and day:
        said.setdefault("birthday", f"{year}-{month:0>2}-{day:0>2}")
    if not said.get("birthday", "").strip("0/.-"):  # as Outlook says none
        said.pop("birthday", None)
    for kind in ("before", "middle", "after"):
        said.pop(kind, None)
    return Card(
        **said,  # type: ignore[arg-type]
        name=name,
        addresses=tuple(_values(columns, row, "email", labels)),
        phones=tuple(_values(columns, row, "phone", labels)),
        categories=tuple(each.lstrip("* ") for each in categories if each.lstrip("* ").lower() not in _NOT_GROUPS),
    ).fitted()


def _values(
    columns: dict[int, tuple[str, str]], row: list[str], field: str, labels: dict[tuple[str, str], str]
) -> Iterator[Labelled]:
    for at, (kind, which) in columns.items():
        if kind == field and at < len(row):
            label = labels.get((field, which), "" if which.isdecimal() else which)
            yield from (Labelled(each, label) for each in re.split(r"\s*:::\s*", row[at].strip()) if each)


COLUMNS = (
    "Name", "First Name", "Last Name", "Organization Name", "Organization Title", "Birthday", "Notes", "Labels",
    *(f"{field} {number} - {part}" for field in ("E-mail", "Phone") for number in range(1, 6)
      for part in ("Label", "Value")),
)  # fmt: skip


def write(cards: Iterable[tuple[Card, list[str]]]) -> str:
    """A file as Google's contacts are exported, which others read: each card with the names of its groups."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(COLUMNS)
    for card, groups in cards:
        row = [card.shown, card.given, card.family, card.company, card.title, card.birthday, card.note]
        row.append(" ::: ".join(groups))
        for lines in (card.addresses, card.phones):
            pairs = [*((each.label, each.value) for each in lines[:5]), *[("", "")] * 5][:5]
            row += [text for pair in pairs for text in pair]
        table.writerow([_harmless(text) for text in row])
    return written.getvalue()


def _harmless(text: str) -> str:
    """What a spreadsheet would take for a formula becomes text; a telephone number stays one."""
    is_formula = text[:1] in ("=", "@", "\t") or (text[:1] in "+-" and not re.fullmatch(r"[+\d\s()/.-]+", text or " "))
    return f"'{text}" if text and is_formula else text
