"""The commands of a COPY, and of a MOVE where there is none: each message once, whatever answer is lost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator
from typing import Any

from imapbridge.sync.owed import Answer, Commands, Kind, Owed, Step, Steps
from imapbridge.sync.target import LIKENESS, above, begin, creating
from imapbridge.terms.uids import UidSet
from imapbridge.wire.fetched import Fetched
from imapbridge.wire.results import CopyResult
from imapbridge.wire.session import Session


def command(session: Session, change: Owed) -> Commands:
    if change.step == Step.NONE:
        return (yield from begin(session, change))
    there = CopyResult() if change.first_time else (yield from _copies(session, change))
    rest = change.uids - UidSet.of(there.uids)

    def copy() -> Steps:
        return (yield from session.copy(rest, change.target_name))

    if rest:
        told = yield from creating(session, change, copy)
        there = CopyResult(told.uid_validity or there.uid_validity, {**there.uids, **told.uids})
    step = Step.COPIED if change.kind == Kind.MOVE else Step.NONE
    return Answer(step, placed=there.uids, uid_validity=there.uid_validity)


def _copies(session: Session, change: Owed) -> Generator[Any, Any, CopyResult]:
    """Which of the messages are in the target already, by what the server says of both.

    A copy keeps its internal date. Where a server does not keep it the copy is not recognised and made again: better
    twice than never.
    """
    originals = (yield from session.fetch(change.uids, LIKENESS)).messages
    found = yield from above(session, change)
    uid_validity = session.selected.uid_validity if session.selected else None
    yield from session.select(change.raw_name)
    copies: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for one in sorted(found, key=lambda one: one.uid):
        copies[_likeness(one)].append(one.uid)
    likenesses = ((one.uid, copies.get(_likeness(one))) for one in sorted(originals, key=lambda one: one.uid))
    return CopyResult(uid_validity, {uid: alike.pop(0) for uid, alike in likenesses if alike})


def _likeness(one: Fetched) -> tuple[Any, ...]:
    envelope = one.envelope
    return (envelope and (envelope.message_id, envelope.date, envelope.subject), one.size, one.internal_date)
