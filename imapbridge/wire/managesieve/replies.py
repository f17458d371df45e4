"""From octets to what a ManageSieve server says (RFC 5804 1.2, 2 and 4): lines of words, the last one a reply.

A word is an atom (`str`, in upper case) or a string (`bytes`), or what stands in parentheses (a tuple). Anything else
is ProtocolError. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast

from imapbridge.errors import ProtocolError
from imapbridge.mime.headers import clean
from imapbridge.wire.stream import Raw

Word = str | bytes | tuple["Word", ...]
Status = Literal["OK", "NO", "BYE"]

_TOKEN = re.compile(rb' *(?:"((?:[^"\\\r\n]|\\.)*)"|(\0)|(\()|(\))|([^\s"()\\\0]+))')
_ESCAPED = re.compile(rb"\\(.)")
_DEEPEST = 8
LONGEST_TEXT = 8000
"""Characters of what a server says to people: a compiler may find many faults."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is no reply: a capability, a script's name, a script, a challenge."""

    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """What ends a command. `code`: the response code's atom, such as `QUOTA/MAXSIZE`, or empty. `text`: in the server's
    own words, of one or more lines; show it escaped, never act on it."""

    status: Status
    code: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """A script that the server has."""

    name: str
    is_active: bool


def parse(raw: Raw) -> Line | Reply:
    """Raises ProtocolError."""
    words = _words(raw)
    first = words[0] if words else ""
    if first not in ("OK", "NO", "BYE"):
        return Line(words)
    codes = [word for word in words[1:] if isinstance(word, tuple)]
    code = codes[0][0] if codes and codes[0] else ""
    texts = [word for word in words[1:] if isinstance(word, bytes)]
    return Reply(cast("Status", first), code if isinstance(code, str) else "", text_of(texts[0]) if texts else "")


def text_of(octets: bytes) -> str:
    """For people: several lines stay several."""
    lines = octets[: LONGEST_TEXT * 4].decode("utf-8", "replace").splitlines()
    return "\n".join(clean(line) for line in lines)[:LONGEST_TEXT].strip()


def _words(raw: Raw) -> tuple[Word, ...]:
    literals = iter(raw.literals)
    open_: list[list[Word]] = [[]]
    at, line = 0, raw.text.rstrip()
    while at < len(line):
        found = _TOKEN.match(line, at)
        if found is None:
            raise ProtocolError("a line that is not of ManageSieve")
        at = found.end()
        quoted, literal, opens, closes, atom = found.groups()
        if opens:
            open_.append([])
            if len(open_) > _DEEPEST:
                raise ProtocolError("parentheses are too deep")
        elif closes:
            if len(open_) < 2:
                raise ProtocolError("a parenthesis that was not opened")
            inner = tuple(open_.pop())
            open_[-1].append(inner)
        elif atom is not None:
            open_[-1].append(atom.decode("latin-1").upper())
        else:
            open_[-1].append(_literal(next(literals, None)) if literal else _ESCAPED.sub(rb"\1", quoted))
    if len(open_) > 1:
        raise ProtocolError("a parenthesis that is not closed")
    return tuple(open_[0])


def _literal(octets: bytes | None) -> bytes:
    if octets is None:
        raise ProtocolError("a NUL in a line")
    return octets
