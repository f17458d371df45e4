"""A change that is owed, as its replay needs it, and what the server answered. No database."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from imapbridge.models import PendingChange
from imapbridge.terms.uids import UidSet
from imapbridge.wire.octets import FileOctets
from imapbridge.wire.results import ListedMailbox

Kind, Step = PendingChange.Kind, PendingChange.Step
SECONDS = 60.0
"""For a change that sends little; nobody waits for it."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A PendingChange that was claimed, as its replay needs it."""

    id: int
    account_id: int
    mailbox_id: int
    raw_name: bytes
    uid_validity: int
    uids: UidSet
    add: list[str]
    remove: list[str]
    attempts: int
    refusals: int
    kind: str = Kind.FLAGS
    step: str = Step.NONE
    target_name: bytes = b""
    target_from: int = 1
    data: bytes | FileOctets = b""
    doomed: UidSet = UidSet()
    """What other changes are to expunge here: it need not be spared."""
    first_time: bool = False
    """This step was written down just now, and has not been tried."""
    name: str = ""
    """What a mailbox is to be called."""
    created_at: datetime | None = None
    may_create: bool = False
    """The target was looked for in vain, or has been found under another name: make it, if it is still not there."""

    @property
    def seconds(self) -> float:
        """What the server may take for it, at 200 KB a second."""
        return SECONDS + len(self.data) / 200_000

    @property
    def goes_to(self) -> bytes:
        """The raw name of the mailbox that messages come to."""
        return self.raw_name if self.kind == Kind.APPEND else self.target_name

    def going_to(self, raw_name: bytes) -> Owed:
        """The same change, to a mailbox that has another name now."""
        return replace(self, raw_name=raw_name) if self.kind == Kind.APPEND else replace(self, target_name=raw_name)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server did."""

    step: str = Step.NONE
    """The step to go on with; none: the change is done."""
    target_from: int = 1
    placed: Mapping[int, int] = field(default_factory=dict)
    """UIDs in the source: UIDs in the target, as far as they were told. That of an APPEND is under 0."""
    uid_validity: int | None = None
    """Under which those in the target of a MOVE or COPY stand."""
    stands: bool = False
    """The originals are `\\Deleted` and could not be expunged without those that others have deleted."""
    raw_name: bytes = b""
    """What the server calls a mailbox that was made or renamed."""
    refused: str = ""
    """The code of a MailError: it was not done, and will not be."""
    missing: Sequence[ListedMailbox] = ()
    """The target is not there; nothing was done, and these are."""


Commands = Generator[Any, Any, Answer]
Steps = Generator[Any, Any, Any]
