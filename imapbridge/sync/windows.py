"""Messages in windows: fetched, and written in one transaction each. What is new, and what is older, newest first.

Blocking. Decides nothing but the size of a window; entries are written in `apply`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator

from imapbridge.errors import CommandFailed
from imapbridge.models import Mailbox
from imapbridge.sync import apply, previews
from imapbridge.sync.content import HEADER_FIELDS, Content, content
from imapbridge.terms.uids import UidSet
from imapbridge.wire import keys
from imapbridge.wire.drivers import BlockingConnection
from imapbridge.wire.fetched import Fetched
from imapbridge.wire.items import FetchItems

log = logging.getLogger(__name__)

FIRST_WINDOW = 50
WINDOW = 500
TIMEOUT = 60.0
"""Seconds for one command."""
METADATA = FetchItems(
    flags=True, internal_date=True, size=True, envelope=True, structure=True, preview=True, gm_thrid=True,
    thread_id=True, header_fields=HEADER_FIELDS,
)  # fmt: skip
"""What a row is made of; what a server does not offer is not asked for."""

Renew = Callable[[], None]
"""Called between commands, to go on holding the account's turn."""


def no_lock() -> None:
    """For callers that hold no turn."""


def search(connection: BlockingConnection, within: UidSet) -> UidSet:
    """The UIDs that exist. `n:*` always finds the last message, even when its UID is lower (RFC 9051 6.4.9)."""
    if not within:
        return UidSet()
    found = connection.run(connection.session.search([keys.uid(within)]), timeout=TIMEOUT)
    return (found.uids or UidSet()) & within


def fetch_windows(connection: BlockingConnection, mailbox: Mailbox, uids: UidSet, renew: Renew) -> int:
    """Fetch these messages, newest first; what the server refuses stops nothing else. Returns how many were new."""
    fetched = 0
    for window in uids.newest_first(WINDOW):
        try:
            fetched += _window(connection, mailbox, window)
        except CommandFailed as refused:
            _not_delivered(mailbox, window, refused)
        renew()
    return fetched


def came(
    connection: BlockingConnection, mailbox: Mailbox, messages: Collection[Fetched], uids: UidSet
) -> list[Content]:
    """Of messages that were fetched already, these. As with a window, what the server refuses stops nothing else."""
    try:
        return _rows(connection, mailbox, messages, uids)
    except CommandFailed as refused:
        _not_delivered(mailbox, uids, refused)
        return []


def _not_delivered(mailbox: Mailbox, uids: UidSet, refused: CommandFailed) -> None:
    if refused.status != "NO":
        raise refused
    log.warning("mailbox=%s not delivered: %d messages %s", mailbox.pk, len(uids), refused.code)


def _window(connection: BlockingConnection, mailbox: Mailbox, uids: UidSet, lowest_uid: int | None = None) -> int:
    """Fetch these messages and write them in one transaction."""
    session = connection.session
    fetched = connection.run(session.fetch(uids, METADATA), timeout=TIMEOUT).messages if uids else []
    return apply.messages(mailbox, _rows(connection, mailbox, fetched, uids), lowest_uid=lowest_uid)


def _rows(
    connection: BlockingConnection, mailbox: Mailbox, messages: Collection[Fetched], uids: UidSet
) -> list[Content]:
    words, place = previews.fetch(connection, messages), (mailbox.pk, mailbox.uid_validity or 0)
    return [content(one, *place, words.get(one.uid, "")) for one in messages if one.uid in uids]


def backfill(connection: BlockingConnection, mailbox: Mailbox) -> Iterator[int]:
    """Older mail in windows, newest first; yields after each how many were new. Resumable at any point."""
    if mailbox.complete:
        return
    assert mailbox.lowest_uid is not None
    _reopen(connection, mailbox)
    below = UidSet.range(1, mailbox.lowest_uid - 1)
    rest = search(connection, below)
    began = mailbox.lowest_uid != mailbox.uid_next
    for window in _windows(rest, began):
        is_last = window.first == rest.first
        yield _window(connection, mailbox, window, lowest_uid=1 if is_last else window.first)
    if not rest:
        yield _window(connection, mailbox, UidSet(), lowest_uid=1)


def _windows(rest: UidSet, began: bool) -> Iterator[UidSet]:
    """The very first window is one screen: it is what the person waits for."""
    if rest and not began:
        first = next(rest.newest_first(FIRST_WINDOW))
        yield first
        rest -= first
    yield from rest.newest_first(WINDOW)


def _reopen(connection: BlockingConnection, mailbox: Mailbox) -> None:
    selected = connection.session.selected
    if selected is None or selected.raw_name != bytes(mailbox.raw_name):
        connection.run(connection.session.select(bytes(mailbox.raw_name), read_only=True), timeout=TIMEOUT)
