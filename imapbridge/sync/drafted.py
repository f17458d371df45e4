"""PURE: the octets of a message that was made here -> what a server would tell of it, so that it is listed at once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from imapbridge.mime.headers import decode_text, message_ids, parse_addresses, parse_date
from imapbridge.mime.parse import Parsed, parse
from imapbridge.mime.parts import choose_body
from imapbridge.mime.preview import preview
from imapbridge.sync.content import HEADER_FIELDS
from imapbridge.terms.envelope import Envelope
from imapbridge.wire.fetched import Fetched


def fetched(uid: int, data: bytes, flags: Collection[str], at: datetime) -> Fetched:
    """As FETCH would tell it. `at`: the internal date that it is filed with."""
    return told(uid, parse(data), len(data), flags, at)


def told(uid: int, parsed: Parsed, size: int, flags: Collection[str], at: datetime) -> Fetched:
    """The same, of a message that was taken apart. `size`: its octets."""
    header = b"".join(b"%s: %s\r\n" % (name.encode(), parsed.header(name)) for name in HEADER_FIELDS)
    texts = choose_body(parsed.root, prefer="text/plain").shown
    return Fetched(
        uid=uid, flags=frozenset(flags), internal_date=at, size=size, envelope=_envelope(parsed),
        structure=parsed.root, preview=preview(parsed.body_of(texts[0].section), texts[0]) if texts else "",
        sections={"HEADER.FIELDS": header},
    )  # fmt: skip


def _envelope(parsed: Parsed) -> Envelope:
    people = {name: parse_addresses(parsed.header(name)) for name in ("From", "Sender", "Reply-To", "To", "Cc", "Bcc")}
    return Envelope(
        date=parse_date(parsed.header("Date")), subject=decode_text(parsed.header("Subject")), from_=people["From"],
        sender=people["Sender"] or people["From"], reply_to=people["Reply-To"] or people["From"], to=people["To"],
        cc=people["Cc"], bcc=people["Bcc"], in_reply_to=decode_text(parsed.header("In-Reply-To")),
        message_id=next(iter(message_ids(parsed.header("Message-ID"))), ""),
    )  # fmt: skip
