"""What a mail server tells of a message's delivery (RFC 3464): message/delivery-status to values.

Total and bounded: what cannot be read counts as not there. Anybody can write such a report; whether it is about a
message of ours is for others to find out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from imapbridge.mime.fields import FIELD
from imapbridge.mime.headers import clean, decode_text, message_ids

MAX_REPORT = 256 * 1024
MAX_RECIPIENTS = 1000
_GROUPS = re.compile(rb"(?:\r?\n[ \t]*){2,}")
_TYPED = re.compile(r"[^;]{0,60};(.*)", re.DOTALL)
_REPLY = re.compile(r"(?:\d{3}[ -])?(?:#?[245]\.\d{1,3}\.\d{1,3}[ -])?")
_ACTIONS = ("failed", "delayed", "delivered", "relayed", "expanded")
_LETTER = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of one recipient."""

    addresses: tuple[str, ...]
    """Whom it was sent to and whom it went to, as far as either is told; in lower case."""
    action: str
    """One of failed, delayed, delivered, relayed, expanded."""
    status: str
    """RFC 3463, or empty."""
    said: str
    """The server's own words, without its codes; may be empty."""


@dataclass(frozen=True, slots=True)
class Report:
    """What is told of one message."""

    envelope_id: str
    """What the sender called the envelope (RFC 3461 4.4), or empty."""
    recipients: tuple[Told, ...]


def read(octets: bytes) -> Report:
    """A message/delivery-status part, decoded."""
    groups = [_fields(group) for group in _GROUPS.split(octets[:MAX_REPORT].strip())]
    envelope_id = next((group["original-envelope-id"] for group in groups if "original-envelope-id" in group), "")
    told = (_told(group) for group in groups[:MAX_RECIPIENTS] if group.get("action", "").lower() in _ACTIONS)
    return Report(envelope_id, tuple(told))


def returned_id(octets: bytes) -> str:
    """The Message-ID in what was returned: a header, or a message that begins with one; empty when there is none."""
    own = _fields(octets[:MAX_REPORT].partition(b"\r\n\r\n")[0].partition(b"\n\n")[0]).get("message-id", "")
    return next(iter(message_ids(own)), "")


def _fields(group: bytes) -> dict[str, str]:
    found = FIELD.finditer(group)
    return {match[1].decode("ascii").lower(): decode_text(match[2].strip()) for match in found}


def _told(group: dict[str, str]) -> Told:
    named = (
        _without_type(group.get(name, "")).strip("<> ").lower() for name in ("original-recipient", "final-recipient")
    )
    status = _STATUS.match(group.get("status", ""))
    said = _REPLY.sub("", _without_type(group.get("diagnostic-code", "")), count=1)
    addresses = tuple(dict.fromkeys(name for name in named if "@" in name))
    return Told(addresses, group["action"].lower(), status[0] if status else "", clean(said)[:1000])


def _without_type(value: str) -> str:
    """`rfc822; ann@example.org` without what kind of name it is, and letters as such (RFC 6533 3)."""
    typed = _TYPED.match(value)
    return _LETTER.sub(_letter, typed[1] if typed else value).strip()


def _letter(found: re.Match[str]) -> str:
    point = int(found[1], 16)
    return chr(point) if point < 0x110000 and not 0xD800 <= point < 0xE000 else found[0]
