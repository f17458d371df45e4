"""text/plain as lines with quote levels; format=flowed (RFC 3676) joined back to paragraphs, and made of them.

Pure and linear. Never makes HTML.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

SIGNATURE = "-- "
"""The line before a signature (RFC 3676 4.3); never flowed."""
_DEEPEST = 100
_FLOWED = 72
"""Characters of a line that we write, where a space lets it be cut."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line, or a paragraph of flowed ones. `depth` is how often it was quoted."""

    depth: int
    text: str


def lines(text: str, *, flowed: bool = False, delsp: bool = False) -> Iterator[Line]:
    """The lines of a text/plain part without their quote marks."""
    found = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")
    return _join(map(_flowed_line, found), delsp) if flowed else map(_fixed_line, found)


def _fixed_line(line: str) -> Line:
    """`> > text` and `>> text` are both quoted twice. `>From` at the start of a line is mbox's, not a quote."""
    if not line.startswith(">") or line.startswith(">From "):
        return Line(0, line)
    at = depth = 0
    while depth < _DEEPEST and line.startswith(">", at):
        depth += 1
        at += 2 if line.startswith(" >", at + 1) else 1
    return Line(depth, line[at + 1 :] if line.startswith(" ", at) else line[at:])


def _flowed_line(line: str) -> Line:
    """RFC 3676 4.5: count the marks first, then take off one space of stuffing."""
    rest = line.lstrip(">")
    return Line(min(len(line) - len(rest), _DEEPEST), rest[1:] if rest.startswith(" ") else rest)


def _join(found: Iterator[Line], delsp: bool) -> Iterator[Line]:
    """RFC 3676 4.1 and 4.2: a line that ends in a space goes on in the next one of the same depth."""
    open_at, pieces = 0, list[str]()
    for line in found:
        if pieces and (line.depth != open_at or line.text == SIGNATURE):
            yield Line(open_at, "".join(pieces))
            pieces = []
        open_at = line.depth
        flows = line.text.endswith(" ") and line.text != SIGNATURE
        pieces.append(line.text[:-1] if flows and delsp else line.text)
        if not flows:
            yield Line(open_at, "".join(pieces))
            pieces = []
    if pieces:
        yield Line(open_at, "".join(pieces))


def flow(text: str) -> str:
    """What was typed, one paragraph a line, as format=flowed without DelSp (RFC 3676 4.2): lines end in CRLF.

    `lines(flow(text), flowed=True)` are `lines(text)` again, but for spaces at the ends of lines.
    """
    return "".join(f"{line}\r\n" for one in lines(text) for line in _flow(one))


def _flow(line: Line) -> Iterator[str]:
    marks = ">" * line.depth
    text = line.text if line.text == SIGNATURE else line.text.rstrip(" ")
    rest, room = text, max(_FLOWED - len(marks), _FLOWED // 2)
    while len(rest) > room and (cut := _cut(rest, room)):
        yield _stuffed(marks, rest[:cut])
        rest = rest[cut:]
    yield _stuffed(marks, rest)


def _cut(text: str, room: int) -> int:
    """After the last space that lets the line stay in its bounds, else after the first; 0: there is none. Never so that
    the line would begin a signature."""
    first = len(SIGNATURE) if text.startswith(SIGNATURE) else 0
    return text.rfind(" ", first, room) + 1 or text.find(" ", max(first, room)) + 1


def _stuffed(marks: str, text: str) -> str:
    """RFC 3676 4.4."""
    needs = bool(marks) or text.startswith((" ", ">", "From "))
    return f"{marks} {text}" if needs and (text or not marks) else marks + text
