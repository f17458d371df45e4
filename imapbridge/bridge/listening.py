"""Hearing of an account's changes over one connection: NOTIFY where it is offered, else IDLE on INBOX and a look at the
other mailboxes now and then. Opens no connection and reads no mail: it only says that something is different.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from imapbridge.errors import CommandFailed
from imapbridge.wire.drivers import AsyncConnection
from imapbridge.wire.results import ListedMailbox
from imapbridge.wire.session import Exchange

logger = logging.getLogger(__name__)
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


@dataclass(slots=True)
class Picture:
    """How the mailboxes stood when they were last looked at, as digests; None: never."""

    inbox: int | None = None
    others: int | None = None


class Listener:
    """One connection. `signal` is called whenever something has changed, maybe often; `is_seen` says who looks."""

    __slots__ = (
        "_connection", "_idles", "_is_leaving", "_is_seen", "_opened", "_patience", "_picture", "_session", "_signal",
        "_told_all",
    )  # fmt: skip

    def __init__(
        self, connection: AsyncConnection, picture: Picture, signal: Callable[[], None], is_seen: Callable[[], bool]
    ) -> None:
        self._connection = connection
        self._session = connection.session
        self._picture = picture
        self._signal = signal
        self._is_seen = is_seen
        self._idles = self._session.has("IDLE")
        self._told_all = False
        self._opened = 0
        self._is_leaving = False
        self._patience: asyncio.Timeout | None = None

    @property
    def host(self) -> str:
        return self._connection.server.host

    def leave(self) -> None:
        """Have `listen` return soon, with the connection fit for other uses. It may be called at any moment."""
        if self._patience and not self._is_leaving:
            self._patience.reschedule(0)
        self._is_leaving = True

    async def begin(self) -> None:
        """Open INBOX, ask to be told, and see how everything stands."""
        opened = await self._run(self._session.select(INBOX, read_only=True))
        self._opened = hash((opened.uid_validity, opened.uid_next, opened.exists, opened.highest_modseq))
        self._told_all = self._idles and await self._run(self._session.notify())
        self._session.take_events()
        await self._look(is_first=True)

    async def listen(self) -> None:
        """Until `leave`. Raises WireError when the connection, or the server's patience, has come to its end."""
        while not self._is_leaving:
            await self._wait(self._pause())
            if not self._is_leaving:
                await self._look()

    def _pause(self) -> float:
        renewed = min(RENEWED, self._session.profile.idle_refresh)
        if self._told_all:
            return renewed
        # Without LIST-STATUS a look is a command for each mailbox.
        looked = SEEN if self._is_seen() and self._session.has("LIST-STATUS") else UNSEEN
        return min(looked, renewed)

    async def _wait(self, seconds: float) -> None:
        if self._idles:
            try:
                await self._run(self._session.idle())
            except CommandFailed:
                self._idles = self._told_all = False
        try:
            async with asyncio.timeout(0 if self._is_leaving else None) as self._patience:
                await self._hear(seconds if self._idles else min(seconds, SEEN))
        except TimeoutError:
            logger.debug("the connection is needed for something else")
        finally:
            self._patience = None
        await self._run(self._session.done())

    async def _hear(self, seconds: float) -> None:
        if not self._idles:
            await asyncio.sleep(seconds)
            return
        end = asyncio.get_running_loop().time() + seconds
        while (left := end - asyncio.get_running_loop().time()) > 0:
            if await self._connection.wait(left):
                self._signal()

    async def _look(self, *, is_first: bool = False) -> None:
        """Compare all mailboxes with how they stood. INBOX speaks for itself once it idles."""
        if not (is_first or self._idles):
            # Of the open mailbox a server need tell nothing before it is asked, and Dovecot does not (RFC 9051 6.1.2).
            await self._run(self._session.noop())
        listed = await self._run(self._session.list_mailboxes())
        inbox, others = _digests(listed, self._opened)
        differs = others != self._picture.others
        if is_first or not self._idles:
            differs = differs or inbox != self._picture.inbox
        self._picture.inbox, self._picture.others = inbox, others
        if differs:
            self._signal()

    async def _run(self, command: Exchange[T]) -> T:
        result = await self._connection.run(command, timeout=ANSWER)
        if self._session.take_events():
            self._signal()
        return result


def _digests(listed: list[ListedMailbox], opened: int) -> tuple[int, int]:
    """Of INBOX, and of all others. Without LIST-STATUS the open INBOX has no status but `opened`, how it stood then."""
    marks = {one.raw_name: hash((one.raw_name, one.attributes, one.status)) for one in listed}
    inbox = next((name for name in marks if name.upper() == INBOX), INBOX)
    is_told = any(one.status for one in listed if one.raw_name == inbox)
    return hash((marks.pop(inbox, 0), 0 if is_told else opened)), hash(frozenset(marks.values()))
