"""ENVELOPE (RFC 9051 7.5.2) as values: decoded, trimmed, never raising."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox of an address header. `name` is decoded; `address` is an addr-spec or empty."""

    name: str
    address: str

    @property
    def shown(self) -> str:
        return self.name or self.address


@dataclass(frozen=True, slots=True)
class Envelope:
    """The headers a list needs. `date` is aware, or None when the header is missing or nonsense."""

    date: datetime | None = None
    subject: str = ""
    from_: tuple[Address, ...] = ()
    sender: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    in_reply_to: str = ""
    """Raw header text; may hold several ids or none."""
    message_id: str = ""
    """With its angle brackets, or empty."""
