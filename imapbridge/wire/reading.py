"""From octets to responses (RFC 9051 7.1 to 7.5).

`parse` is total: what it does not know, or cannot read, is `Unknown` and is skipped by whoever asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from imapbridge.mime.headers import clean
from imapbridge.terms import flags as flag_terms
from imapbridge.terms.uids import MAX_UID, UidSet
from imapbridge.wire import tokens
from imapbridge.wire.fetched import FLAGS_ALONE, fetched, flags_alone
from imapbridge.wire.responses import (
    Capability,
    Condition,
    Continue,
    Enabled,
    ESearch,
    Exists,
    Expunge,
    Flags,
    Listed,
    Namespaces,
    Quota,
    QuotaRoot,
    Response,
    Search,
    ServerId,
    StatusData,
    Threads,
    Unknown,
    Vanished,
)
from imapbridge.wire.short_cache import LONGEST, short_cache
from imapbridge.wire.stream import Raw
from imapbridge.wire.tokens import Value, number
from imapbridge.wire.usual import usual

MAX_TEXT = 8 * 1024 * 1024
"""Octets of one response, literals apart, that are made into values. Lists of numbers may be longer."""


def parse(raw: Raw) -> Response:
    """One response from its octets. Never raises."""
    line = raw.text
    try:
        if line[:2] == b"* ":
            return _untagged(line[2:], raw.literals)
        if line[:1] == b"+":
            return Continue(line[1:].strip())
        return _condition(*_split_tag(line))
    except (ValueError, IndexError, TypeError, AttributeError, OverflowError, RecursionError):
        return Unknown(_shown(line[2:] if line[:2] == b"* " else line))


_NUMBERED = re.compile(rb" *(\d{1,10}) +([A-Za-z]+) *")
_NAMED = re.compile(rb" *([A-Za-z0-9.\-]+) *")
_STATUSES = frozenset((b"OK", b"NO", b"BAD", b"BYE", b"PREAUTH"))
_LONG = frozenset((b"SEARCH", b"SORT", b"VANISHED"))


def _untagged(text: bytes, literals: tuple[bytes, ...]) -> Response:
    if found := _NUMBERED.match(text):
        return _numbered(int(found[1]), found[2].upper(), text[found.end() :], literals)
    found = _NAMED.match(text)
    name, rest = (found[1].upper(), text[found.end() :]) if found else (b"", text)
    if name in _STATUSES:
        return _condition("", name, rest)
    if len(rest) > MAX_TEXT and name not in _LONG:
        return Unknown(_shown(name))
    if read_text := _PLAIN.get(name):
        return read_text(rest)
    read_values = _NESTED.get(name)
    return read_values(tokens.parse(rest, literals)) if read_values else Unknown(_shown(name))


def _numbered(number: int, name: bytes, rest: bytes, literals: tuple[bytes, ...]) -> Response:
    if name == b"FETCH":
        if quick := (flags_alone(rest) if len(rest) <= FLAGS_ALONE else None) or usual(rest, literals):
            return quick
        values = tokens.parse(rest, literals) if len(rest) <= MAX_TEXT else [None]
        return fetched(values[0] if values else None)
    if name == b"EXISTS":
        return Exists(number)
    if name == b"EXPUNGE":
        return Expunge()
    return Unknown(_shown(name))


# --- Conditions -------------------------------------------------------------------------------------------------------


def _split_tag(line: bytes) -> tuple[str, bytes, bytes]:
    tag, _, rest = line.strip().partition(b" ")
    status, _, rest = rest.lstrip().partition(b" ")
    if status.upper() not in (b"OK", b"NO", b"BAD") or not tag.isalnum():
        raise ValueError("not a tagged response")
    return tag.decode("ascii"), status.upper(), rest


_CODE = re.compile(rb" *\[([^\s\]]+) *((?:[^\]\"]|\"(?:[^\"\\]|\\.)*\")*)\] *", re.DOTALL)


def _condition(tag: str, status: bytes, rest: bytes) -> Condition:
    rest = rest[:MAX_TEXT]
    if found := _CODE.match(rest):
        code, arguments = clean(found[1].decode("ascii", "replace").upper()[:100]), tuple(tokens.parse(found[2]))
        rest = rest[found.end() :]
    else:
        code, arguments = "", ()
    return Condition(tag, status.decode("ascii"), code, arguments, clean(rest[:1000].decode("utf-8", "replace")))


# --- Plain words and numbers ------------------------------------------------------------------------------------------


@short_cache(256, longest=2000)
def words(text: bytes) -> frozenset[str]:
    """Space-separated names in upper case. Thousands of sessions with one server share one set."""
    return frozenset(text.decode("ascii", "replace").upper().split())


def shared(names: frozenset[str]) -> frozenset[str]:
    """The one set of these names."""
    return words(" ".join(sorted(names)).encode("ascii", "replace"))


_NUMBERS = re.compile(rb"[0-9 ]*")
_SEARCH_MODSEQ = re.compile(rb"\( *MODSEQ +(\d{1,19}) *\)", re.IGNORECASE)


def _search(text: bytes) -> Search:
    modseq = None
    if text.endswith(b")") and (found := _SEARCH_MODSEQ.search(text, max(0, len(text) - 40))):
        modseq, text = int(found[1]), text[: found.start()]
    if not _NUMBERS.fullmatch(text):
        raise ValueError("not numbers")
    numbers = tuple(map(int, text.split()))
    if numbers and not 1 <= min(numbers) <= max(numbers) <= MAX_UID:
        raise ValueError("not UIDs")
    return Search(numbers, modseq)


def _vanished(text: bytes) -> Vanished:
    earlier = text[:9].upper() == b"(EARLIER)"
    return Vanished(UidSet.parse((text[9:] if earlier else text).strip().decode("ascii")), earlier)


_PLAIN: dict[bytes, Callable[[bytes], Response]] = {
    b"CAPABILITY": lambda text: Capability(words(text)),
    b"ENABLED": lambda text: Enabled(words(text)),
    b"SEARCH": _search,
    b"SORT": _search,
    b"VANISHED": _vanished,
}


# --- Nested values ----------------------------------------------------------------------------------------------------


def _octets(value: Value) -> bytes:
    """A string; an unquoted mailbox may be called NIL."""
    if isinstance(value, list):
        raise ValueError("a list for a string")  # noqa: TRY004
    return b"NIL" if value is None else value


def _text(value: Value) -> str:
    return clean(value.decode("utf-8", "replace")) if isinstance(value, bytes) else ""


def _list(values: list[Value], is_lsub: bool = False) -> Response:
    attributes, delimiter, name = values[:3]
    if not isinstance(attributes, list):
        return Unknown("LIST")
    told = frozenset(_text(attribute).lower() for attribute in attributes)
    return Listed(_octets(name), _text(delimiter)[:1], told, is_lsub)


def _status(values: list[Value]) -> Response:
    """`name (ITEM n ...)`. A name with spaces that nobody quoted is put together again."""
    items = values[-1]
    if not isinstance(items, list):
        return Unknown("STATUS")
    name = b" ".join(_octets(part) for part in values[:-1])
    return StatusData(name, _pairs(items))


def _pairs(values: list[Value]) -> dict[str, Value]:
    return {_text(name).upper(): value for name, value in zip(values[::2], values[1::2], strict=False)}


def _esearch(values: list[Value]) -> ESearch:
    about: dict[str, Value] = {}
    if values and isinstance(values[0], list):
        about = _pairs(values[0])
        values = values[1:]
    if values and isinstance(values[0], bytes) and values[0].upper() == b"UID":
        values = values[1:]
    if len(values) % 2:
        raise ValueError("a name without a value")
    tag, name = _text(about.get("TAG", b"")), _octets(about.get("MAILBOX", b""))
    return ESearch(tag, _pairs(values), name, number(about.get("UIDVALIDITY")))


def _namespaces(values: list[Value]) -> Namespaces:
    return Namespaces(*(_namespace(value) for value in values[:3]))


def _namespace(value: Value) -> tuple[tuple[bytes, str], ...]:
    items = value if isinstance(value, list) else []
    return tuple((_octets(item[0]), _text(item[1])[:1]) for item in items if isinstance(item, list) and len(item) > 1)


def _server_id(values: list[Value]) -> ServerId:
    fields = values[0] if values and isinstance(values[0], list) else []
    return ServerId(_told(tuple([(name.lower(), _text(value)[:1024]) for name, value in _pairs(fields[:60]).items()])))


@lru_cache(32)
def _told(fields: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """For reading only: one for all sessions with a server."""
    return dict(fields)


def _quota(values: list[Value]) -> Response:
    root, items = values[:2]
    if not isinstance(items, list):
        return Unknown("QUOTA")
    triples = zip(items[::3], items[1::3], items[2::3], strict=False)
    numbers = ((_text(name).upper(), tokens.number(used), tokens.number(limit)) for name, used, limit in triples)
    return Quota(_octets(root), {name: (used, limit) for name, used, limit in numbers if used is not None and limit})


def _quota_root(values: list[Value]) -> QuotaRoot:
    return QuotaRoot(_octets(values[0]), tuple(map(_octets, values[1:])))


def flag_set(value: Value) -> frozenset[str]:
    """Flags of FLAGS and PERMANENTFLAGS; `\\*` among them means that new keywords may be made."""
    names = tuple([item for item in value if isinstance(item, bytes)]) if isinstance(value, list) else ()
    return _flag_set(names) if sum(map(len, names)) <= LONGEST else _flag_set.__wrapped__(names)


@lru_cache(256)
def _flag_set(names: tuple[bytes, ...]) -> frozenset[str]:
    return frozenset(flag_terms.canonical(_text(name)) for name in names if name)


_NESTED: dict[bytes, Callable[[list[Value]], Response]] = {
    b"LIST": _list,
    b"XLIST": _list,
    b"LSUB": lambda values: _list(values, is_lsub=True),
    b"STATUS": _status,
    b"FLAGS": lambda values: Flags(flag_set(values[0])),
    b"ESEARCH": _esearch,
    b"THREAD": Threads,
    b"NAMESPACE": _namespaces,
    b"ID": _server_id,
    b"QUOTA": _quota,
    b"QUOTAROOT": _quota_root,
}


def _shown(line: bytes) -> str:
    """A name for the log: the first word, and only when it is one."""
    word = line.split(None, 1)[0] if line.strip() else b""
    return word.decode("ascii") if word.isalnum() and len(word) < 30 else ""
