"""The pool: every warm connection of this process, lent to one caller at a time, never to another's.

Per account at most two, for a tight provider one, which the watch has while no person needs it; the lease prefers the
one that has the mailbox selected. Idle ones are kept awake, and closed after two minutes. A refused password is tried
no more until there is another. Wire errors leave here translated.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from imapbridge import backoff
from imapbridge.errors import ConnectionClosed, ServerBusy, ServerTimedOut, SignInRefused, WireError
from imapbridge.pool import credentials
from imapbridge.pool.credentials import Login, in_thread
from imapbridge.pool.idle import keep_awake, say_goodbye
from imapbridge.pool.opening import Opener
from imapbridge.pool.parked import Parked
from imapbridge.pool.translation import translate
from imapbridge.pool.warm import AccountConnections, Warm
from imapbridge.wire import quirks
from imapbridge.wire.drivers import AsyncConnection
from imapbridge.wire.session import Exchange, Session

T = TypeVar("T")

IDLE = 120.0
"""Seconds without use after which a connection is closed."""
KEEP_AWAKE = 30.0
"""Seconds of silence after which an idle connection gets a NOOP: it finds the dead, and routers do not forget it."""
SWEEP = 5.0
CHECKED = 3.0
"""Seconds for which an account's standing is believed: so long may a connection live on after a sign-out elsewhere."""


async def admit_all(_account_id: int) -> None:
    """For a pool that nobody shares the accounts with."""


