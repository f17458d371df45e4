"""What the session's commands return. A number that the server did not tell is None, never 0."""

from __future__ import annotations

from dataclasses import dataclass, field

from imapbridge.terms.uids import UidSet
from imapbridge.wire.fetched import Fetched


@dataclass(frozen=True, slots=True)
class MailboxStatus:
    """STATUS (RFC 9051 6.3.11). UIDVALIDITY 0 and HIGHESTMODSEQ 0 are None: nothing may be built on them."""

    messages: int | None = None
    unseen: int | None = None
    uid_next: int | None = None
    uid_validity: int | None = None
    highest_modseq: int | None = None
    size: int | None = None
    """Octets (STATUS=SIZE)."""
    deleted: int | None = None
    append_limit: int | None = None
    mailbox_id: str | None = None


@dataclass(frozen=True, slots=True)
class ListedMailbox:
    raw_name: bytes
    """The key, sent back as it came; `INBOX` in whatever case the server writes it."""
    name: str
    """Decoded, for people."""
    delimiter: str
    """One character, or empty for a flat name."""
    attributes: frozenset[str]
    """In lower case: `\\noselect`, `\\haschildren`, `\\sent`."""
    subscribed: bool = False
    status: MailboxStatus | None = None

    @property
    def selectable(self) -> bool:
        # Some servers say \NonExistent without the \Noselect it implies.
        return not self.attributes & {"\\noselect", "\\nonexistent"}


@dataclass(frozen=True, slots=True)
class QresyncState:
    """What we hold of a mailbox (RFC 7162 3.2.5)."""

    uid_validity: int
    modseq: int
    known_uids: UidSet | None = None
    """Which of the UIDs we know; None: all up to the highest."""


@dataclass(frozen=True, slots=True)
class Selected:
    """The mailbox as it was when it was opened: keep this snapshot until a sync is complete."""

    raw_name: bytes
    exists: int = 0
    uid_validity: int | None = None
    uid_next: int | None = None
    highest_modseq: int | None = None
    """None also where the mailbox keeps no mod-sequences."""
    flags: frozenset[str] = frozenset()
    permanent_flags: frozenset[str] = frozenset()
    """What STORE can keep; `\\*`: new keywords too. Equal to `flags` when the server did not tell."""
    read_only: bool = False
    resynced: bool = False
    """The server was told what we hold (QRESYNC): `vanished` and `changed` are all that is different."""
    vanished: UidSet = UidSet()
    changed: list[Fetched] = field(default_factory=list)
    """Changed flags and new messages: UID, flags and MODSEQ."""
    fetched: list[Fetched] | None = None
    """What was asked for along with the opening; None when nothing was, or when the server would not."""
    mailbox_id: str | None = None


@dataclass(frozen=True, slots=True)
class FetchResult:
    messages: list[Fetched]
    """One for each UID, in the server's order; items that came apart are merged."""
    vanished: UidSet = UidSet()
    complete: bool = True
    """False when the server gave some messages and then refused the rest (expunged ones, RFC 2180 4.1.2)."""


@dataclass(frozen=True, slots=True)
class StoreResult:
    modified: UidSet = UidSet()
    """UNCHANGEDSINCE failed for these: another client was faster, nothing was stored."""
    changed: list[Fetched] = field(default_factory=list)
    """New flags and mod-sequences, as far as the server told."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What was asked for is there; the rest is None. With a plain SEARCH all is there."""

    uids: UidSet | None = None
    count: int | None = None
    min: int | None = None
    max: int | None = None
    modseq: int | None = None


@dataclass(frozen=True, slots=True)
class FoundIn:
    """What a search of several mailboxes found in one of them."""

    raw_name: bytes
    uid_validity: int
    uids: UidSet


@dataclass(frozen=True, slots=True)
class CopyResult:
    """Where copied or moved messages went. Empty mapping when the server did not tell (no UIDPLUS)."""

    uid_validity: int | None = None
    uids: dict[int, int] = field(default_factory=dict)
    """UID in the source -> UID in the destination."""


@dataclass(frozen=True, slots=True)
class AppendResult:
    uid_validity: int | None = None
    uids: tuple[int, ...] = ()
    """In the order of the messages; empty when the server did not tell."""
