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

_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
_NIL: dict[bytes, None] = {b"NIL": None, b"nil": None, b"Nil": None}
_OPEN, _CLOSE, _QUOTE, _LITERAL = b'()"\0'


def parse(text: bytes, literals: Sequence[bytes] = ()) -> list[Value]:
    """The values of `text`, in which each NUL stands for the next of `literals`."""
    top: list[Value] = []
    append = top.append
    stack: list[Callable[[Value], None]] = []
    coming = iter(literals)
    too_deep = 0
    for token in _TOKEN.findall(text):
        kind = token[0]
        if kind == _QUOTE:
            append(unquote(token))
        elif kind == _CLOSE:
            if too_deep:
                too_deep -= 1
            elif stack:
                append = stack.pop()
        elif kind == _OPEN:
            if len(stack) < MAX_DEPTH:
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


def unquote(token: bytes) -> bytes:
    """A quoted string, whose last quote may be missing, without its quotes and escapes."""
    inner = token[1:-1] if token[-1] == _QUOTE and len(token) > 1 else token[1:]
    return _ESCAPE.sub(rb"\1", inner) if b"\\" in inner else inner
