"""BODYSTRUCTURE by patterns, the quick way of `usual`: leaves and multiparts, however they are nested.

Messages within messages, and whatever is written oddly, are left to `structure`. Never raises.
"""

from __future__ import annotations

import re

from imapbridge.mime.headers import decode_text
from imapbridge.terms.part import Part
from imapbridge.wire.short_cache import short_cache
from imapbridge.wire.structure import Params, disposition_of, params_of, type_of, word
from imapbridge.wire.tokens import number, parse

MAX_DEPTH = 20
MAX_PARTS = 500
"""More of either are for `structure`, which knows what to leave out."""

_STRING, _NSTRING = rb'"[^"\\]*+"', rb'(?:NIL|"[^"\\]*+")'
_PARAMS = rb"(?:NIL|\((?:%b[ ]?+)++\))" % _STRING
_DISPOSITION = rb"(?:NIL|\(%b[ ]%b\))" % (_STRING, _PARAMS)


def _pattern(written: bytes) -> re.Pattern[bytes]:
    return re.compile(written, re.VERBOSE | re.DOTALL)


# Groups: type, subtype and parameters; content id; encoding; size; disposition.
_LEAF = _pattern(
    rb"\((%b[ ]%b[ ]%b)[ ](%b)[ ]%b[ ](%b)[ ](\d++)(?:[ ]\d++)?+(?:[ ]%b)?+(?:[ ](%b))?+(?:[ ]NIL)*+\)"
    % (_STRING, _STRING, _PARAMS, _NSTRING, _NSTRING, _STRING, _NSTRING, _DISPOSITION)
)
# Behind the parts of a multipart. Groups: subtype; parameters, unless they are a boundary alone, which is of no use.
_TAIL = _pattern(
    rb'[ ](%b)(?:[ ](?:\("boundary"[ ]%b\)|(%b))(?:[ ]%b)?+(?:[ ]NIL)*+)?+\)'
    % (_STRING, _STRING, _PARAMS, _DISPOSITION)
)


def usual_structure(text: bytes, at: int) -> tuple[Part, int] | None:
    """The structure that begins at `at`, and where it ends; None when it is for `structure`."""
    return _part(text, at, "", "1", [MAX_PARTS], MAX_DEPTH)


def _part(
    text: bytes, at: int, section: str, leaf_section: str, room: list[int], depth: int
) -> tuple[Part, int] | None:
    """Sections and room as in `structure`."""
    if leaf := _LEAF.match(text, at):
        return _leaf(leaf, leaf_section), leaf.end()
    if text[at : at + 2] != b"((" or not depth:
        return None
    parts: list[Part] = []
    at += 1
    while text[at : at + 1] == b"(":
        below = f"{section}.{len(parts) + 1}" if section else str(len(parts) + 1)
        room[0] -= 1
        found = _part(text, at, below, below, room, depth - 1) if room[0] else None
        if not found:
            return None
        parts.append(found[0])
        at = found[1]
    tail = _TAIL.match(text, at)
    return (_multipart(tail, section, tuple(parts)), tail.end()) if tail else None


def _multipart(tail: re.Match[bytes], section: str, parts: tuple[Part, ...]) -> Part:
    subtype, about = tail.groups()
    kept = params_of(parse(about)[0]).kept if about else ()
    return Part(section, f"multipart/{word(subtype[1:-1]) or 'mixed'}", params=kept, parts=parts)


def _leaf(found: re.Match[bytes], section: str) -> Part:
    head, content_id, encoding, size, disposed = found.groups()
    kind, about = _read_head(head)
    how, filename = _read_disposition(disposed) if disposed and disposed != b"NIL" else ("", "")
    return Part(
        section,
        kind,
        about.charset,
        word(encoding[1:-1]) or "7bit",
        number(size) or 0,
        how,
        filename or about.name,
        "" if content_id == b"NIL" else decode_text(content_id[1:-1]).strip("<> "),
        about.kept,
    )


@short_cache(2048)
def _read_head(head: bytes) -> tuple[str, Params]:
    """`"text" "plain" ("charset" "utf-8")`, which is the same in most mail."""
    kind, subtype, about = parse(head)
    return type_of(kind, subtype), params_of(about)


@short_cache(512)
def _read_disposition(written: bytes) -> tuple[str, str]:
    """`("attachment" ("filename" "a.pdf"))`."""
    return disposition_of(parse(written))
