"""What was composed to the octets of a message, as a stream: a file on disk passes through in pieces, never whole.

    with open(path, "wb") as out:
        size = write(composed, out, with_bcc=True)

Bcc is the first field, so that what goes to the recipients is the same message from `len(bcc_field(composed))` on. What
is written twice is the same octet by octet: boundaries come from the Message-ID, which nobody knows before. Never
decides who gets it, and never reads a message.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Literal

from imapbridge.mime import bodies, written
from imapbridge.mime.bodies import Calendar, File
from imapbridge.terms.envelope import Address

__all__ = ["Calendar", "Composed", "File", "Priority", "bcc_field", "needs_utf8", "new_message_id", "write"]

Priority = Literal["", "high", "normal", "low"]
_PRIORITIES = {"high": ("1 (Highest)", "high"), "normal": ("3 (Normal)", "normal"), "low": ("5 (Lowest)", "low")}


@dataclass(frozen=True, slots=True)
class Composed:
    """A message as it was composed. Its Message-ID is for life: the same in all that is made of it."""

    message_id: str
    """With its angle brackets, of `new_message_id`."""
    date: datetime
    """Aware."""
    from_: Address
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    subject: str = ""
    text: str = ""
    """One paragraph a line; `> ` marks what is quoted."""
    html: str = ""
    """A whole document. Empty: the message is plain text."""
    inline: tuple[File, ...] = ()
    """What the HTML refers to by `cid:`."""
    files: tuple[File, ...] = ()
    calendar: Calendar | None = None
    """Says to programs what the text says to people."""
    disposition: str = ""
    """The fields of a receipt (RFC 8098): then the message is one, and has no other parts."""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    priority: Priority = ""
    wants_receipt: bool = False
    """Disposition-Notification-To (RFC 8098 2.1), to the sender."""


def new_message_id(domain: str) -> str:
    """An id that nobody can foresee. `domain` is that of the sender's address; beyond ASCII it is written as IDNA."""
    return f"<{written.addr_spec(f'{secrets.token_hex(16)}@{domain}')}>"


def write(composed: Composed, out: BinaryIO, *, with_bcc: bool) -> int:
    """Write the message with CRLF line ends. Returns its octets. ValueError: a field cannot be written, such as an
    address that is none. OSError: a file cannot be read, or `out` not written."""
    return sum(out.write(piece) for piece in _pieces(composed, with_bcc))


def bcc_field(composed: Composed) -> bytes:
    """What a message that is written with Bcc begins with, and nobody but its sender is to see."""
    return written.addresses("Bcc", composed.bcc)


def needs_utf8(composed: Composed) -> bool:
    """Whether an address is such that only SMTPUTF8 (RFC 6531) can carry the message."""
    everybody = (composed.from_, *composed.reply_to, *composed.to, *composed.cc, *composed.bcc)
    return any(written.is_beyond_ascii(one.address) for one in everybody)


def _pieces(composed: Composed, with_bcc: bool) -> Iterator[bytes]:
    if with_bcc:
        yield bcc_field(composed)
    yield b"".join(_fields(composed))
    yield from _body(composed)


def _fields(composed: Composed) -> Iterator[bytes]:
    sender = (composed.from_,)
    yield written.date(composed.date)
    yield written.addresses("From", sender)
    yield written.addresses("Reply-To", composed.reply_to)
    yield written.addresses("To", composed.to)
    yield written.addresses("Cc", composed.cc)
    yield written.text("Subject", composed.subject)
    yield written.ids("Message-ID", (composed.message_id,))
    yield written.ids("In-Reply-To", composed.in_reply_to.split())
    yield written.ids("References", composed.references)
    if composed.priority:
        number, word = _PRIORITIES[composed.priority]
        yield written.field("X-Priority", number) + written.field("Importance", word)
    if composed.disposition:
        yield written.field("Auto-Submitted", "auto-replied")
    if composed.wants_receipt:
        yield written.addresses("Disposition-Notification-To", sender)
    yield written.field("MIME-Version", "1.0")


def _body(composed: Composed) -> Iterator[bytes]:
    if composed.disposition:
        said = (bodies.flowed(composed.text), bodies.disposition(composed.disposition))
        return bodies.multipart("report", _boundary(composed, "report"), said, report="disposition-notification")
    files = (*composed.files, *(() if composed.html else composed.inline))
    if not files:
        return _texts(composed)
    parts = (_texts(composed), *(bodies.attached(one) for one in files))
    return bodies.multipart(
        "mixed", _boundary(composed, "mixed"), parts, eight_bit=any(map(bodies.is_eight_bit, files))
    )


def _texts(composed: Composed) -> Iterator[bytes]:
    texts = [bodies.flowed(composed.text)]
    if composed.html:
        texts.append(_html(composed))
    if composed.calendar:
        texts.append(bodies.calendar(composed.calendar))
    if len(texts) == 1:
        return texts[0]
    return bodies.multipart("alternative", _boundary(composed, "alternative"), texts)


def _html(composed: Composed) -> Iterator[bytes]:
    html = bodies.html(composed.html)
    if not composed.inline:
        return html
    parts = (html, *map(bodies.inline, composed.inline))
    return bodies.multipart("related", _boundary(composed, "related"), parts, root="text/html")


def _boundary(composed: Composed, kind: str) -> str:
    """`=_` comes about neither in base64 nor in quoted-printable."""
    return "=_" + hashlib.sha256(f"{kind} {composed.message_id}".encode()).hexdigest()[:32]
