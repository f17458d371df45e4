"""The text of a response as nested values, however badly it is written (RFC 9051 9, read with tolerance).

A value is `bytes` (an atom, a quoted string unquoted, or a literal), None (NIL) or a list. Never fails: unbalanced
parentheses are closed or ignored, 8-bit and unescaped quotes are taken as they come, and lists nested deeper than
MAX_DEPTH are flattened into the last one allowed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

MAX_DEPTH = 100

Value: TypeAlias = "bytes | None | list[Value]"

# A quote ends a string only before a space, a parenthesis, a literal or the end: iCloud and Exchange forget to escape
# quotes inside. The name of a body section holds spaces and parentheses: BODY[HEADER.FIELDS (TO CC)]<0>. Possessive,
# so that no input takes more than linear time.
_TOKEN = re.compile(
    rb"""[()\0]
       | "[^"\\]*+(?:(?:\\.|"(?![\s()\0]|\Z))[^"\\]*+)*+"
       | (?:(?:BODY|BINARY(?:\.SIZE)?)\[[^\]]*+\])(?:<\d+>)?
       | "[^\0]*+
       | [^\s()"\0]++(?:"[^\s()\0]*+)?
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
_NIL = frozenset({b"NIL", b"nil", b"Nil"})

_OPEN, _CLOSE, _QUOTE, _LITERAL, _N, _N_LOWER = b'()"\0Nn'


def parse(text: bytes, literals: Sequence[bytes] = ()) -> list[Value]:
    """The values of `text`, in which each NUL stands for the next of `literals`."""
    current: list[Value] = []
    stack: list[list[Value]] = []
    used = too_deep = 0
    for token in _TOKEN.findall(text):
        kind = token[0]
        if kind == _QUOTE:
            current.append(_unquote(token))
        elif kind == _OPEN:
            if len(stack) < MAX_DEPTH:
                inner: list[Value] = []
                current.append(inner)
                stack.append(current)
                current = inner
            else:
                too_deep += 1
        elif kind == _CLOSE:
            if too_deep:
                too_deep -= 1
            elif stack:
                current = stack.pop()
        elif kind == _LITERAL:
            current.append(literals[used] if used < len(literals) else b"")
            used += 1
        elif (kind == _N or kind == _N_LOWER) and token in _NIL:  # noqa: PLR1714 - the quickest form
            current.append(None)
        else:
            current.append(token)
    return stack[0] if stack else current


def _unquote(token: bytes) -> bytes:
    inner = token[1:-1] if token[-1] == _QUOTE and len(token) > 1 else token[1:]
    return _ESCAPE.sub(rb"\1", inner) if b"\\" in inner else inner
