"""Parameters of Content-Type and Content-Disposition (RFC 2045 5.1, RFC 2231), however they were written.

Total and linear: the standard library's parser of the same is quadratic in the number of semicolons. Never makes a
file name safe to use: that belongs to whoever uses it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

from imapbridge.mime.charsets import decode
from imapbridge.mime.headers import clean, decode_text

MAX_FIELD = 16 * 1024
_MAX_PARAMS = 200
_MAX_VALUE = 2000

_PIECE = re.compile(rb'[^;"]++|"(?:[^"\\]|\\.)*+(?:"|\Z)|(;)', re.DOTALL)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_CONTINUED = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?")


def parse_field(raw: bytes) -> tuple[str, dict[str, str]]:
    """The value in lower case, and the parameters by their lower-case names, decoded."""
    first, *rest = _split(raw[:MAX_FIELD])
    value = clean(decode(first.partition(b"(")[0])).lower()
    pairs = (piece.partition(b"=") for piece in rest[:_MAX_PARAMS])
    return value, join_params((decode(name).strip().lower(), _unquote(text)) for name, _, text in pairs)


def join_params(pairs: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    """Parameters with RFC 2231 continuations joined and charsets decoded; the first of a name wins.

    `pairs` are names in lower case with unquoted values, also as a server's BODYSTRUCTURE lists them. A value in
    RFC 2231 form is better than a plain one of the same name, which is there for old readers.
    """
    plain: dict[str, str] = {}
    extended: dict[str, dict[int, tuple[bytes, bool]]] = {}
    for written, value in pairs:
        match = _CONTINUED.fullmatch(written)
        if match is None:
            continue
        name, number, star = match.groups()
        if number is None and star is None:
            plain.setdefault(name, decode_text(value)[:_MAX_VALUE])
        else:
            extended.setdefault(name, {}).setdefault(int(number or 0), (value, bool(star)))
    return plain | {name: _join(pieces) for name, pieces in extended.items()}


def _join(pieces: dict[int, tuple[bytes, bool]]) -> str:
    """RFC 2231 3 and 4.1: pieces in order of their numbers, the charset stands in the first."""
    charset, octets = "", b""
    for place, number in enumerate(sorted(pieces)):
        value, is_extended = pieces[number]
        if place == 0 and is_extended and value.count(b"'") >= 2:
            label, _, value = value.split(b"'", 2)
            charset = label.decode("ascii", "replace")
        octets += unquote_to_bytes(value) if is_extended else value
    if not charset and b"=?" in octets:
        return decode_text(octets)[:_MAX_VALUE]
    return clean(decode(octets, charset))[:_MAX_VALUE]


def _split(raw: bytes) -> list[bytes]:
    """The field cut at semicolons that do not stand in quotes."""
    pieces: list[list[bytes]] = [[]]
    for match in _PIECE.finditer(raw):
        if match[1]:
            pieces.append([])
        else:
            pieces[-1].append(match[0])
    return [b"".join(piece).strip() for piece in pieces]


def _unquote(value: bytes) -> bytes:
    value = value.strip()
    if not value.startswith(b'"'):
        return value.partition(b" (")[0].strip()  # a comment may follow a token
    return _ESCAPED.sub(rb"\1", value[1:].removesuffix(b'"'))
