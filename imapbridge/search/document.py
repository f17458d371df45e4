"""PURE: a message -> the words of it, as they are written into the index.

Words of the headers stand there twice: as they are, for who looks anywhere, and with a mark before each (`f/ann`), for
who looks in one header. Between two headers stands a word of its own, so that no phrase runs from one into the next.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from imapbridge.mime import flowed
from imapbridge.mime.charsets import decode
from imapbridge.mime.parts import choose_body
from imapbridge.mime.preview import html_lines
from imapbridge.mime.transfer import decode_transfer
from imapbridge.search.words import words
from imapbridge.terms.part import Part

MARKS = {"from": "f", "to": "t", "cc": "c", "bcc": "b", "subject": "s", "filename": "n", "list": "l"}
BETWEEN = "/"
HAS_ATTACHMENT = "has/attachment"
TEXT = 16_000
"""Characters of a message's text that are looked at."""
OCTETS = 64 * 1024
"""Of one part of it."""
MOST_PEOPLE = 50
HEADS = 6_000
"""Characters of the words of one field: all in all PostgreSQL takes no more than a million octets."""
_ID_BITS = 24
_LATEST = 2**38
"""Seconds since 1970: the year 10000."""


class Facts(NamedTuple):
    """What the index knows of a message, in the order of `catching_up`'s statement. JSON is as the database has it."""

    id: int
    account: int
    sort_at: int
    sender_name: str
    sender_address: str
    recipients: str
    subject: str
    preview: str
    structure: str | None
    has_attachment: bool
    list_id: str


@dataclass(frozen=True, slots=True)
class Document:
    """A row of the index. `heads` and `text` are words with spaces between."""

    key: int
    account: int
    message: int
    heads: str
    text: str


def account_word(account: int) -> str:
    """Stands in every document of an account: nobody's search looks at another's."""
    return f"in/{account}"


def key_of(sort_at: int, message: int) -> int:
    """Sorts by date. Two messages have the same one only when 2^24 others came between them within one second."""
    return (min(max(sort_at, 0), _LATEST - 1) << _ID_BITS) | (message & ((1 << _ID_BITS) - 1))


def date_of(key: int) -> int:
    """The second that a key stands for."""
    return key >> _ID_BITS


def first_key(sort_at: int) -> int:
    """The lowest key of that second."""
    return key_of(sort_at, 0)


def document(facts: Facts, bodies: Mapping[str, bytes] | None = None) -> Document:
    """`bodies`: cached parts by their sections, when they are to be found too."""
    people = json.loads(facts.recipients)
    heads = {
        "from": people.get("from") or [[facts.sender_name, facts.sender_address]],
        **{name: people.get(name, ()) for name in ("to", "cc", "bcc")},
    }
    found = {name: _people(shown) for name, shown in heads.items()} | {"subject": words(facts.subject)}
    if facts.has_attachment and facts.structure:
        found["filename"] = [word for name in _filenames(json.loads(facts.structure)) for word in words(name)]
    found["list"] = words(facts.list_id) if facts.list_id else []
    text = text_of(Part.from_json(json.loads(facts.structure)), bodies) if bodies and facts.structure else ""
    return Document(
        key_of(facts.sort_at, facts.id),
        facts.account,
        facts.id,
        _heads({name: _few(several) for name, several in found.items()}, facts),
        " ".join(words(text or facts.preview)),
    )


def _heads(found: Mapping[str, list[str]], facts: Facts) -> str:
    plain = [word for several in found.values() if several for word in (*several, BETWEEN)]
    marked = [
        f"{MARKS[name]}/{word}" if word != BETWEEN else word
        for name, several in found.items()
        if several
        for word in (*several, BETWEEN)
    ]
    own = [account_word(facts.account), *([HAS_ATTACHMENT] if facts.has_attachment else [])]
    return " ".join((*plain, *marked, *own))


def _few(several: Iterable[str]) -> list[str]:
    """As many words as there is room for."""
    room = HEADS
    return [word for word in several if (room := room - len(word)) >= 0]


def _people(shown: Iterable[list[str]]) -> list[str]:
    found: list[str] = []
    for name, address in list(shown)[:MOST_PEOPLE]:
        found += [*([BETWEEN] if found else []), *words(name), *words(address)]
    return found


def _filenames(part: list[Any]) -> list[str]:
    """Of `Part.to_json`, without making parts of it."""
    found = [part[6]] if part[6] else []
    for inner in part[9]:
        found += _filenames(inner)
    return found


def text_of(structure: Part, bodies: Mapping[str, bytes]) -> str:
    """The beginning of what is read in a message, as plain text; of the parts that are held."""
    found: list[str] = []
    for part in choose_body(structure, prefer="text/plain").shown:
        if part.section in bodies:
            found += _lines(part, bodies[part.section][:OCTETS])
        if sum(map(len, found)) > TEXT:
            break
    return "\n".join(found)[:TEXT]


def _lines(part: Part, data: bytes) -> list[str]:
    text = decode(decode_transfer(data, part.encoding), part.charset)
    if part.media_type == "text/html":
        return list(html_lines(text))
    is_flowed, delsp = part.param("format").lower() == "flowed", part.param("delsp").lower() == "yes"
    return [line.text for line in flowed.lines(text, flowed=is_flowed, delsp=delsp)]
