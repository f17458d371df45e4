"""PURE: what we hold of a mailbox and what the server says of it -> what to ask. No Django, no sockets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from imapbridge.terms.uids import MAX_UID, UidSet

FULL_FLAGS_EVERY = timedelta(minutes=30)
"""How often all flags are compared on servers without CONDSTORE."""
RECENT_FLAGS = 400
"""How many of the newest messages are compared at every sync there."""
AT_ONCE = 100
"""Not more new messages than these are asked for along with the opening."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the index holds of a mailbox, as of its last sync."""

    uid_validity: int | None = None
    uid_next: int | None = None
    highest_modseq: int | None = None
    lowest_uid: int | None = None
    """None: nothing yet; 1: everything."""
    live: int = 0
    """Entries that are not tombstones."""
    flags_at: datetime | None = None
    unread: int | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What the server says: from STATUS, or on opening the mailbox."""

    uid_validity: int | None
    uid_next: int | None
    exists: int | None
    highest_modseq: int | None = None
    unseen: int | None = None
    """From STATUS only."""


UNKNOWN = Said(None, None, None)
NONE = UidSet()


class Flags(Enum):
    """How changed flags are found."""

    NONE = "none"
    TOLD = "told"
    """The answer to SELECT (QRESYNC) holds them."""
    CHANGED_SINCE = "changed-since"
    RECENT = "recent"
    ALL = "all"


class Vanished(Enum):
    """How expunged messages are found."""

    NONE = "none"
    TOLD = "told"
    COMPARE = "compare"
    """Our UIDs against the server's, when the counts do not add up."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do with an opened mailbox, in this order."""

    reset: bool = False
    """Forget all entries: the UIDs mean other messages now."""
    new: UidSet = UidSet()
    came: UidSet = UidSet()
    """Those of them that the opening has brought already, as far as they exist."""
    flags: Flags = Flags.NONE
    vanished: Vanished = Vanished.NONE


def is_unchanged(held: Held, said: Said, now: datetime) -> bool:
    """Whether STATUS alone proves that nothing changed (so that the mailbox need not be opened)."""
    if held.lowest_uid != 1 or said.uid_validity is None or held.uid_validity != said.uid_validity:
        return False
    if (said.exists, said.uid_next) != (held.live, held.uid_next):
        return False
    if held.highest_modseq:
        # Where STATUS does not tell it, nothing but opening the mailbox does.
        return said.highest_modseq == held.highest_modseq
    if None not in (said.unseen, held.unread) and said.unseen != held.unread:
        return False  # Another client read something; without MODSEQ nothing else tells of it.
    return held.flags_at is not None and now - held.flags_at < FULL_FLAGS_EVERY


def foreseen(held: Held, said: Said) -> UidSet:
    """By what STATUS says: new messages to be asked for along with the opening. None where that proves nothing, or when
    there are many: those come in windows."""
    known = held.uid_validity is not None and held.uid_validity == said.uid_validity and held.lowest_uid is not None
    if not known or not held.uid_next or not said.uid_next or said.uid_next - held.uid_next > AT_ONCE:
        return UidSet()
    return UidSet.range(held.uid_next, said.uid_next - 1) if said.uid_next - 1 <= MAX_UID else UidSet()


def decide(held: Held, said: Said, now: datetime, *, told: bool = False, asked: UidSet = NONE) -> Plan:
    """The plan for an opened mailbox. `told`: it was opened with QRESYNC, the answer holds changes. `asked`: and with
    these messages."""
    if said.uid_validity is None or said.uid_validity != held.uid_validity or _impossible(held, said):
        return Plan(reset=held.uid_validity is not None or held.live > 0)
    if held.lowest_uid is None or held.uid_next is None:
        return Plan()
    new = _new(held, said)
    return Plan(
        new=new,
        came=asked & new,
        flags=Flags.TOLD if told else _flags(held, said, now),
        vanished=Vanished.TOLD if told else Vanished.COMPARE,
    )


def _impossible(held: Held, said: Said) -> bool:
    """UIDNEXT never falls under one UIDVALIDITY (RFC 9051 2.3.1.1): if it did, the UIDs were given out anew."""
    return said.uid_next is not None and held.uid_next is not None and said.uid_next < held.uid_next


def _new(held: Held, said: Said) -> UidSet:
    assert held.uid_next is not None
    if (
        said.uid_next is not None
        and said.uid_next == held.uid_next
        and said.exists is not None
        and said.exists <= held.live
    ):
        return UidSet()
    return UidSet.range(held.uid_next, None)


def _flags(held: Held, said: Said, now: datetime) -> Flags:
    if said.highest_modseq and held.highest_modseq:
        if said.highest_modseq == held.highest_modseq:
            return Flags.NONE
        # A MODSEQ that went backwards was given out anew: nothing can be concluded from it.
        return Flags.CHANGED_SINCE if said.highest_modseq > held.highest_modseq else Flags.ALL
    if held.flags_at is None or now - held.flags_at >= FULL_FLAGS_EVERY:
        return Flags.ALL
    return Flags.RECENT
