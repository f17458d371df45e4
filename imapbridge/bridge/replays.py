"""Replays of pending changes, as soon as web says that there are some: for an account one at a time.

What is replayed, and what an answer means for the index, is `sync.replay`'s business.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable
from dataclasses import replace

from django.db import InterfaceError, OperationalError
from kombu.exceptions import OperationalError as BrokerAway
from redis.exceptions import RedisError

from imapbridge import tasks
from imapbridge.errors import CommandFailed, MailError, ServerBusy
from imapbridge.models import PendingChange
from imapbridge.pool import Pool
from imapbridge.pool.credentials import in_thread
from imapbridge.pool.translation import asked_to_wait
from imapbridge.sync import claims, replay, standing
from imapbridge.sync.replay import Answer, Owed
from imapbridge.wire.session import Exchange, Session

logger = logging.getLogger(__name__)

SOON = 60.0
"""Seconds within which what could not be done is tried again from here; later the next sync sees to it."""
SOONEST = 1.0
AFTER_A_FAULT = 3.0
"""Seconds until what the database could not tell is asked of it again."""
PACE = 0.02
"""Seconds from one account that is taken up to the next: each may be a log-in."""
DATABASE_AWAY = (OperationalError, InterfaceError)
"""Any other fault of it comes again however often something is tried."""
LAST_SECONDS = 5.0
"""For what is under way when the process ends. What is lost is replayed later: it is rows."""


class Replays:
    """The runs that are under way."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._running: dict[int, asyncio.Task[None]] = {}
        self._again: set[int] = set()
        self._later: dict[int, asyncio.TimerHandle] = {}
        self._is_closing = False

    def wake(self, account_id: int) -> None:
        """See to it that a run begins after this moment, and return at once."""
        if later := self._later.pop(account_id, None):
            later.cancel()
        if account_id in self._running:
            self._again.add(account_id)
        else:
            self._running[account_id] = asyncio.create_task(self._run(account_id))

    async def take_up(self, is_ours: Callable[[int], bool]) -> None:
        """Do what is owed already: one that died left it behind, or was not there to be told of it."""
        try:
            for account_id in await in_thread(replay.owing):
                if is_ours(account_id):
                    self.wake(account_id)
                    await asyncio.sleep(PACE)
        except DATABASE_AWAY as fault:  # the next sync of each sees to it
            logger.warning("what is owed is unknown: %s", type(fault).__name__)

    async def close(self) -> None:
        """Let the runs come to their end, for a few seconds."""
        self._again.clear()
        self._is_closing = True
        for later in self._later.values():
            later.cancel()
        if running := set(self._running.values()):
            _done, late = await asyncio.wait(running, timeout=LAST_SECONDS)
            for task in late:
                task.cancel()

    async def _run(self, account_id: int) -> None:
        try:
            await run_replay(self._pool, account_id)
            self._come_back(account_id, await in_thread(replay.pause, account_id))
        except DATABASE_AWAY as fault:  # what is owed is there when it is back
            logger.warning("account=%d replay put off: %s", account_id, type(fault).__name__)
            self._come_back(account_id, AFTER_A_FAULT)
        except Exception:
            # Nobody awaits this task: here is where it is told.
            logger.exception("account=%d replay failed", account_id)
        finally:
            del self._running[account_id]
        if account_id in self._again:
            self._again.discard(account_id)
            self.wake(account_id)

    def _come_back(self, account_id: int, pause: float | None) -> None:
        if pause is not None and pause <= SOON and not self._is_closing:
            loop = asyncio.get_running_loop()
            self._later[account_id] = loop.call_later(max(pause, SOONEST), self.wake, account_id)


async def run_replay(pool: Pool, account_id: int) -> None:
    """Replay until nothing is owed, somebody else is at it, or the server cannot be had."""
    change = await in_thread(replay.next_change, account_id)
    kinds, was_refused = set[str](), False
    while change:
        kinds.add(change.kind)
        with claims.kept(change) as is_ours:
            try:
                answer = await _send(pool, change, is_ours)
            except MailError as error:
                logger.info("account=%d change=%d postponed: %s", account_id, change.id, error.code)
                if is_ours():
                    await in_thread(replay.postponed, change)
                break
            was_refused = was_refused or isinstance(answer, CommandFailed) or bool(answer.refused)
            change = await in_thread(_done, change, answer)
    filed = bool(kinds - {PendingChange.Kind.FLAGS})
    if kinds & PendingChange.OF_MAILBOXES or was_refused or (filed and await in_thread(_is_unknown, account_id)):
        await _look_where_it_went(account_id)


def _is_unknown(account_id: int) -> bool:
    """Whether messages of the account are somewhere that the server has not told of."""
    return bool(standing.afoot(account_id))


def _done(change: Owed, answer: Answer | CommandFailed) -> Owed | None:
    """Write down what became of it; what is next."""
    if not isinstance(answer, CommandFailed):
        return replay.answered(change, answer)
    replay.refused(change, answer)
    return replay.next_change(change.account_id)


async def _look_where_it_went(account_id: int) -> None:
    """Not all servers tell, and what else was done to these messages waits for it."""
    try:
        await asyncio.to_thread(tasks.request_sync, account_id)
    except (BrokerAway, RedisError) as fault:  # beat asks again
        logger.warning("account=%d sync not asked for: %s", account_id, type(fault).__name__)


async def _send(pool: Pool, owed: Owed, is_ours: Callable[[], bool]) -> Answer | CommandFailed:
    """The server's answer to this change, or its refusal. Raises MailError when there was none."""
    sent = itertools.count()

    def command(session: Session) -> Exchange[Answer | CommandFailed]:
        # A second time, because the connection turned out to be dead: nobody knows what arrived.
        if not is_ours():  # it waited for a connection for so long that another is at it
            raise ServerBusy
        change = owed if not next(sent) else replace(owed, first_time=False)
        try:
            if session.selected and change.uids and change.uids.last >= (session.selected.uid_next or 0):
                # A message that this session has not heard of yet (RFC 9051 5.2) would silently not be changed. Those
                # below the UIDNEXT of its SELECT were there.
                yield from session.noop()
            return (yield from replay.command(session, change))
        except CommandFailed as refusal:
            if asked_to_wait(refusal):  # no word on the change itself
                raise
            return refusal

    return await pool.run(owed.account_id, owed.raw_name, command, seconds=owed.seconds)
