"""Hearing of an account's changes over one connection: NOTIFY where it is offered, else IDLE on INBOX and a look at the
other mailboxes now and then. Opens no connection and reads no mail: it only says that something is different.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from django.db import Error as DatabaseAway

from imapbridge.bridge import told
from imapbridge.bridge.watched import Watched
from imapbridge.errors import CommandFailed
from imapbridge.pool.credentials import in_thread
from imapbridge.wire.drivers import AsyncConnection
from imapbridge.wire.fetched import Fetched
from imapbridge.wire.results import ListedMailbox
from imapbridge.wire.session import Event, Exchange

T = TypeVar("T")

RENEWED = 9 * 60.0
"""Seconds after which IDLE is given again, at the latest: the server may leave after 29 minutes (RFC 2177), a router
forgets us sooner, and a peer that is gone is noticed only by speaking to it."""
SEEN = 30.0
UNSEEN = 300.0
"""Seconds between two looks at the mailboxes that nothing is told of: while somebody looks, and otherwise."""
ANSWER = 30.0
"""Seconds for a command's answer; a server that needs longer counts as dead."""
INBOX = b"INBOX"


class Listener:
    """One connection, for an account. `signal` is called with it whenever something has changed, maybe often."""

    __slots__ = ("_account", "_connection", "_idles", "_is_leaving", "_opened", "_session", "_signal", "_told_all")

    def __init__(self, connection: AsyncConnection, account: Watched, signal: Callable[[Watched], None]) -> None:
        self._connection = connection
        self._session = connection.session
        self._account = account
        self._signal = signal
        self._idles = self._session.has("IDLE")
        self._told_all = False
        self._opened = 0
        self._is_leaving = False

    def leave(self) -> None:
        """Have `listen` return soon, with the connection fit for other uses. It may be called at any moment."""
        self._is_leaving = True
        self._connection.wake()

    async def listen(self) -> None:
        """Until `leave`. Raises WireError when the connection, or the server's patience, has come to its end."""
        await self.begin()
        self._account.is_heard = True
        try:
            while not self._is_leaving:
                await self._begin_to_wait()
                end = asyncio.get_running_loop().time() + self._pause()
                while not self._is_leaving and (left := end - asyncio.get_running_loop().time()) > 0:
                    events = await self._connection.wait(left)
                    if events and await self._are_news(events):
                        self._signal(self._account)
                await self._run(self._session.done())
                if not self._is_leaving:
                    await self._look()
        finally:
            self._account.is_heard = False

    async def begin(self) -> None:
        """Open INBOX, ask to be told, and see how everything stands."""
        opened = await self._run(self._session.select(INBOX, read_only=True))
        self._opened = hash((opened.uid_validity, opened.uid_next, opened.exists, opened.highest_modseq))
        self._told_all = self._idles and await self._run(self._session.notify())
        self._session.take_events()
        await self._look(is_first=True)

    async def _are_news(self, events: list[Event]) -> bool:
        """Of the open mailbox it is told as well what was changed from here, by each mark that is set."""
        opened = self._session.selected
        if opened is None or not all(isinstance(event, Fetched) for event in events):
            return True
        try:
            return await in_thread(told.is_news, self._account.account_id, INBOX, opened.uid_validity, events)
        except DatabaseAway:
            return True

    def _pause(self) -> float:
        renewed = min(RENEWED, self._session.profile.idle_refresh)
        if self._told_all:
            return renewed
        # Without LIST-STATUS a look is a command for each mailbox.
        looked = SEEN if self._account.is_looked_at and self._session.has("LIST-STATUS") else UNSEEN
        return min(looked, renewed) if self._idles else min(looked, renewed, SEEN)

    async def _begin_to_wait(self) -> None:
        if self._idles:
            try:
                await self._run(self._session.idle())
            except CommandFailed:
                self._idles = self._told_all = False

    async def _look(self, *, is_first: bool = False) -> None:
        """Compare all mailboxes with how they stood. INBOX speaks for itself once it idles."""
        if not (is_first or self._idles):
            # Of the open mailbox a server need tell nothing before it is asked, and Dovecot does not (RFC 9051 6.1.2).
            await self._run(self._session.noop())
        listed = await self._run(self._session.list_mailboxes())
        inbox, others = _digests(listed, self._opened)
        differs = others != self._account.others
        if is_first or not self._idles:
            differs = differs or inbox != self._account.inbox
        self._account.inbox, self._account.others = inbox, others
        if differs:
            self._signal(self._account)

    async def _run(self, command: Exchange[T]) -> T:
        result = await self._connection.run(command, timeout=ANSWER)
        if self._session.take_events():
            self._signal(self._account)
        return result


def _digests(listed: list[ListedMailbox], opened: int) -> tuple[int, int]:
    """Of INBOX, and of all others. Without LIST-STATUS the open INBOX has no status but `opened`, how it stood then."""
    marks = {one.raw_name: hash((one.raw_name, one.attributes, one.status)) for one in listed}
    inbox = next((name for name in marks if name.upper() == INBOX), INBOX)
    is_told = any(one.status for one in listed if one.raw_name == inbox)
    return hash((marks.pop(inbox, 0), 0 if is_told else opened)), hash(frozenset(marks.values()))
