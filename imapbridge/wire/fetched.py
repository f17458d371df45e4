"""FETCH (RFC 9051 7.5.2 and its extensions) from nested values to `Fetched`.

Total: an item that cannot be read is None and is named in `defects`; the other items of the message, and all other
messages, are as good as ever.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import lru_cache

from imapbridge.mime.charsets import decode as decode_charset
from imapbridge.mime.headers import clean
from imapbridge.terms import flags as flag_terms
from imapbridge.terms.envelope import Envelope
from imapbridge.terms.part import Part
from imapbridge.terms.uids import MAX_UID
from imapbridge.wire.dates import parse_date_time
from imapbridge.wire.envelope import envelope
from imapbridge.wire.names import decode as decode_name
from imapbridge.wire.short_cache import short_cache
from imapbridge.wire.structure import structure
from imapbridge.wire.tokens import Value, number


@dataclass(slots=True)
class Fetched:
    """What one FETCH response told of one message; None where it told nothing."""

    uid: int = 0
    """0 in an unsolicited response without UID, which names no message."""
    flags: frozenset[str] | None = None
    """System flags in their usual spelling, keywords in the server's; never `\\Recent`."""
    modseq: int | None = None
    internal_date: datetime | None = None
    size: int | None = None
    """Octets, by the server's word: not to be trusted for limits."""
    envelope: Envelope | None = None
    structure: Part | None = None
    preview: str | None = None
    """None also when the server has not made one (RFC 8970 LAZY)."""
    sections: dict[str, bytes] = field(default_factory=dict)
    """By section in upper case: `""` is the whole message, `1.2`, `HEADER`, `HEADER.FIELDS`, `1.2.MIME`."""
    binary: dict[str, bytes] = field(default_factory=dict)
    """The same without content transfer encoding (RFC 3516)."""
    email_id: str | None = None
    thread_id: str | None = None
    saved_at: datetime | None = None
    gm_msgid: int | None = None
    gm_thrid: int | None = None
    gm_labels: frozenset[str] | None = None
    defects: tuple[str, ...] = ()
    """The items that could not be read: `ENVELOPE`."""

    def merge(self, later: Fetched) -> None:
        """Take what `later` knows; an item it does not mention stays (servers send items apart and unasked)."""
        for name in _SCALARS:
            value = getattr(later, name)
            if value is not None:
                setattr(self, name, value)
        self.sections |= later.sections
        self.binary |= later.binary
        self.defects += later.defects


_SCALARS = [item.name for item in fields(Fetched) if item.name not in ("uid", "sections", "binary", "defects")]


# What a comparison of all flags brings a hundred thousand times, in the two orders that servers write it.
_FLAGS_ALONE = re.compile(
    rb"\((?:UID (\d{1,10}) )?FLAGS \(([^()\"\0]{0,400})\)(?: UID (\d{1,10}))?(?: MODSEQ \((\d{1,18})\))?\)"
)

FLAGS_ALONE = 500
"""Octets that `flags_alone` may have to do with."""


def flags_alone(text: bytes) -> Fetched | None:
    """The quick way for `(UID 7 FLAGS (...))`; None for anything else, which is for `fetched`."""
    found = _FLAGS_ALONE.fullmatch(text)
    uid = int(found[1] or found[3] or 0) if found else 0
    if not found or not 1 <= uid <= MAX_UID:
        return None
    return Fetched(uid, flag_set(tuple(found[2].split())), int(found[4]) if found[4] else None)


def fetched(value: Value) -> Fetched:
    """The list behind `* n FETCH`."""
    message = Fetched()
    if not isinstance(value, list):
        message.defects = ("FETCH",)
        return message
    for name, content in zip(value[::2], value[1::2], strict=False):
        known = _ITEMS.get(name) if isinstance(name, bytes) else None
        try:
            if known:
                setattr(message, known[0], known[1](content))
            elif isinstance(name, bytes):
                _other(message, name, content)
            else:
                message.defects += ("FETCH",)
        except (ValueError, OverflowError, RecursionError):
            message.defects += (_shown(name),)
    return message


