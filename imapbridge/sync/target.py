"""The mailbox that messages are sent to: whether it is there, and what came to it since. No database."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any

from imapbridge.errors import CommandFailed
from imapbridge.sync.owed import Answer, Commands, Owed, Step, Steps
from imapbridge.terms.uids import UidSet
from imapbridge.wire import names
from imapbridge.wire.fetched import Fetched
from imapbridge.wire.items import FetchItems
from imapbridge.wire.results import ListedMailbox
from imapbridge.wire.session import Session

LIKENESS = FetchItems(size=True, internal_date=True, envelope=True)


class TargetMissing(Exception):
    """`listed` are those that are there."""

    def __init__(self, listed: Sequence[ListedMailbox]) -> None:
        super().__init__()
        self.listed = listed


class TargetIsNew(Exception):
    """It was made a moment ago: what was known of its UIDs is of the one before, and has to be written down anew before
    something is sent that cannot be sent twice."""


def begin(session: Session, change: Owed) -> Commands:
    """Where to look for what is about to be sent, should no answer come."""

    def status() -> Steps:
        return (yield from session.status(change.goes_to, ("UIDNEXT",)))

    told = yield from creating(session, change, status)
    return Answer(Step.COPYING, target_from=told.uid_next or 1)


def creating(session: Session, change: Owed, send: Callable[[], Steps]) -> Steps:
    """A target that is gone and was looked for is made anew, once: the person wants the messages there."""
    try:
        return (yield from send())
    except CommandFailed as refusal:
        if refusal.status != "NO" or not (yield from _is_missing(session, change.goes_to, refusal)):
            raise
    if not change.may_create:
        raise TargetMissing((yield from session.list_mailboxes()))
    yield from session.create(names.decode(change.goes_to, session.utf8))
    if change.step == Step.COPYING:
        raise TargetIsNew
    return (yield from send())


def _is_missing(session: Session, target: bytes, refusal: CommandFailed) -> Generator[Any, Any, bool]:
    """Not all servers say TRYCREATE."""
    if refusal.code in ("TRYCREATE", "NONEXISTENT"):
        return True
    if refusal.code:
        return False
    listed = yield from session.list_mailboxes(status=False)
    return all(one.raw_name != target for one in listed)


def above(session: Session, change: Owed) -> Generator[Any, Any, list[Fetched]]:
    """What came to the target since the change was begun."""
    target = change.target_name or change.raw_name
    selected = yield from session.select(target, read_only=True)
    if selected.uid_next and selected.uid_next <= change.target_from:
        return []
    found = yield from session.fetch(UidSet.range(change.target_from, None), LIKENESS)
    return list(found.messages)
