"""One IMAP session: every command, once, as a generator that a driver runs.

    connection.run(connection.session.select(b"INBOX"), timeout=30)

The commands stand by kind in the modules named below; this is where they come together. Never touches a socket.
"""

from __future__ import annotations

from imapbridge.wire.auth import Authentication, Security
from imapbridge.wire.fetched import Fetched
from imapbridge.wire.filing import Filing, NewMessage
from imapbridge.wire.idle import Idling
from imapbridge.wire.items import FetchItems, Section
from imapbridge.wire.mailboxes import Mailboxes
from imapbridge.wire.results import (
    AppendResult,
    CopyResult,
    FetchResult,
    ListedMailbox,
    MailboxStatus,
    QresyncState,
    SearchResult,
    Selected,
    StoreResult,
)
from imapbridge.wire.state import Event, Exchange, Upgrade

__all__ = [
    "AppendResult",
    "CopyResult",
    "Event",
    "Exchange",
    "FetchItems",
    "FetchResult",
    "Fetched",
    "ListedMailbox",
    "MailboxStatus",
    "NewMessage",
    "QresyncState",
    "SearchResult",
    "Section",
    "Security",
    "Selected",
    "Session",
    "StoreResult",
    "Upgrade",
]


class Session(Authentication, Mailboxes, Filing, Idling):
    """State of one connection and the commands it takes. See `state.SessionState` for what it knows."""
