"""A provider that lets us have few connections: one for the bridge, which the watch has while no person needs it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from accounts.models import MailAccount
from imapbridge.bridge import keeping, listening
from imapbridge.bridge.watch import Watch
from imapbridge.pool import Pool
from imapbridge.pool import pool as pool_module
from imapbridge.wire import quirks
from imapbridge.wire.session import Exchange, Session
from tests.imapbridge.conftest import Heard, until
from tests.servers.bridge import account_of, at
from tests.servers.dovecot import Dovecot, User
from tests.servers.dovecot_config import Options
from tests.servers.fixtures import running
from tests.servers.letters import plain

pytestmark = pytest.mark.django_db(transaction=True)
ONE = "\nmail_max_userip_connections = 1\n"


def select(session: Session, name: bytes = b"Sent") -> Exchange[bytes]:
    selected = yield from session.select(name)
    return selected.raw_name


@pytest.fixture(autouse=True)
def _noted_and_shared_soon(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    """People have the connection for themselves for a moment only."""
    monkeypatch.setattr(keeping, "AGAIN", 0.2)


@pytest.fixture(params=["IMAP4rev1", None], ids=["looks", "notify"])
def strict(request: pytest.FixtureRequest) -> Iterator[Dovecot]:
    """It refuses the second connection of a person."""
    options = Options(extra=ONE, capability=request.param) if request.param else Options(extra=ONE)
    with running(Dovecot(options=options)) as server:
        yield server


@pytest.fixture
def user(strict: Dovecot) -> User:
    return strict.user()


@pytest.fixture
def account(strict: Dovecot, user: User, settings: Any) -> MailAccount:
    settings.ENV = at(settings.ENV, strict)
    return account_of(user)


def known_by(monkeypatch: pytest.MonkeyPatch, *, host: bool, interactive: int) -> None:
    """Such a server is known by its host, or only by what it says of itself."""
    choose = quirks.choose
    tight = replace(quirks.DOVECOT, interactive=interactive)

    def instead(host_name: str = "", greeting: str = "", *rest: Any) -> quirks.Profile:
        return tight if host or greeting else choose(host_name, greeting, *rest)

    monkeypatch.setattr(quirks, "choose", instead)


def play(story: Callable[[Pool, Watch], Awaitable[None]], account: MailAccount) -> None:
    async def whole() -> None:
        import time

        pool = Pool()
        keeper = Watch(100, pool=pool)
        try:
            keeper.follow({account.pk: time.time()})
            await until(lambda: keeper.heard == 1)
            await story(pool, keeper)
        finally:
            await keeper.close()
            await pool.close()

    asyncio.run(whole())


@pytest.mark.parametrize("by_host", [True, False], ids=["by its host", "by its greeting"])
def test_people_and_the_watch_share_one_connection(
    by_host: bool,
    account: MailAccount,
    strict: Dovecot,
    user: User,
    heard: Heard,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known_by(monkeypatch, host=by_host, interactive=0)

    async def story(pool: Pool, keeper: Watch) -> None:
        for _ in range(3):
            opened = await asyncio.gather(*(pool.run(account.pk, b"Sent", select, seconds=20) for _ in range(4)))
            assert opened == [b"Sent"] * 4
            await until(lambda: keeper.heard == 1)
        # From here on it is looked at more often than in life; who has given way listens anew.
        monkeypatch.setattr(listening, "SEEN", 0.5)
        monkeypatch.setattr(listening, "UNSEEN", 0.5)
        assert await pool.run(account.pk, b"Sent", select, seconds=20) == b"Sent"
        await until(lambda: keeper.heard == 1)
        await heard.rest()
        assert set(await heard.more(lambda: strict.deliver(user, plain()))) == {account.pk}

    play(story, account)
    assert "Maximum number of connections" not in strict.log
    assert strict.log.count(f"Login: user=<{user.address}>") <= (1 if by_host else 2)


def test_one_who_leaves_the_watch_leaves_no_half_idle_connection(
    account: MailAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    known_by(monkeypatch, host=True, interactive=0)

    async def story(pool: Pool, keeper: Watch) -> None:
        keeper.forget(account.pk)
        await until(lambda: not pool._accounts[account.pk].holders)
        assert await pool.run(account.pk, b"Sent", select, seconds=20) == b"Sent"

    play(story, account)


@pytest.mark.parametrize("by_host", [True, False], ids=["by its host", "by its greeting"])
def test_one_interactive_connection_where_the_profile_says_so(
    by_host: bool, dovecot: Dovecot, mail_user: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    known_by(monkeypatch, host=by_host, interactive=1)
    settings.ENV = at(settings.ENV, dovecot)
    account = account_of(mail_user)

    async def story() -> None:
        pool = Pool()
        await pool.run(account.pk, b"Sent", select, seconds=20)
        found = await asyncio.gather(*(pool.run(account.pk, b"Sent", select, seconds=20) for _ in range(6)))
        assert len(found) == 6
        assert pool._accounts[account.pk].budget == 1
        await pool.close()

    asyncio.run(story())
    assert dovecot.log.count(f"Login: user=<{mail_user.address}>") == 1


def test_the_only_connection_is_not_taken_away(
    account: MailAccount, strict: Dovecot, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server says that there are too many, for another program has it: soon it is free again."""
    known_by(monkeypatch, host=True, interactive=1)

    async def story() -> None:
        pool = Pool()
        with strict.client(user), pytest.raises(pool_module.ServerBusy):
            await pool.run(account.pk, b"Sent", select, seconds=20)
        assert await pool.run(account.pk, b"Sent", select, seconds=20) == b"Sent"
        await pool.close()

    asyncio.run(story())
