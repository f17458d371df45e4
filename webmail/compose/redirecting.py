"""A message passed on as it came, so that who gets it can answer who wrote it (RFC 5322 3.6.6). Pure.

Its octets stay what they are, but for line ends that SMTP does not know, what only its last delivery says, and Bcc: a
copy in Sent names there whom nobody but its sender is to see (RFC 5322 3.6.3).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from imapbridge.mime import written
from imapbridge.terms.envelope import Address

_LONGEST_HEADER = 1024 * 1024
"""Octets at its beginning in which such fields are looked for."""
_NOT_PASSED_ON = re.compile(rb"^(?:return-path|bcc)[ \t]*:.*(?:\n[ \t].*)*\n?", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Resent:
    """Who passes a message on, to whom, and when."""

    message_id: str
    """With its angle brackets: of this passing on."""
    date: datetime
    """Aware."""
    from_: Address
    to: tuple[Address, ...]


def fields(resent: Resent) -> bytes:
    """What is put before the message. ValueError: an address is none."""
    return b"".join(
        [
            written.addresses("Resent-From", [resent.from_]),
            written.addresses("Resent-To", resent.to),
            written.field("Resent-Date", format_datetime(resent.date)),
            written.ids("Resent-Message-ID", [resent.message_id]),
        ]
    )


def passed_on(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The message as it can be sent: every line ends in CR LF, and it says neither where it was returned to last nor
    who got a blind copy."""
    lines = _lines(pieces)
    head = b""
    for piece in lines:
        head += piece
        if _end(head) >= 0 or len(head) > _LONGEST_HEADER:
            break
    end = _end(head) if _end(head) >= 0 else len(head)
    yield _NOT_PASSED_ON.sub(b"", head[:end]) + head[end:]
    yield from lines


def _end(head: bytes) -> int:
    """Where the empty line behind the header begins; -1: not yet."""
    if head.startswith(b"\r\n"):
        return 0
    found = head.find(b"\r\n\r\n")
    return found + 2 if found >= 0 else -1


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    held = b""
    for piece in pieces:
        held += piece
        # A CR at the end may belong to a LF that is still to come.
        cut = len(held) - held.endswith(b"\r")
        yield _with_line_ends(held[:cut])
        held = held[cut:]
    yield _with_line_ends(held)


def _with_line_ends(octets: bytes) -> bytes:
    return octets.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
