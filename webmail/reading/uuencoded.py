"""Files that stand in plain text between `begin` and `end`, as mail had them before MIME. Pure, total and linear."""

from __future__ import annotations

import re

from imapbridge.mime.headers import clean
from imapbridge.mime.transfer import decode_transfer
from webmail.reading.tnef import Hidden

MAX_FILES = 50
_BEGIN = re.compile(r"begin [0-7]{3,4} (\S.{0,200})")
_LINE = re.compile(r"[ -`]{1,90}")
_SHORTEST = 2
"""Lines: one with octets, and the empty one before the end."""


def uuencoded(text: str) -> tuple[str, list[Hidden]]:
    """The text without them, and the files in order. What only looks like one stays."""
    if "begin " not in text:
        return text, []
    kept: list[str] = []
    files: list[Hidden] = []
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        begin = _BEGIN.fullmatch(lines[at].rstrip()) if len(files) < MAX_FILES else None
        end = _end(lines, at + 1) if begin else 0
        if begin and end:
            block = "\n".join(lines[at : end + 1]).encode("ascii", "replace")
            files.append(Hidden(clean(begin[1]), "", decode_transfer(block, "uuencode")))
            at = end + 1
        else:
            kept.append(lines[at])
            at += 1
    return ("\n".join(kept) if files else text), files


def _end(lines: list[str], at: int) -> int:
    """Where the block that begins at this line ends; 0 when it is none."""
    first = at
    while at < len(lines) and lines[at].rstrip() != "end":
        if not _LINE.fullmatch(lines[at].rstrip("\r") or " "):
            return 0
        at += 1
    return at if at < len(lines) and at - first >= _SHORTEST else 0
