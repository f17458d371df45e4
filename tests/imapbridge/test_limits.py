"""What the mail server is spared: attempts, connections, octets; and what tells us that it is gone."""

import asyncio
import socket
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from django.conf import settings as django_settings

from accounts.models import MailAccount
from imapbridge import errors
from imapbridge.bridge import watch
from imapbridge.bridge.application import Application
from imapbridge.bridge.listening import ANSWER, Listener
from imapbridge.bridge.watch import Watch
from imapbridge.bridge.watched import Watched
from imapbridge.pool import Pool, warm
from imapbridge.pool.connector import Connector
from imapbridge.pool.credentials import Login
from imapbridge.pool.warm import AccountConnections
from imapbridge.sync.account import sync
from imapbridge.sync.bulk import connect
from imapbridge.wire import quirks
from imapbridge.wire.drivers import AsyncConnection, Server
from imapbridge.wire.session import Session
from tests.servers.bridge import account_of, at
from tests.servers.dovecot import Dovecot, User
from tests.servers.dovecot_config import Options
from tests.servers.fixtures import running

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("threads_let_go")]
SECONDS = 30.0
LOGOUT_TIMER = 29 * 60
"""Seconds: RFC 2177."""


@pytest.fixture
def account(dovecot: Dovecot, mail_user: User, settings: Any) -> MailAccount:
    settings.ENV = at(settings.ENV, dovecot)
    return account_of(mail_user)


# --- Attempts ---------------------------------------------------------------------------------------------------------


def test_a_changed_password_is_tried_three_times_by_all_together(
    dovecot: Dovecot, mail_user: User, settings: Any
) -> None:
    """The watch, people's requests and a sync, all at once and over and over; then only the person can help."""
    settings.ENV = at(settings.ENV, dovecot)
    account = account_of(mail_user, password="the one of last year")

    async def read(pool: Pool) -> None:
        with pytest.raises(errors.AskPerson):
            async with pool.lease(account.pk, seconds=SECONDS):
                pass

    async def synced() -> None:
        with pytest.raises(errors.AskPerson):
            await asyncio.to_thread(sync, account.pk)

    async def story() -> None:
        pool, keeper = Pool(), Watch(100)
        for _ in range(4):
            keeper.follow({account.pk: time.time()})
            await asyncio.gather(synced(), *(read(pool) for _ in range(5)))
        await keeper.close()
        await pool.close()

    asyncio.run(story())
    account.refresh_from_db()
    assert account.refused
    tried = [line for line in dovecot.log.splitlines() if mail_user.address in line and "Password mismatch" in line]
    assert 1 <= len(tried) <= 3, tried


def test_who_listens_signs_in_at_the_pace_of_the_setting(
    dovecot: Dovecot, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ENV = at(settings.ENV, dovecot)
    accounts = [account_of(dovecot.user()) for _ in range(5)]
    began: list[float] = []
    real = Connector.connect

    async def noted(self: Connector, login: Login) -> AsyncConnection:
        began.append(time.monotonic())
        return await real(self, login)

    async def story() -> None:
        keeper = Watch(logins_per_second=4)
        keeper.follow({account.pk: time.time() for account in accounts})
        while keeper.heard < len(accounts):
            await asyncio.sleep(0.01)
        await keeper.close()

    monkeypatch.setattr(Connector, "connect", noted)
    monkeypatch.setattr(watch.tasks, "request_sync", lambda _account_id: None)
    asyncio.run(asyncio.wait_for(story(), 60))
    assert max(began) - min(began) > 0.9  # five of them, a quarter of a second apart; the first hop may be slow
    assert Application().watch._pace._gap == 1 / django_settings.ENV.logins_per_second


# --- Connections ------------------------------------------------------------------------------------------------------


def test_after_too_many_connections_there_is_one_for_a_while_and_then_two_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(warm, "LOWERED", 0.2)

    async def story() -> None:
        account = AccountConnections(1)
        await account.allow(2)
        await account.enter()
        await account.enter()
        assert account.lower_budget()
        assert not account.lower_budget()
        account.leave()
        await account.enter()
        assert not account.is_idle
        async with asyncio.timeout(SECONDS):
            await account.enter()  # once the while is over

    asyncio.run(story())


@pytest.mark.parametrize(
    "profile", [value for value in vars(quirks).values() if isinstance(value, quirks.Profile)], ids=lambda one: one.name
)
def test_idle_is_given_again_before_any_server_may_leave(profile: quirks.Profile) -> None:
    session = Session("mail.example.org")
    session.profile = profile
    connection = cast("AsyncConnection", SimpleNamespace(session=session))
    listener = Listener(connection, Watched(7, time.time()), lambda _account: None)
    for listener._told_all in (True, False):
        assert 0 < listener._pause() + ANSWER < LOGOUT_TIMER


# --- Octets, and the dead ---------------------------------------------------------------------------------------------


@pytest.fixture
def compressing(settings: Any) -> Iterator[MailAccount]:
    """An account of a server that offers COMPRESS."""
    options = Options(extra="protocol imap {\n  mail_plugins = imap_zlib\n}\n")
    with running(Dovecot(options=options)) as server:
        settings.ENV = at(settings.ENV, server)
        yield account_of(server.user())


def test_the_pool_and_the_sync_compress_what_is_not_loopback_and_the_watch_does_not(
    compressing: MailAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = compressing

    async def is_compressed(pool: Pool) -> bool:
        async with pool.lease(account.pk, seconds=SECONDS) as lent:
            return lent._deflate is not None

    async def story() -> None:
        near = Pool()
        assert not await is_compressed(near)
        await near.close()
        monkeypatch.setattr(Server, "is_loopback", False)
        far = Pool()
        assert await is_compressed(far)
        await far.close()
        listening = await Watch(100)._keeper._connect(account.pk)
        assert listening._deflate is None
        listening.close()

    asyncio.run(story())
    with connect(account.pk) as bulk:
        assert bulk._deflate is not None


def test_the_system_notices_a_dead_peer_within_two_minutes(account: MailAccount) -> None:
    async def story() -> None:
        pool = Pool()
        async with pool.lease(account.pk, seconds=SECONDS) as lent:
            transport = lent._pipe._transport
            assert transport is not None
            assert _is_probed(transport.get_extra_info("socket"))
        await pool.close()

    asyncio.run(story())
    with connect(account.pk) as bulk:
        assert _is_probed(bulk._socket)


def _is_probed(sock: socket.socket) -> bool:
    idle, interval, count = (
        sock.getsockopt(socket.IPPROTO_TCP, option)
        for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
    )
    return bool(sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)) and idle + interval * count <= 120
