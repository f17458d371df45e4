"""The commands of one change, for either driver: from what is owed to what the server answered. No database.

Each may be cut anywhere and begun again. Setting a flag, expunging and MOVE can be sent twice: the second time there is
nothing left to do. COPY and APPEND cannot: before they are sent the target's UIDNEXT is written down (a step of its
own), and whoever begins again looks above it for what was sent. Originals go only when the copies are confirmed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from imapbridge.errors import CommandFailed
from imapbridge.mime.headers import message_ids
from imapbridge.models import PendingChange
from imapbridge.terms import flags as flag
from imapbridge.terms.uids import UidSet
from imapbridge.wire import names
from imapbridge.wire.fetched import Fetched
from imapbridge.wire.items import FetchItems
from imapbridge.wire.octets import FileOctets
from imapbridge.wire.results import ListedMailbox
from imapbridge.wire.session import NewMessage, Session

Kind, Step = PendingChange.Kind, PendingChange.Step
SECONDS = 60.0
"""For a change that sends little; nobody waits for it."""
_MESSAGE_ID = re.compile(rb"^message-id:([^\r\n]*(?:\r\n[ \t][^\r\n]*)*)", re.I | re.M)
_LIKENESS = FetchItems(size=True, internal_date=True, envelope=True)


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
    stands: bool = False
    """The originals are `\\Deleted` and could not be expunged without those that others have deleted."""
    raw_name: bytes = b""
    """What the server calls a mailbox that was made or renamed."""
    refused: str = ""
    """The code of a MailError: it was not done, and will not be."""
    missing: Sequence[ListedMailbox] = ()
    """The target is not there; nothing was done, and these are."""


class _TargetMissing(Exception):
    def __init__(self, listed: Sequence[ListedMailbox]) -> None:
        super().__init__()
        self.listed = listed


Commands = Generator[Any, Any, Answer]
Steps = Generator[Any, Any, Any]


def command(session: Session, change: Owed) -> Commands:
    """Raises CommandFailed when the server refuses.

    A mailbox whose UIDVALIDITY is another now has no such messages: there is nothing left to do.
    """
    try:
        return (yield from _command(session, change))
    except _TargetMissing as missing:
        return Answer(missing=missing.listed)


def _command(session: Session, change: Owed) -> Commands:
    if change.kind == Kind.APPEND:
        return (yield from _append(session, change))
    yield from _open(session, change)
    assert session.selected
    if (session.selected.uid_validity or 0) != change.uid_validity:
        return Answer()
    by_kind: dict[str, Callable[[Session, Owed], Commands]] = {
        Kind.FLAGS: _flags, Kind.MOVE: _move, Kind.COPY: _copy, Kind.EXPUNGE: _expunge,
    }  # fmt: skip
    return (yield from by_kind[change.kind](session, change))


def _open(session: Session, change: Owed) -> Generator[Any, Any, None]:
    """What is open under the name may be another mailbox, which has been renamed since: its UIDVALIDITY tells."""
    selected = session.selected
    is_it = selected and (selected.raw_name, selected.uid_validity or 0) == (change.raw_name, change.uid_validity)
    if selected is None or selected.read_only or not is_it:
        yield from session.select(change.raw_name)


def _flags(session: Session, change: Owed) -> Commands:
    """Without UNCHANGEDSINCE: each flag is set or removed by itself, which is what the person wants whatever another
    client did to the others meanwhile. There is nothing that it could guard from being overwritten."""
    if change.add:
        yield from session.store(change.uids, add=change.add)
    if change.remove:
        yield from session.store(change.uids, remove=change.remove)
    return Answer()


def _expunge(session: Session, change: Owed) -> Commands:
    yield from session.store(change.uids, add=[flag.DELETED])
    done = yield from session.expunge(change.uids | change.doomed)
    return Answer(stands=not done)


def _move(session: Session, change: Owed) -> Commands:
    if change.step == Step.COPIED:
        return (yield from _expunge(session, change))
    if change.step == Step.NONE:
        yield from _keywords(session, change)
    if change.step == Step.NONE and session.has("MOVE"):

        def move() -> Steps:
            return (yield from session.move(change.uids, change.target_name))

        return Answer(placed=(yield from _creating(session, change, move)).uids)
    return (yield from _copy(session, change))


def _keywords(session: Session, change: Owed) -> Generator[Any, Any, None]:
    """What goes along with a MOVE, such as `$Junk`: a hint, where the mailbox takes it. Without it all is moved too."""
    permitted = session.selected.permanent_flags if session.selected else frozenset()
    takes_any = "\\*" in permitted
    add, remove = ([word for word in some if takes_any or word in permitted] for some in (change.add, change.remove))
    with suppress(CommandFailed):
        if add:
            yield from session.store(change.uids, add=add)
        if remove:
            yield from session.store(change.uids, remove=remove)


def _copy(session: Session, change: Owed) -> Commands:
    if change.step == Step.NONE:
        return (yield from _begin(session, change))
    placed = {} if change.first_time else (yield from _copies(session, change))
    rest = change.uids - UidSet.of(placed)

    def copy() -> Steps:
        return (yield from session.copy(rest, change.target_name))

    if rest:
        placed |= (yield from _creating(session, change, copy)).uids
    return Answer(Step.COPIED if change.kind == Kind.MOVE else Step.NONE, placed=placed)


def _begin(session: Session, change: Owed) -> Commands:
    """Where to look for what is about to be sent, should no answer come."""

    def status() -> Steps:
        return (yield from session.status(change.goes_to, ("UIDNEXT",)))

    told = yield from _creating(session, change, status)
    return Answer(Step.COPYING, target_from=told.uid_next or 1)


def _creating(session: Session, change: Owed, send: Callable[[], Steps]) -> Steps:
    """A target that is gone and was looked for is made anew, once: the person wants the messages there."""
    try:
        return (yield from send())
    except CommandFailed as refusal:
        if refusal.status != "NO" or not (yield from _is_missing(session, change.goes_to, refusal)):
            raise
    if not change.may_create:
        raise _TargetMissing((yield from session.list_mailboxes()))
    yield from session.create(names.decode(change.goes_to, session.utf8))
    return (yield from send())


def _is_missing(session: Session, target: bytes, refusal: CommandFailed) -> Generator[Any, Any, bool]:
    """Not all servers say TRYCREATE."""
    if refusal.code in ("TRYCREATE", "NONEXISTENT"):
        return True
    if refusal.code:
        return False
    listed = yield from session.list_mailboxes(status=False)
    return all(one.raw_name != target for one in listed)


def _copies(session: Session, change: Owed) -> Generator[Any, Any, dict[int, int]]:
    """Which of the messages are in the target already, by what the server says of both: {UID here: UID there}.

    A copy keeps its internal date. Where a server does not keep it the copy is not recognised and made again: better
    twice than never.
    """
    originals = (yield from session.fetch(change.uids, _LIKENESS)).messages
    found = yield from _above(session, change)
    yield from session.select(change.raw_name)
    copies: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for one in sorted(found, key=lambda one: one.uid):
        copies[_likeness(one)].append(one.uid)
    likenesses = ((one.uid, copies.get(_likeness(one))) for one in sorted(originals, key=lambda one: one.uid))
    return {uid: alike.pop(0) for uid, alike in likenesses if alike}


def _above(session: Session, change: Owed) -> Generator[Any, Any, list[Fetched]]:
    """What came to the target since the change was begun."""
    target = change.target_name or change.raw_name
    selected = yield from session.select(target, read_only=True)
    if selected.uid_next and selected.uid_next <= change.target_from:
        return []
    found = yield from session.fetch(UidSet.range(change.target_from, None), _LIKENESS)
    return list(found.messages)


def _likeness(one: Fetched) -> tuple[Any, ...]:
    envelope = one.envelope
    return (envelope and (envelope.message_id, envelope.date, envelope.subject), one.size, one.internal_date)


def _append(session: Session, change: Owed) -> Commands:
    if change.step == Step.NONE:
        return (yield from _begin(session, change))
    if not change.first_time and (uid := (yield from _uid_there(session, change))):
        return Answer(placed=_place_of(change, uid, session.selected.uid_validity if session.selected else None))
    if isinstance(change.data, FileOctets) and not change.data.is_there:
        raise CommandFailed("NO", "CANNOT", "its octets are gone", "APPEND")
    message = NewMessage(change.data, frozenset(change.add), change.created_at)

    def append() -> Steps:
        return (yield from session.append(change.raw_name, [message]))

    told = yield from _creating(session, change, append)
    return Answer(placed=_place_of(change, told.uids[0], told.uid_validity) if told.uids else {})


def _place_of(change: Owed, uid: int, uid_validity: int | None) -> dict[int, int]:
    """Of an APPEND. Where UIDs have been given out anew since, this one says nothing about the mailbox that we hold."""
    return {0: uid} if uid_validity == change.uid_validity else {}


def _uid_there(session: Session, change: Owed) -> Generator[Any, Any, int]:
    """0: it is not there. Known by its own Message-ID; without one, by its size."""
    head = change.data if isinstance(change.data, bytes) else change.data.head
    own = _MESSAGE_ID.search(head.partition(b"\r\n\r\n")[0])
    sent = message_ids(own[1]) if own else ()
    for one in (yield from _above(session, change)):
        found = message_ids(one.envelope.message_id if one.envelope else "")
        if sent == found and (sent or one.size == len(change.data)):
            return one.uid
    return 0
