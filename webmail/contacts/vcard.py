"""Contacts from and to vCards: 4.0 (RFC 6350), 3.0 (RFC 2426), and read 2.1 as well.

Pure and total. What is not understood is kept as it was written, and written again, for those who do.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from itertools import islice

from webmail.contacts import fuller
from webmail.contacts.card import MOST_PHOTO, Card, Labelled
from webmail.reading.vcards import ContentLine, content_line, vcards

MOST_OCTETS = 8 * 1024 * 1024
MOST_CARDS = 5000
_MOST_LINES = 300
_MOST_PHOTO = MOST_PHOTO * 4 // 3
_MOST_VALUE = _MOST_PHOTO + 1000
_GROUP = ("KIND", "X-ADDRESSBOOKSERVER-KIND")
_MEMBER = ("MEMBER", "X-ADDRESSBOOKSERVER-MEMBER")
_READ = {"FN", "N", "ORG", "TITLE", "BDAY", "EMAIL", "TEL", "NOTE", "UID", "PHOTO", *_GROUP, *_MEMBER}
_DROPPED = {"VERSION", "BEGIN", "END", "PRODID", "REV", "X-ABLABEL"}
_NO_LABELS = ("internet", "pref", "voice", "text", "msg", "video", "x400", "textphone", "isdn", "base64", "b")
_DATA = re.compile(r"data:[\w/+.-]{0,80};base64,", re.IGNORECASE)
_APPLE_LABEL = re.compile(r"_\$!<(.*)>!\$_")


LARGE_PHOTO = "X-WHIMBREL-LARGE-PHOTO:1"
"""Kept in place of a picture that is too large to be kept; never written."""


def read(data: bytes) -> list[Card]:
    """The contacts of a file: at most 5,000 of its first 8 MB; an empty one for a vCard that says nothing."""
    return [read_one(lines) for lines in islice(vcards(data[:MOST_OCTETS]), MOST_CARDS)]


def read_one(written: Iterable[bytes]) -> Card:
    lines = [found for each in islice(written, _MOST_LINES) if (found := content_line(each, _MOST_VALUE))]
    labels = {line.group: _plain_label(line.text) for line in lines if line.name == "X-ABLABEL" and line.group}
    one = {line.name: line for line in reversed(lines)}
    given, family, name = _names(one)
    return Card(
        uid=one["UID"].text.strip() if "UID" in one else "",
        is_group=any(one[key].text.strip().lower() == "group" for key in _GROUP if key in one),
        name=name,
        given=given,
        family=family,
        company=fuller.organization(one["ORG"]) if "ORG" in one else "",
        title=one["TITLE"].text if "TITLE" in one else "",
        birthday=one["BDAY"].text if "BDAY" in one else "",
        addresses=tuple(_labelled(line, labels, "mailto:") for line in lines if line.name == "EMAIL"),
        phones=tuple(_labelled(line, labels, "tel:") for line in lines if line.name == "TEL"),
        note="\n".join(line.text for line in lines if line.name == "NOTE"),
        photo=_photo(one["PHOTO"]) if "PHOTO" in one else None,
        members=tuple(line.text.strip() for line in lines if line.name in _MEMBER),
        categories=tuple(each for line in lines if line.name == "CATEGORIES" for each in line.parts(",")),
        rest="\n".join(_rest(lines)),
    ).fitted()


def _names(one: dict[str, ContentLine]) -> tuple[str, str, str]:
    """(given, family, whole)"""
    parts = [*(one["N"].parts() if "N" in one else ()), "", "", "", "", ""][:5]
    family, given, more, before, after = (part.strip() for part in parts)
    whole = one["FN"].text.strip() if "FN" in one else ""
    return given, family, whole or " ".join(filter(None, (before, given, more, family, after)))


def _labelled(line: ContentLine, labels: dict[str, str], scheme: str) -> Labelled:
    types = line.param("TYPE")
    label = labels.get(line.group, "") or next((each for each in types if each not in _NO_LABELS), "")
    value = line.text.strip()
    return Labelled(value[len(scheme) :] if value.lower().startswith(scheme) else value, label)


def _plain_label(text: str) -> str:
    found = _APPLE_LABEL.fullmatch(text.strip())
    return (found[1] if found else text).strip().lower()


def _photo(line: ContentLine) -> bytes | None:
    """Only one that is in the card: nothing is loaded from anywhere."""
    head = _DATA.match(line.value)
    if not head and not {"b", "base64"} & {*line.param("ENCODING"), *line.param("TYPE")}:
        return None
    try:
        return base64.b64decode("".join(line.value[head.end() if head else 0 :].split()), validate=True) or None
    except (binascii.Error, ValueError):
        return None


def _rest(lines: list[ContentLine]) -> Iterator[str]:
    seen: set[str] = set()
    for line in lines:
        is_first = line.name not in seen
        seen.add(line.name)
        if line.name == "PHOTO" and is_first and len(line.value) >= _MOST_PHOTO:
            yield LARGE_PHOTO
            continue
        is_kept = is_first and (fuller.says_more(line) or (line.name == "PHOTO" and not _photo(line)))
        if (line.name in _READ and not is_kept) or line.name in _DROPPED:
            continue
        group = f"{line.group}." if line.group and line.name not in fuller.NAMES else ""
        params = "".join(
            f";{param}" for param in line.params if not param.upper().startswith(("ENCODING=Q", "CHARSET"))
        )
        yield f"{group}{line.name}{params}:" + line.value.replace("\r", "").replace("\n", "\\n")


# --- Writing ----------------------------------------------------------------------------------------------------------


def write(cards: Iterable[Card], version: str = "3.0") -> str:
    """A file of vCards. `version`: 3.0, which everybody reads, or 4.0."""
    return "".join(_folded(line) for card in cards for line in _written(card, version))


def _written(card: Card, version: str) -> Iterator[str]:
    yield from ("BEGIN:VCARD", f"VERSION:{version}", f"UID:{_escaped(card.uid)}")
    yield f"FN:{_escaped(card.shown)}"
    more = fuller.more_names(card)
    if version == "3.0" or card.given or card.family:
        yield "N:" + ";".join(map(_escaped, (card.family, card.given, *more[:3])))
    if card.is_group:
        yield "KIND:group" if version == "4.0" else "X-ADDRESSBOOKSERVER-KIND:group"
        member = "MEMBER" if version == "4.0" else "X-ADDRESSBOOKSERVER-MEMBER"
        yield from (f"{member}:{_escaped(each)}" for each in card.members)
    for name, value in (("ORG", card.company), ("TITLE", card.title), ("BDAY", card.birthday), ("NOTE", card.note)):
        if value:
            yield fuller.written(card, name) or f"{name}:{_escaped(value)}"
    for name, lines in (("EMAIL", card.addresses), ("TEL", card.phones)):
        yield from (f"{name}{_type(each.label)}:{_escaped(each.value)}" for each in lines)
    if card.photo:
        yield _written_photo(card.photo, version)
    yield from (line for line in card.rest.splitlines() if line != LARGE_PHOTO and not fuller.is_apart(line))
    yield "END:VCARD"


def with_photo_of(card: str, other: bytes) -> str:
    """One card as it is written, and the picture of another as it stands there."""
    lines = next(vcards(other), [])
    photos = [line for line in lines if line[:6].upper().startswith((b"PHOTO:", b"PHOTO;"))]
    more = "".join(_folded(line.decode("utf-8", "replace")) for line in photos[:1])
    return card.removesuffix("END:VCARD\r\n") + more + "END:VCARD\r\n"


def _type(label: str) -> str:
    word = "".join(each for each in label if each not in '"\\\r\n')
    if not word:
        return ""
    return f";TYPE={word}" if re.fullmatch(r"[A-Za-z0-9-]+", word) else f';TYPE="{word}"'


def _written_photo(photo: bytes, version: str) -> str:
    media_type, text = media_type_of(photo), base64.b64encode(photo).decode()
    if version == "4.0":
        return f"PHOTO:data:{media_type};base64,{text}"
    return f"PHOTO;ENCODING=b;TYPE={media_type.partition('/')[2].upper()}:{text}"


def media_type_of(photo: bytes) -> str:
    """By how it begins."""
    begins = {b"\x89PNG": "image/png", b"GIF8": "image/gif", b"RIFF": "image/webp"}
    return next((kind for begin, kind in begins.items() if photo.startswith(begin)), "image/jpeg")


def _escaped(text: str) -> str:
    for written, meant in (("\\", "\\\\"), (",", "\\,"), (";", "\\;"), ("\n", "\\n")):
        text = text.replace(written, meant)
    return text.replace("\r", "")


def _folded(line: str) -> str:
    """At most 75 octets a line, no character cut (RFC 6350 section 3.2)."""
    data, pieces, most = line.encode(errors="replace"), [], 75
    while len(data) > most:
        cut = most
        while data[cut] & 0xC0 == 0x80:
            cut -= 1
        pieces.append(data[:cut])
        data, most = data[cut:], 74
    return "\r\n ".join(piece.decode() for piece in [*pieces, data]) + "\r\n"
