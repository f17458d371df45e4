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

Value: TypeAlias = "bytes | list[Value] | None"

# A quote ends a string only before a space, a parenthesis, a literal or the end: iCloud and Exchange forget to escape
# quotes inside. The name of a body section holds spaces and parentheses: BODY[HEADER.FIELDS (TO CC)]<0>; other brackets
# are letters like any. Possessive, so that no input takes more than linear time.
_QUOTED = rb'"[^"\\]*+(?:(?:\\.|"(?![\s()\0]|\Z))[^"\\]*+)*+"'
_SECTION = rb"\[[A-Za-z0-9.]*+(?:[ ]?\([^()\]\0]*+\))?+\]"
_REST = (
    rb"""
    | [()\0]
    | [^\s()"\0\[][^\s()\0\[]*+ (?:%b)?+ [^\s()\0]*+
    | "[^\0]*+
    | \[[^\s()\0]*+
"""
    % _SECTION
)
_TOKEN = re.compile(_QUOTED + _REST, re.VERBOSE | re.DOTALL)
# In FETCH an address of the usual form stays in one piece: see `structure`.
_STRING = rb'(?:NIL|"[^"\\]*+")'
ADDRESS = rb'\(%b[ ]NIL[ ]%b[ ]"[^"\\]*+"\)' % (_STRING, _STRING)
_FETCH_TOKEN = re.compile(_QUOTED + b"|" + ADDRESS + _REST, re.VERBOSE | re.DOTALL)
_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
_NIL: dict[bytes, None] = {b"NIL": None, b"nil": None, b"Nil": None}
_OPEN, _CLOSE, _QUOTE, _LITERAL = b'()"\0'


def parse(text: bytes, literals: Sequence[bytes] = ()) -> list[Value]:
    """The values of `text`, in which each NUL stands for the next of `literals`."""
    return _build(_TOKEN.findall(text), literals)


def parse_fetch(text: bytes, literals: Sequence[bytes] = ()) -> list[Value]:
    """The same, but an address of an ENVELOPE may come as its own text, parentheses and all."""
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
            append(token[1:-1] if b"\\" not in token and token[-1] == _QUOTE else _unquote(token))
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
        elif kind == _CLOSE:
            if too_deep:
                too_deep -= 1
            elif stack:
                append = stack.pop()
        elif kind == _LITERAL:
            append(next(coming, b""))
        else:
            append(_NIL.get(token, token))
    return top


def _unquote(token: bytes) -> bytes:
    inner = token[1:-1] if token[-1] == _QUOTE and len(token) > 1 else token[1:]
    return _ESCAPE.sub(rb"\1", inner)
