"""The commands that make, rename, delete and subscribe a mailbox, for either driver. No database.

Each may be begun twice: the list is read first, and what it shows to be done is not done again. A mailbox is deleted
only when it holds nothing but what was asked about; the server is asked for that just before, and whatever arrives in
the one round trip between goes with it, for IMAP has no way to say "if".
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import suppress
from typing import Any

from imapbridge.errors import CommandFailed, MailArrived
from imapbridge.models import PendingChange
from imapbridge.sync.owed import Answer, Commands, Owed
from imapbridge.terms.uids import UidSet
from imapbridge.wire import keys, names
from imapbridge.wire.results import ListedMailbox
from imapbridge.wire.session import Session

Kind = PendingChange.Kind
Listed = dict[bytes, ListedMailbox]
SUBSCRIBED = "\\Subscribed"


def command(session: Session, change: Owed) -> Commands:
    """Raises CommandFailed when the server refuses."""
    listed = {names.key(one.raw_name): one for one in (yield from session.list_mailboxes(status=False))}
    by_kind: dict[str, Callable[[Session, Owed, Listed], Commands]] = {
        Kind.CREATE: _create, Kind.RENAME: _rename, Kind.DELETE: _delete, Kind.SUBSCRIBE: _subscribe,
    }  # fmt: skip
    return (yield from by_kind[change.kind](session, change, listed))


def _create(session: Session, change: Owed, listed: Listed) -> Commands:
    raw_name = names.encode(change.name, session.utf8)
    if raw_name not in listed or not listed[raw_name].selectable:
        yield from session.create(change.name)
    if SUBSCRIBED in change.add:
        yield from _try_to(session.subscribe, raw_name)
    return Answer(raw_name=raw_name)


def _rename(session: Session, change: Owed, listed: Listed) -> Commands:
    raw_name = names.encode(change.name, session.utf8)
    if change.raw_name not in listed and raw_name not in listed:
        raise CommandFailed("NO", "NONEXISTENT", "", "RENAME")
    if change.raw_name == raw_name or change.raw_name not in listed:
        # Done before, and the answer was lost; a list that was read since may have told so.
        if SUBSCRIBED in change.add:
            yield from _try_to(session.subscribe, raw_name)
        return Answer(raw_name=raw_name)
    if raw_name in listed:
        raise CommandFailed("NO", "ALREADYEXISTS", "", "RENAME")
    yield from _leave(session)
    yield from session.rename(change.raw_name, change.name)
    yield from _subscribe_anew(session, change.raw_name, raw_name, listed)
    return Answer(raw_name=raw_name)


def _subscribe_anew(session: Session, before: bytes, now: bytes, listed: Listed) -> Generator[Any, Any, None]:
    """A subscription is to a name, and stays with it (RFC 9051 6.3.6): those who show only these would miss it."""
    below = before + listed[before].delimiter.encode()
    for raw_name, one in listed.items():
        if one.subscribed and (raw_name == before or (one.delimiter and raw_name.startswith(below))):
            yield from _try_to(session.subscribe, now + raw_name[len(before) :])
            yield from _try_to(session.unsubscribe, raw_name)


def _delete(session: Session, change: Owed, listed: Listed) -> Commands:
    if change.raw_name not in listed:
        return Answer()
    if listed[change.raw_name].selectable and (yield from _holds_more(session, change)):
        return Answer(refused=MailArrived.code)
    yield from _leave(session)
    yield from session.delete(change.raw_name)
    yield from _try_to(session.unsubscribe, change.raw_name)
    return Answer()


def _holds_more(session: Session, change: Owed) -> Generator[Any, Any, bool]:
    """Whether there is mail in it that nobody was asked about."""
    selected = yield from session.select(change.raw_name, read_only=True)
    if not selected.exists:
        return False
    if not change.uid_validity or selected.uid_validity != change.uid_validity:
        return True
    if selected.uid_next and selected.uid_next <= change.target_from:
        return False
    found = yield from session.search([keys.uid(UidSet.range(change.target_from, None))])
    below = UidSet.range(1, change.target_from - 1) if change.target_from > 1 else UidSet()
    return bool((found.uids or UidSet()) - below - change.uids)


def _subscribe(session: Session, change: Owed, listed: Listed) -> Commands:
    if change.raw_name not in listed:
        raise CommandFailed("NO", "NONEXISTENT", "", "SUBSCRIBE")
    yield from (session.subscribe if SUBSCRIBED in change.add else session.unsubscribe)(change.raw_name)
    return Answer()


def _leave(session: Session) -> Generator[Any, Any, None]:
    """Some servers refuse to rename or delete what is open, and others close the connection after it. Where there is no
    UNSELECT, to open another one is what leaves it for sure."""
    if session.has("UNSELECT"):
        yield from session.unselect()
    elif session.selected:
        yield from session.select(b"INBOX", read_only=True)


def _try_to(act: Callable[[bytes], Generator[Any, Any, None]], raw_name: bytes) -> Generator[Any, Any, None]:
    """What matters is done; a server that keeps no subscriptions may say so."""
    with suppress(CommandFailed):
        yield from act(raw_name)
