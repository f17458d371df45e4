"""Files that stand in plain text as yEnc, as news has them. Pure, total and linear."""

from __future__ import annotations

import re

from imapbridge.mime.charsets import decode
from imapbridge.mime.headers import clean
from webmail.reading.tnef import Hidden

MAX_FILES = 50
_BEGIN = re.compile(rb"=ybegin [^\r\n]{0,300}?\bname=([^\r\n]{1,300}?)[ \t]*\r?\n")
_PART = re.compile(rb"\A=ypart [^\n]*\n")
_ESCAPED = re.compile(rb"=(.)", re.DOTALL)
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
        if begin := _BEGIN.match(octets, at, end):
            files.append(Hidden(clean(decode(begin[1])), "", _decoded(octets[begin.end() : end])))
            kept.append(octets[behind:at])
            behind = looked_at
    return b"".join((*kept, octets[behind:])), files


def _decoded(lines: bytes) -> bytes:
    data = _PART.sub(b"", lines).translate(None, b"\r\n")
    return _ESCAPED.sub(lambda found: bytes([(found[1][0] - 64) % 256]), data).translate(_BACK)
