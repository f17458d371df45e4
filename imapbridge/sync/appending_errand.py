"""The commands of an APPEND: looked for before it is sent a second time. No database."""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Any

from imapbridge.errors import CommandFailed
from imapbridge.mime.headers import message_ids
from imapbridge.sync.owed import Answer, Commands, Owed, Step, Steps
from imapbridge.sync.target import above, begin, creating
from imapbridge.wire.octets import FileOctets
from imapbridge.wire.session import NewMessage, Session

_MESSAGE_ID = re.compile(rb"^message-id:([^\r\n]*(?:\r\n[ \t][^\r\n]*)*)", re.I | re.M)


def command(session: Session, change: Owed) -> Commands:
    if change.step == Step.NONE:
        return (yield from begin(session, change))
    if not change.first_time and (uid := (yield from _uid_there(session, change))):
        return Answer(placed=_place_of(change, uid, session.selected.uid_validity if session.selected else None))
    if isinstance(change.data, FileOctets) and not change.data.is_there:
        raise CommandFailed("NO", "CANNOT", "its octets are gone", "APPEND")
    message = NewMessage(change.data, frozenset(change.add), change.created_at)

    def append() -> Steps:
        return (yield from session.append(change.raw_name, [message]))

    told = yield from creating(session, change, append)
    return Answer(placed=_place_of(change, told.uids[0], told.uid_validity) if told.uids else {})


def _place_of(change: Owed, uid: int, uid_validity: int | None) -> dict[int, int]:
    """Of an APPEND. Where UIDs have been given out anew since, this one says nothing about the mailbox that we hold."""
    return {0: uid} if uid_validity == change.uid_validity else {}


def _uid_there(session: Session, change: Owed) -> Generator[Any, Any, int]:
    """0: it is not there. Known by its own Message-ID; without one, by its size."""
    head = change.data if isinstance(change.data, bytes) else change.data.head
    own = _MESSAGE_ID.search(head.partition(b"\r\n\r\n")[0])
    sent = message_ids(own[1]) if own else ()
    for one in (yield from above(session, change)):
        found = message_ids(one.envelope.message_id if one.envelope else "")
        if sent == found and (sent or one.size == len(change.data)):
            return one.uid
    return 0