def _other(message: Fetched, name: bytes, content: Value) -> None:
    """A section, a name in unusual case, or an item nobody asked for, which is left out."""
    into, section = section_name(name)
    if into:
        if content is not None:  # NIL: there is no such part
            getattr(message, into)[section] = _octets(content)
    elif (upper := name.upper()) != name and (known := _ITEMS.get(upper)):
        setattr(message, known[0], known[1](content))


_SECTION = re.compile(rb"(BODY|BINARY)\[([^\]]*)\]", re.IGNORECASE)


@short_cache(1024)
def section_name(name: bytes) -> tuple[str, str]:
    """Where `BODY[HEADER.FIELDS (TO CC)]<0>` goes: ("sections", "HEADER.FIELDS"). Empty when it is no section."""
    found = _SECTION.match(name)
    if not found:
        return "", ""
    into = "sections" if found[1].upper() == b"BODY" else "binary"
    return into, found[2].decode("latin-1").upper().partition(" ")[0]


def _octets(value: Value) -> bytes:
    if not isinstance(value, bytes):
        raise ValueError("not a string")  # noqa: TRY004 - one kind of error for every bad item
    return value


def _number(value: Value) -> int:
    found = number(value)
    if found is None:
        raise ValueError("not a number")
    return found


def _uid(value: Value) -> int:
    found = _number(value)
    if not 1 <= found <= MAX_UID:
        raise ValueError("not a UID")
    return found


def _modseq(value: Value) -> int:
    """`(12)`; some servers forget the parentheses."""
    return _number(value[0] if isinstance(value, list) and value else value)


def _flags(value: Value) -> frozenset[str]:
    if not isinstance(value, list):
        raise ValueError("flags are a list")  # noqa: TRY004
    # Few combinations make up a mailbox; a hostile one must not fill the cache with large ones.
    words = tuple([word for word in value if isinstance(word, bytes)])
    return flag_set(words) if sum(map(len, words)) < 400 else flag_set.__wrapped__(words)


@lru_cache(4096)
def flag_set(words: tuple[bytes, ...]) -> frozenset[str]:
    names = {flag_terms.canonical(clean(decode_charset(word))) for word in words if len(word) < 256}
    return frozenset(names - {flag_terms.RECENT, ""})


def _labels(value: Value) -> frozenset[str]:
    """Gmail's labels: strings in modified UTF-7; the system ones have a backslash."""
    if not isinstance(value, list):
        raise ValueError("labels are a list")  # noqa: TRY004
    return frozenset(decode_name(word) for word in value if isinstance(word, bytes))


def _date(value: Value) -> datetime:
    return parse_date_time(_octets(value))


def _optional_date(value: Value) -> datetime | None:
    return None if value is None else _date(value)


def _preview(value: Value) -> str | None:
    """A string or NIL; before the RFC, `("FUZZY" "text")`."""
    if isinstance(value, list):
        value = value[-1] if value else None
    return None if value is None else preview_text(_octets(value))


def preview_text(words: bytes) -> str:
    return clean(decode_charset(words))


def _object_id(value: Value) -> str | None:
    """`(M6d99ac3275bb4e)` (RFC 8474); THREADID may be NIL."""
    inner = value[0] if isinstance(value, list) and value else value
    return None if inner is None else _octets(inner)[:255].decode("ascii")


def _shown(name: Value) -> str:
    """A defect's name, short and harmless."""
    text = name.decode("ascii", "replace") if isinstance(name, bytes) else "FETCH"
    return clean(text.partition(" ")[0].upper()[:40])


_ITEMS: dict[bytes, tuple[str, Callable[[Value], object]]] = {
    b"UID": ("uid", _uid),
    b"FLAGS": ("flags", _flags),
    b"MODSEQ": ("modseq", _modseq),
    b"INTERNALDATE": ("internal_date", _date),
    b"RFC822.SIZE": ("size", _number),
    b"ENVELOPE": ("envelope", envelope),
    b"BODYSTRUCTURE": ("structure", structure),
    b"BODY": ("structure", structure),
    b"PREVIEW": ("preview", _preview),
    b"EMAILID": ("email_id", _object_id),
    b"THREADID": ("thread_id", _object_id),
    b"SAVEDATE": ("saved_at", _optional_date),
    b"X-GM-MSGID": ("gm_msgid", _number),
    b"X-GM-THRID": ("gm_thrid", _number),
    b"X-GM-LABELS": ("gm_labels", _labels),
}
