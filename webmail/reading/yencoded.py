"""Files that stand in plain text as yEnc, as news has them. Pure, total and linear."""

from __future__ import annotations

import re

from imapbridge.mime.charsets import decode
from imapbridge.mime.headers import clean
from webmail.reading.tnef import Hidden

MAX_FILES = 50
_LONGEST = 700
"""Octets of the line that a file begins with."""
_PART = re.compile(rb"\A=ypart [^\n]*\n")
_ESCAPED = re.compile(rb"=(.)", re.DOTALL)
_ESCAPES = [bytes([(octet - 64) % 256]) for octet in range(256)]
_BACK = bytes((octet - 42) % 256 for octet in range(256))
"""What each octet stands for."""


def yencoded(octets: bytes) -> tuple[bytes, list[Hidden]]:
    """The text without them, and the files in order. What only looks like one stays."""
    files: list[Hidden] = []
    kept: list[bytes] = []
    behind = looked_at = 0
    while len(files) < MAX_FILES and (end := octets.find(b"\n=yend", looked_at) + 1):
        at = octets.rfind(b"\n=ybegin ", looked_at, end) + 1
        at = at or looked_at
        looked_at = octets.find(b"\n", end) + 1 or len(octets)
        begins = octets.find(b"\n", at, end) + 1
        if name := _name(octets[at : min(begins, at + _LONGEST)]):
            files.append(Hidden(clean(decode(name)), "", _decoded(octets[begins:end])))
            kept.append(octets[behind:at])
            behind = looked_at
    return b"".join((*kept, octets[behind:])), files


def _name(line: bytes) -> bytes:
    """What the last thing of such a line says; empty for any other line."""
    is_whole = line.startswith(b"=ybegin ") and line.endswith(b"\n")
    return line.partition(b" name=")[2].strip(b" \t\r\n") if is_whole else b""


def _decoded(lines: bytes) -> bytes:
    data = _PART.sub(b"", lines).translate(None, b"\r\n")
    return _ESCAPED.sub(lambda found: _ESCAPES[found[1][0]], data).translate(_BACK)