class Pool:
    """Use it on one event loop. `start` begins the sweeping, `close` says goodbye to all servers.

    `admit` waits until an account may have connections here, or raises the MailError that says why it may not.
    """

    def __init__(self, admit: Callable[[int], Awaitable[None]] = admit_all) -> None:
        self._admit = admit
        self._accounts: dict[int, AccountConnections] = {}
        self._parked = Parked()
        self._opener = Opener(self._parked, self._dismiss)
        self._tasks: set[asyncio.Task[None]] = set()

    # --- Lending ------------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def lease(
        self, account_id: int, mailbox: bytes | None = None, *, seconds: float
    ) -> AsyncIterator[AsyncConnection]:
        """A connection of this account's for the body, which has `seconds` with the waiting included.

        `mailbox` (raw name) says which selected one is preferred; the body must still see to it that it is selected.
        WireErrors, also those of the body, leave as MailErrors.
        """
        async with self._borrow(account_id, mailbox, seconds) as warm:
            try:
                yield warm.connection
            except WireError as error:
                raise translate(error, warm.host) from error

    async def run(
        self,
        account_id: int,
        mailbox: bytes | None,
        command: Callable[[Session], Exchange[T]],
        *,
        seconds: float,
    ) -> T:
        """The answer to a command that may be sent twice: a connection that died while it was kept is replaced."""
        end = time.monotonic() + seconds
        while True:
            left = end - time.monotonic()
            async with self._borrow(account_id, mailbox, left) as warm:
                try:
                    return await warm.connection.run(command(warm.connection.session), timeout=left)
                except WireError as error:
                    if not (isinstance(error, ConnectionClosed) and warm.was_kept):
                        raise translate(error, warm.host) from error
                    # The server may have been started anew: the others are likely to be dead as well.
                    self.forget(account_id)

    @asynccontextmanager
    async def _borrow(self, account_id: int, mailbox: bytes | None, seconds: float) -> AsyncIterator[Warm]:
        account = self._account(account_id)
        account.users += 1
        try:
            async with asyncio.timeout(seconds):
                warm = await self._check_out(account, mailbox)
                try:
                    yield warm
                finally:
                    self._take_back(account, warm)
        except TimeoutError as error:
            raise ServerTimedOut(server=account.host) from error
        except ServerBusy as busy:
            if wait := await in_thread(backoff.heed, account_id, busy):
                account.busy_until = time.monotonic() + wait
            raise
        finally:
            account.users -= 1

    @asynccontextmanager
    async def hold(self, account_id: int, give_way: Callable[[], None]) -> AsyncIterator[AsyncConnection]:
        """A connection of this account's for as long as nobody else needs one: when `give_way` is called, maybe more
        than once, the body must come to its end. Its WireErrors are its own."""
        account = self._account(account_id)
        account.holders += 1
        try:
            warm = await self._check_out(account, None)
            account.give_way = give_way
            try:
                if account.users:
                    give_way()
                yield warm.connection
            finally:
                account.give_way = None
                self._take_back(account, warm)
        finally:
            account.holders -= 1

    def _take_back(self, account: AccountConnections, warm: Warm) -> None:
        # Half a command has closed the connection; what is still open may be lent again, unless it waits in IDLE.
        if warm.connection.session.is_idling:
            warm.connection.close()
        warm.used_at = warm.heard_at = time.monotonic()
        account.put(warm)
        account.leave()

    def _account(self, account_id: int) -> AccountConnections:
        account = self._accounts.get(account_id) or AccountConnections(account_id)
        self._accounts[account_id] = account
        return account

    async def _check_out(self, account: AccountConnections, mailbox: bytes | None) -> Warm:
        account.check_peace()
        await self._learn_budget(account)
        await account.enter()
        try:
            await self._admit(account.account_id)
            await self._check_standing(account)
            return account.take(mailbox) or await self._opener.open(account, mailbox)
        except ServerBusy as busy:
            if busy.wait or not account.lower_budget():  # it has kept the permit
                account.leave()
                raise
            if not account.has_others:
                raise
        except BaseException:
            account.leave()
            raise
        return await self._check_out(account, mailbox)

    async def _learn_budget(self, account: AccountConnections) -> None:
        if not account.budget:
            async with account.learning:  # one asks, and the others stay in their order
                if not account.budget:
                    host = await in_thread(credentials.host_of, account.account_id)
                    await account.allow(quirks.choose(host).interactive)

    async def _check_standing(self, account: AccountConnections) -> None:
        if account.version is not None and time.monotonic() - account.checked_at < CHECKED:
            return
        try:
            version = await in_thread(credentials.current_version, account.account_id)
        except SignInRefused:
            self._dismiss(account.forget())
            raise
        self._dismiss(account.admit(version))

    # --- Signing in ---------------------------------------------------------------------------------------------------

    async def verify(self, login: Login, *, seconds: float) -> None:
        """Sign in on a fresh connection. It is kept a moment, for the account that will have this login."""
        if earlier := await self._opener.verify(login, seconds=seconds):
            self._spawn(say_goodbye([earlier]))

    # --- Housekeeping -------------------------------------------------------------------------------------------------

    def is_quiet(self, account_id: int) -> bool:
        """True when nobody has, or waits for, a connection of the account's."""
        account = self._accounts.get(account_id)
        return account is None or not account.users

    def standing(self) -> list[tuple[str, dict[str, int]]]:
        """By account: its mail server, and how many connections are leased and idle, and how many people wait for one.
        Also for other threads than the loop's."""
        return [(account.host, account.standing) for account in list(self._accounts.values())]

    def forget(self, account_id: int) -> None:
        """Drop the account's connections, those in use when they come back, and read its standing anew."""
        if account := self._accounts.get(account_id):
            self._dismiss(account.forget())

    def forget_others(self, is_ours: Callable[[int], bool]) -> None:
        """As `forget`, for every account that is not ours any more."""
        for account_id in list(self._accounts):
            if not is_ours(account_id):
                self.forget(account_id)

    def admit(self, account_id: int, version: int) -> None:
        """Take note that the account has this secret version at this moment; saves the next lease a query.

        SignInRefused when the server has refused it.
        """
        if account := self._accounts.get(account_id):
            self._dismiss(account.admit(version))

    def start(self) -> None:
        self._spawn(self._sweep_forever())

    async def close(self) -> None:
        """For the end of the process, when nobody has a lease any more."""
        for task in self._tasks:
            task.cancel()
        warm = [each.connection for account in self._accounts.values() for each in account.close()]
        await say_goodbye([*warm, *self._parked.expired(0)])

    async def _sweep_forever(self) -> None:
        while True:
            await asyncio.sleep(SWEEP)
            self.sweep()

    def sweep(self) -> None:
        """One round: close what was idle for long, keep the rest awake, drop accounts without connections."""
        if late := self._parked.expired():
            self._spawn(say_goodbye(late))
        now = time.monotonic()
        for account in list(self._accounts.values()):
            self._dismiss(account.expired(now - IDLE))
            for warm in account.free:
                if warm.heard_at < now - KEEP_AWAKE:
                    self._spawn(keep_awake(account, warm))
            if account.is_forgettable:
                del self._accounts[account.account_id]

    def _dismiss(self, connections: list[Warm]) -> None:
        if connections:
            self._spawn(say_goodbye([warm.connection for warm in connections]))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
