"""ENVELOPE (RFC 9051 7.5.2) from nested values to terms.

Servers get it wrong in every possible way: what can be read is read, and what is no envelope at all raises ValueError,
which `fetched` turns into a defect of that one item.
"""

from __future__ import annotations

from imapbridge.mime.headers import decode_text
from imapbridge.terms.envelope import Address, Envelope
from imapbridge.wire.dates import header_date
from imapbridge.wire.tokens import Value

MAX_ADDRESSES = 1000
"""Of one header; more are not shown."""


def envelope(value: Value) -> Envelope:
    if not isinstance(value, list) or len(value) < 8:
        raise ValueError("an envelope has ten fields")
    date, subject, from_, sender, reply_to, to, cc, bcc, in_reply_to, message_id, *_ = *value, None, None
    author = addresses(from_)
    return Envelope(
        header_date(date) if isinstance(date, bytes) else None,
        text(subject),
        author,
        author if sender == from_ else addresses(sender),
        author if reply_to == from_ else addresses(reply_to),
        addresses(to),
        addresses(cc),
        addresses(bcc),
        text(in_reply_to),
        text(message_id),
    )


def text(value: Value) -> str:
    """A header's text; what is not a string is empty."""
    return decode_text(value) if isinstance(value, bytes) else ""


def addresses(value: Value) -> tuple[Address, ...]:
    """The mailboxes of one field. What opens or closes a group (RFC 9051: the domain is NIL) is left out."""
    if not isinstance(value, list):
        return ()
    return tuple([address for item in value[:MAX_ADDRESSES] if (address := _listed(item))])


def _listed(item: Value) -> Address | None:
    """Name, route, local part and domain; some servers leave the route out."""
    if not isinstance(item, list) or len(item) not in (3, 4):
        return None
    name, local, domain = item[0], item[-2], item[-1]
    if isinstance(name, list) or isinstance(local, list) or not isinstance(domain, bytes):
        return None
    return _address(decode_text(name or b""), decode_text(local or b""), decode_text(domain))


# What Dovecot and others write where there is none.
_INVENTED = ("MISSING_MAILBOX", "MISSING_DOMAIN", ".MISSING-HOST-NAME.", ".SYNTAX-ERROR.")


def _address(name: str, local: str, domain: str) -> Address | None:
    local, domain = (part if part.upper() not in _INVENTED else "" for part in (local, domain))
    if not local or not domain:
        return Address(name or local, "") if name or local else None
    spec = f"{local}@{domain}"
    return Address("" if name.lower() == spec.lower() else name, spec)
