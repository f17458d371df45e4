"""Bodies of the newest unread mail, fetched before somebody opens it: the parts that a reader would ask for.

Over the connections that people's requests use, and only while no person needs one. Bounded in messages and octets;
what is never opened goes with the sweep of the body cache. Fetches nothing twice, and marks nothing as read.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from itertools import chain

from django.db import IntegrityError
from django.db.models import Exists, OuterRef

from imapbridge import bodies
from imapbridge.bridge import mail
from imapbridge.bridge.places import Place
from imapbridge.errors import MailError, MessageGone
from imapbridge.mime.parts import to_read
from imapbridge.models import Body, Entry, Mailbox, Message
from imapbridge.pool import Pool
from imapbridge.pool.credentials import in_thread
from imapbridge.terms.part import Part
from imapbridge.terms.special_use import SpecialUse

logger = logging.getLogger(__name__)

LARGEST = 256 * 1024
"""Octets of a message's text, as transferred, that are fetched unasked."""
MAILBOXES = 5
"""INBOX, and so many less one of those that filters put new mail in."""
PASSED_OVER = (SpecialUse.JUNK, SpecialUse.TRASH, SpecialUse.DRAFTS, SpecialUse.SENT)
AT_ONCE = 4
"""Accounts at a time."""
SECONDS = 20.0
"""For one message; nobody waits for it."""
PAUSE, PAUSES = 0.5, 20
"""Seconds until it is looked again whether people need the connections, and how often; then the next sync asks anew."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to fetch of a message."""

    message_id: int
    place: Place
    sections: list[str]


class Prefetch:
    """The runs that are under way, one for an account. `most`: messages of an account; 0: none are fetched."""

    def __init__(self, pool: Pool, most: int) -> None:
        self._pool = pool
        self._most = most
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._running: dict[int, asyncio.Task[None]] = {}
        self._again: set[int] = set()

    def wake(self, account_id: int) -> None:
        """See to it that a run begins after this moment, and return at once."""
        if account_id in self._running:
            self._again.add(account_id)
        elif self._most:
            self._running[account_id] = asyncio.create_task(self._run(account_id))

    async def close(self) -> None:
        """What is under way is not worth waiting for."""
        self._again.clear()
        for task in (running := list(self._running.values())):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _run(self, account_id: int) -> None:
        try:
            async with self._turns:
                await self._fetch_all(account_id)
        except MailError as error:
            logger.info("account=%d nothing fetched beforehand: %s", account_id, error.code)
        except Exception:
            # Nobody awaits this task: here is where it is told.
            logger.exception("account=%d prefetch failed", account_id)
        finally:
            del self._running[account_id]
        if account_id in self._again:
            self._again.discard(account_id)
            self.wake(account_id)

    async def _fetch_all(self, account_id: int) -> None:
        for one in await in_thread(wanted, account_id, self._most):
            if not await self._is_my_turn(account_id):
                return
            try:
                octets = await mail.fetch(self._pool, one.place, one.sections, seconds=SECONDS)
                fresh = dict(zip(one.sections, octets, strict=True))
                await in_thread(bodies.keep, account_id, one.message_id, fresh)
            except (MessageGone, IntegrityError):
                continue  # on the server, or in the index, it is there no more

    async def _is_my_turn(self, account_id: int) -> bool:
        """Once nobody else uses the account's connections; whether that came soon."""
        for _ in range(PAUSES):
            if self._pool.is_quiet(account_id):
                return True
            await asyncio.sleep(PAUSE)
        return False


def wanted(account_id: int, most: int) -> list[Wanted]:
    """What is not in the cache of the `most` newest unread messages, newest first."""
    mailboxes = Mailbox.objects.filter(account=account_id, selectable=True, unread__gt=0)
    chosen = sorted(mailboxes.exclude(special_use__in=PASSED_OVER), key=_precedence)[:MAILBOXES]
    newest = sorted(chain.from_iterable(_unread(mailbox, most) for mailbox in chosen), reverse=True)[:most]
    missing = {message: place for _sort_at, message, place, is_held in newest if not is_held}
    messages = Message.objects.only("structure", "size").in_bulk(missing)
    found = [(one, missing[one], _sections(messages[one])) for one in missing if one in messages]
    by_id = {mailbox.pk: mailbox for mailbox in chosen}
    return [
        Wanted(one, Place(account_id, bytes(by_id[at].raw_name), by_id[at].uid_validity, uid), sections)
        for one, (at, uid), sections in found
        if sections
    ]


def _precedence(mailbox: Mailbox) -> tuple[bool, int]:
    return mailbox.special_use != SpecialUse.INBOX, mailbox.pk


def _unread(mailbox: Mailbox, most: int) -> list[tuple[int, int, tuple[int, int], bool]]:
    """When, which message, where, and whether something of it is in the cache."""
    rows = Entry.objects.filter(mailbox=mailbox, uid__gt=0, seen=False, expunged=False).order_by("-uid")
    held = Exists(Body.objects.filter(message=OuterRef("message")))
    found = rows.values_list("sort_at", "message_id", "uid", held)[:most]
    return [(sort_at, message, (mailbox.pk, uid), is_held) for sort_at, message, uid, is_held in found]


def _sections(message: Message) -> list[str]:
    """As a reader asks for them; all of a small message whose structure the server cannot tell."""
    if not message.structure:
        return [""] if message.size <= LARGEST else []
    shown = to_read(Part.from_json(message.structure))
    sections = [part.section for part in shown] if sum(part.size for part in shown) <= LARGEST else []
    return [*sections, bodies.HEADER] if sections else []
