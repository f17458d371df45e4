"""The commands of one change, for either driver: from what is owed to what the server answered. No database.

Each may be cut anywhere and begun again. Setting a flag, expunging and MOVE can be sent twice: the second time there is
nothing left to do. COPY and APPEND cannot: before they are sent the target's UIDNEXT is written down (a step of its
own), and whoever begins again looks above it for what was sent. Originals go only when the copies are confirmed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator
from contextlib import suppress
from typing import Any

from imapbridge.errors import CommandFailed
from imapbridge.sync import appending_errand, copying
from imapbridge.sync.owed import Answer, Commands, Kind, Owed, Step, Steps
from imapbridge.sync.target import TargetIsNew, TargetMissing, creating
from imapbridge.terms import flags as flag
from imapbridge.wire.session import Session


def command(session: Session, change: Owed) -> Commands:
    """Raises CommandFailed when the server refuses.

    A mailbox whose UIDVALIDITY is another now has no such messages: there is nothing left to do.
    """
    try:
        return (yield from _command(session, change))
    except TargetMissing as missing:
        return Answer(missing=missing.listed)
    except TargetIsNew:
        return Answer(Step.COPYING, target_from=1)


def _command(session: Session, change: Owed) -> Commands:
    if change.kind == Kind.APPEND:
        return (yield from appending_errand.command(session, change))
    yield from _open(session, change)
    assert session.selected
    if (session.selected.uid_validity or 0) != change.uid_validity:
        return Answer()
    by_kind: dict[str, Callable[[Session, Owed], Commands]] = {
        Kind.FLAGS: _flags, Kind.MOVE: _move, Kind.COPY: copying.command, Kind.EXPUNGE: _expunge,
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
    client did to the others meanwhile. There is nothing that it could guard from being overwritten.

    What the mailbox would keep until the end of the session only, or not at all, is refused (RFC 9051 7.1).
    """
    if len(_kept(session, change.add)) < len(change.add):
        raise CommandFailed("NO", "CANNOT", "a flag that the mailbox does not keep", "STORE")
    if change.add:
        yield from session.store(change.uids, add=change.add)
    if change.remove:
        yield from session.store(change.uids, remove=change.remove)
    return Answer()


def _kept(session: Session, words: Collection[str]) -> list[str]:
    """Those of these flags that the open mailbox keeps for good. Flags have no case (RFC 9051 2.3.2)."""
    permitted = {word.lower() for word in session.selected.permanent_flags} if session.selected else set()
    return [word for word in words if word.lower() in permitted or ("\\*" in permitted and flag.is_keyword(word))]


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

        told = yield from creating(session, change, move)
        return Answer(placed=told.uids, uid_validity=told.uid_validity)
    return (yield from copying.command(session, change))


def _keywords(session: Session, change: Owed) -> Generator[Any, Any, None]:
    """What goes along with a MOVE, such as `$Junk`: a hint, where the mailbox takes it. Without it all is moved too."""
    add, remove = (_kept(session, words) for words in (change.add, change.remove))
    with suppress(CommandFailed):
        if add:
            yield from session.store(change.uids, add=add)
        if remove:
            yield from session.store(change.uids, remove=remove)
