"""The text of a response as nested values, however badly it is written (RFC 9051 9, read with tolerance).

A value is `bytes` (an atom, a quoted string unquoted, or a literal), None (NIL) or a list. Never fails: unbalanced
parentheses are closed or ignored, 8-bit and unescaped quotes are taken as they come, and lists nested deeper than
MAX_DEPTH are flattened into the last one allowed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

MAX_DEPTH = 100
MAX_NUMBER = 2**63 - 1
"""The largest that a MODSEQ (RFC 7162 3.1.1) or a column of the index may be."""

Value: TypeAlias = "bytes | list[Value] | None"

# Plain strings first, since most are. A quote ends a string only before a space, a parenthesis, a literal or the end:
# iCloud and Exchange forget to escape quotes inside. The name of a body section holds spaces and parentheses:
# BODY[HEADER.FIELDS (TO CC)]<0>; other brackets are letters like any. Possessive, so that all is linear.
_PLAIN = rb'"[^"\\]*+"(?=[ )])'
_OTHER = (
    rb"""
    | [()\0]
    | [^\s()"\0\[][^\s()\0\[]*+ (?:%b)?+ [^\s()\0]*+
    | "[^"\\]*+(?:(?:\\.|"(?![\s()\0]|\Z))[^"\\]*+)*+"
    | "[^\0]*+
    | \[[^\s()\0]*+
"""
    % rb"\[[A-Za-z0-9.]*+(?:[ ]?\([^()\]\0]*+\))?+\]"
)
_TOKEN = re.compile(_PLAIN + _OTHER, re.VERBOSE | re.DOTALL)

# What most of an ENVELOPE and a BODYSTRUCTURE is made of stays in one piece in FETCH, and `structure` takes it apart by
# the same patterns with their groups: an address, and a part that is no message and no multipart.
_STRING, _NSTRING = rb'"[^"\\]*+"', rb'(?:NIL|"[^"\\]*+")'
_PARAMS = rb"(?:NIL|\((?:%b[ ]?+)++\))" % _STRING


def address_pattern(group: bytes = b"(?:") -> bytes:
    """Groups: name, local part, domain."""
    inner = group + rb'[^"\\]*+)'
    return rb'\((?:NIL|"%b")[ ]NIL[ ](?:NIL|"%b")[ ]"%b"\)' % (inner, inner, inner)


def leaf_pattern(group: bytes = b"(?:") -> bytes:
    """Groups: type, subtype and parameters; content id; encoding; size; disposition."""
    return rb"\(%b%b[ ]%b[ ]%b)[ ]%b%b)[ ]%b[ ]%b%b)[ ]%b\d++)(?:[ ]\d++)?+(?:[ ]%b)?+(?:[ ]%b%b))?+(?:[ ]NIL)*+\)" % (
        group, _STRING, _STRING, _PARAMS, group, _NSTRING, _NSTRING, group, _STRING, group, _NSTRING,
        group, rb"(?:NIL|\(%b[ ]%b\))" % (_STRING, _PARAMS),
    )  # fmt: skip


_FETCH_TOKEN = re.compile(b"|".join((_PLAIN, address_pattern(), leaf_pattern())) + _OTHER, re.VERBOSE | re.DOTALL)
_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
_NIL: dict[bytes, None] = {b"NIL": None, b"nil": None, b"Nil": None}
_OPEN, _CLOSE, _QUOTE, _LITERAL = b'()"\0'


def parse(text: bytes, literals: Sequence[bytes] = ()) -> list[Value]:
    """The values of `text`, in which each NUL stands for the next of `literals`."""
    return _build(_TOKEN.findall(text), literals)


def parse_fetch(text: bytes, literals: Sequence[bytes] = ()) -> list[Value]:
    """The same, but what matches `address_pattern` or `leaf_pattern` is a string: its own text, parentheses and all."""
    return _build(_FETCH_TOKEN.findall(text), literals)


def _build(found: list[bytes], literals: Sequence[bytes]) -> list[Value]:
    top: list[Value] = []
    append = top.append
    stack: list[Callable[[Value], None]] = []
    coming = iter(literals)
    too_deep = 0
    for token in found:  # the hottest loop of a sync
        kind = token[0]
        if kind == _QUOTE:
            append(token[1:-1] if token[-1] == _QUOTE and b"\\" not in token else _unquote(token))
        elif kind == _CLOSE:
            if too_deep:
                too_deep -= 1
            elif stack:
                append = stack.pop()
        elif kind == _OPEN:
            if len(token) > 1:
                append(token)
            elif len(stack) < MAX_DEPTH:
                inner: list[Value] = []
                append(inner)
                stack.append(append)
                append = inner.append
            else:
                too_deep += 1
        elif kind == _LITERAL:
            append(next(coming, b""))
        else:
            append(_NIL.get(token, token))
    return top


def number(value: Value) -> int | None:
    """A number, or None for anything else and for what is out of range."""
    if not isinstance(value, bytes) or not value.isdigit() or len(value) > 19:
        return None
    found = int(value)
    return found if found <= MAX_NUMBER else None


def _unquote(token: bytes) -> bytes:
    inner = token[1:-1] if token[-1] == _QUOTE and len(token) > 1 else token[1:]
    return _ESCAPE.sub(rb"\1", inner)
