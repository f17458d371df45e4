"""A message passed on as it came, so that who gets it can answer who wrote it (RFC 5322 3.6.6). Pure.

Its octets stay what they are, but for line ends that SMTP does not know, and what only its last delivery says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from imapbridge.mime import written
from imapbridge.terms.envelope import Address

_LONGEST_FIELD = 64 * 1024
"""Octets at its beginning in which Return-Path is looked for."""


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
    """The message as it can be sent: every line ends in CR LF, and it does not say where it was returned to last."""
    found = _without_return_path(iter(pieces))
    held = b""
    for piece in found:
        held += piece
        # A CR at the end may belong to a LF that is still to come.
        cut = len(held) - held.endswith(b"\r")
        yield _lines(held[:cut])
        held = held[cut:]
    yield _lines(held)


def _lines(octets: bytes) -> bytes:
    return octets.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")


def _without_return_path(pieces: Iterator[bytes]) -> Iterator[bytes]:
    head = b""
    for piece in pieces:
        head += piece
        if len(head) > _LONGEST_FIELD or b"\n" in head[-len(piece) :]:
            break
    if head[:12].lower() == b"return-path:" and b"\n" in head:
        head = head.partition(b"\n")[2]
    yield head
    yield from pieces
