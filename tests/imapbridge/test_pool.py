"""The pool on a real Dovecot: who gets which connection, how many there are, and what ends them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from accounts import secrets
from accounts.models import MailAccount
from imapbridge import errors
from imapbridge.pool import Pool
from imapbridge.pool import pool as pool_module
from imapbridge.pool.credentials import in_thread, open_login
from imapbridge.terms.uids import UidSet
from imapbridge.wire.drivers import AsyncConnection
from imapbridge.wire.session import Exchange, FetchItems, Section, Session
from tests.servers.bridge import account_of, at
from tests.servers.dovecot import Dovecot, User
from tests.servers.dovecot_config import Options
from tests.servers.fixtures import running
from tests.servers.scripted import HangingServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("threads_let_go")]
SECONDS = 30.0


@pytest.fixture
def account(dovecot: Dovecot, mail_user: User, settings: Any) -> MailAccount:
    settings.ENV = at(settings.ENV, dovecot)
    return account_of(mail_user)


def play(story: Callable[[Pool], Awaitable[None]]) -> None:
    """Run the story on a loop of its own, with a pool that is closed at its end."""

    async def whole() -> None:
        pool = Pool()
        try:
            await story(pool)
        finally:
            await pool.close()

    asyncio.run(whole())


def select(session: Session, name: bytes = b"INBOX") -> Exchange[bytes]:
    selected = yield from session.select(name)
    return selected.raw_name


def wait_for_nothing() -> Exchange[None]:
    """A command that the server never answers."""
    while True:
        yield b""


# --- Lending ----------------------------------------------------------------------------------------------------------


def test_the_one_with_the_mailbox_selected_is_preferred(account: MailAccount) -> None:
    async def story(pool: Pool) -> None:
        async with pool.lease(account.pk, seconds=SECONDS) as inbox, pool.lease(account.pk, seconds=SECONDS) as sent:
            await inbox.run(select(inbox.session), SECONDS)
            await sent.run(select(sent.session, b"Sent"), SECONDS)
        for name, expected in ((b"INBOX", inbox), (b"Sent", sent), (b"INBOX", inbox)):
            async with pool.lease(account.pk, name, seconds=SECONDS) as lent:
                assert lent is expected

    play(story)


def test_two_at_most_and_first_come_first_served(account: MailAccount) -> None:
    seen: set[AsyncConnection] = set()
    order: list[int] = []

    async def story(pool: Pool) -> None:
        both = asyncio.Barrier(2)  # passed by two at a time: with one connection only nobody would get on
        busy = 0

        async def one(number: int) -> None:
            nonlocal busy
            async with pool.lease(account.pk, seconds=SECONDS) as lent:
                busy += 1
                assert busy <= 2
                seen.add(lent)
                order.append(number)
                await both.wait()
                await lent.run(lent.session.noop(), SECONDS)
                busy -= 1

        await asyncio.gather(*(one(number) for number in range(20)))

    play(story)
    assert len(seen) == 2
    # The first two connect at the same time, so either may be the first; the others queue for what comes back.
    assert order[2:] == sorted(order[2:])


@pytest.mark.threat("E8")
def test_users_in_parallel_are_never_mixed(account: MailAccount, dovecot: Dovecot) -> None:
    """E8: a thousand checkouts of two people, each of whom must read their own mail every time."""
    other = dovecot.user()
    accounts = {account.pk: account.address, account_of(other).pk: other.address}
    for address in accounts.values():
        user = User(address, "", dovecot.directory / "homes" / address)
        dovecot.deliver(user, f"Subject: {address}\n\nFor {address}\n".encode())

    def read_subject(session: Session) -> Exchange[bytes]:
        if session.selected is None:
            yield from session.select(b"INBOX")
        found = yield from session.fetch(UidSet.of([1]), FetchItems(sections=[Section("TEXT")]))
        return found.messages[0].sections["TEXT"] or b""

    async def story(pool: Pool) -> None:
        async def read(number: int) -> None:
            account_id = list(accounts)[number % 2]
            if number % 97 == 0:
                pool.forget(account_id)
            text = await pool.run(account_id, b"INBOX", read_subject, seconds=120)
            assert text.strip().decode() == f"For {accounts[account_id]}"

        await asyncio.gather(*(read(number) for number in range(1000)))

    play(story)


@pytest.mark.threat("E8")
def test_a_connection_of_another_key_is_never_lent(account: MailAccount) -> None:
    async def story(pool: Pool) -> None:
        async with pool.lease(account.pk, seconds=SECONDS):
            pass
        [warm] = pool._accounts[account.pk].free
        warm.key = (account.pk + 1, account.secret_version)
        with pytest.raises(RuntimeError):
            async with pool.lease(account.pk, seconds=SECONDS):
                pass
        assert not warm.connection.is_open

    play(story)


def test_half_a_command_ends_the_connection(account: MailAccount) -> None:
    async def story(pool: Pool) -> None:
        with pytest.raises(errors.ServerTimedOut) as caught:
            async with pool.lease(account.pk, seconds=SECONDS) as first:
                await first.run(wait_for_nothing(), 0.2)
        assert caught.value.server == "localhost"
        assert not first.is_open
        async with pool.lease(account.pk, seconds=SECONDS) as second:
            assert second is not first

    play(story)


def test_a_refused_command_does_not_end_the_connection(account: MailAccount) -> None:
    async def story(pool: Pool) -> None:
        with pytest.raises(errors.MailboxGone) as caught:
            async with pool.lease(account.pk, seconds=SECONDS) as first:
                await first.run(select(first.session, b"Nowhere"), SECONDS)
        assert caught.value.server == "localhost"
        async with pool.lease(account.pk, seconds=SECONDS) as second:
            assert second is first

    play(story)


# --- What ends a connection -------------------------------------------------------------------------------------------


def test_one_killed_while_idle_is_replaced(settings: Any) -> None:
    with running(Dovecot()) as dovecot:
        settings.ENV = at(settings.ENV, dovecot)
        account = account_of(dovecot.user())

        async def story(pool: Pool) -> None:
            await pool.run(account.pk, b"INBOX", select, seconds=SECONDS)
            await asyncio.to_thread(dovecot.kill)
            await asyncio.to_thread(dovecot.restart)
            assert await pool.run(account.pk, b"INBOX", select, seconds=SECONDS) == b"INBOX"

        play(story)


def test_idle_ones_are_kept_awake_and_closed_in_the_end(account: MailAccount) -> None:
    async def story(pool: Pool) -> None:
        async with pool.lease(account.pk, seconds=SECONDS) as lent:
            pass
        [warm] = pool._accounts[account.pk].free
        warm.heard_at -= 2 * pool_module.KEEP_AWAKE
        before = warm.heard_at
        pool.sweep()
        while warm.heard_at == before:
            await asyncio.sleep(0.01)
        assert pool._accounts[account.pk].free == [warm]
        warm.used_at -= 2 * pool_module.IDLE
        pool.sweep()
        while lent.is_open:
            await asyncio.sleep(0.01)
        assert not pool._accounts

    play(story)


def test_forget_closes_the_free_at_once_and_the_lent_when_they_return(account: MailAccount) -> None:
    async def story(pool: Pool) -> None:
        async with pool.lease(account.pk, seconds=SECONDS) as lent:
            async with pool.lease(account.pk, seconds=SECONDS) as free:
                pass
            pool.forget(account.pk)
            while free.is_open:
                await asyncio.sleep(0.01)
            assert lent.is_open
        assert not lent.is_open

    play(story)


def test_signing_out_stops_everything(account: MailAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "CHECKED", 0.0)

    async def story(pool: Pool) -> None:
        async with pool.lease(account.pk, seconds=SECONDS) as lent:
            pass
        account.secret, account.secret_version = "", account.secret_version + 1
        await in_thread(account.save)
        with pytest.raises(errors.SignInRefused):
            async with pool.lease(account.pk, seconds=SECONDS):
                pass
        while lent.is_open:
            await asyncio.sleep(0.01)

    play(story)


def test_a_new_secret_means_a_new_connection(account: MailAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "CHECKED", 0.0)

    async def story(pool: Pool) -> None:
        async with pool.lease(account.pk, seconds=SECONDS) as first:
            pass
        account.secret_version += 1
        await in_thread(account.save)
        async with pool.lease(account.pk, seconds=SECONDS) as second:
            assert second is not first

    play(story)


# --- Signing in -------------------------------------------------------------------------------------------------------


def test_a_refused_password_is_not_tried_again_until_there_is_another(dovecot: Dovecot, settings: Any) -> None:
    settings.ENV = at(settings.ENV, dovecot)
    user = dovecot.user()
    account = account_of(user, password="wrong")

    async def refused(pool: Pool) -> None:
        with pytest.raises(errors.SignInRefused):
            async with pool.lease(account.pk, seconds=SECONDS):
                pass

    async def story(pool: Pool) -> None:
        await asyncio.gather(*(refused(pool) for _ in range(20)))
        await in_thread(account.refresh_from_db)
        assert account.refused
        attempts = dovecot.log.count(f"{user.address},")
        mismatches = [line for line in dovecot.log.splitlines() if user.address in line and "Password mismatch" in line]
        assert 1 <= len(mismatches) <= 3, mismatches
        await refused(pool)
        await refused(Pool())  # after a restart the row still says it
        assert dovecot.log.count(f"{user.address},") == attempts
        await in_thread(secrets.seal, account, user.password)
        account.refused = False
        await in_thread(account.save)
        await pool.run(account.pk, b"INBOX", select, seconds=SECONDS)

    play(story)


def test_a_verified_connection_is_the_accounts_first(account: MailAccount) -> None:
    async def story(pool: Pool) -> None:
        _version, login = await in_thread(open_login, account.pk)
        await pool.verify(login, seconds=SECONDS)
        [(_at, verified)] = pool._parked._connections.values()
        async with pool.lease(account.pk, seconds=SECONDS) as first:
            assert first is verified
        async with pool.lease(account.pk, seconds=SECONDS), pool.lease(account.pk, seconds=SECONDS) as second:
            assert second is not verified

    play(story)


def test_a_verified_connection_is_for_the_same_login_only(account: MailAccount) -> None:
    async def story(pool: Pool) -> None:
        _version, login = await in_thread(open_login, account.pk)
        await pool.verify(login, seconds=SECONDS)
        assert pool._parked.take(replace(login, username="somebody@example.org")) is None
        assert pool._parked.take(replace(login, secret=secrets.Secret("another"))) is None
        assert pool._parked.take(login) is not None

    play(story)


def test_plaintext_is_refused_unless_it_is_allowed(account: MailAccount, settings: Any) -> None:
    settings.ENV = replace(settings.ENV, imap_security="plain")

    async def story(pool: Pool) -> None:
        with pytest.raises(errors.NotPermitted):
            async with pool.lease(account.pk, seconds=SECONDS):
                pass

    play(story)


def test_too_many_connections_lowers_the_budget(settings: Any) -> None:
    with running(Dovecot(options=Options(extra="\nmail_max_userip_connections = 1\n"))) as dovecot:
        settings.ENV = at(settings.ENV, dovecot)
        account = account_of(dovecot.user())
        seen: set[AsyncConnection] = set()

        async def story(pool: Pool) -> None:
            async def one() -> None:
                async with pool.lease(account.pk, seconds=60) as lent:
                    seen.add(lent)
                    await lent.run(lent.session.noop(), SECONDS)

            async with pool.lease(account.pk, seconds=60) as first:
                waiting = asyncio.gather(*(one() for _ in range(5)))
                while dovecot.log.count("exceeded") < 1:
                    await asyncio.sleep(0.02)
            await waiting
            assert seen == {first}
            assert dovecot.log.count("exceeded") == 1

        play(story)


# --- What goes wrong --------------------------------------------------------------------------------------------------


async def failure(pool: Pool, account: MailAccount, seconds: float = SECONDS) -> errors.MailError:
    with pytest.raises(errors.MailError) as caught:
        async with pool.lease(account.pk, seconds=seconds):
            pass
    return caught.value


def test_a_server_that_says_nothing(account: MailAccount, settings: Any) -> None:
    with HangingServer() as server:
        settings.ENV = replace(settings.ENV, imap_host=server.host, imap_port=server.port)
        secrets.seal(account, "any")
        account.save()

        async def story(pool: Pool) -> None:
            found = await failure(pool, account, seconds=1.0)
            assert type(found) is errors.ServerTimedOut
            assert found.server == "localhost"

        play(story)


@pytest.mark.parametrize(("host", "port"), [("localhost", 1), ("nowhere.invalid", 993)])
def test_a_server_that_is_not_there(account: MailAccount, settings: Any, host: str, port: int) -> None:
    settings.ENV = replace(settings.ENV, imap_host=host, imap_port=port)
    secrets.seal(account, "any")
    account.save()

    async def story(pool: Pool) -> None:
        found = await failure(pool, account)
        assert type(found) is errors.ServerUnreachable
        assert found.server == host

    play(story)


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_an_expired_certificate(dovecots: Callable[..., Dovecot], settings: Any, security: str) -> None:
    dovecot = dovecots(expired_certificate=True)
    settings.ENV = at(settings.ENV, dovecot, security)
    account = account_of(dovecot.user())

    async def story(pool: Pool) -> None:
        found = await failure(pool, account)
        assert type(found) is errors.CertificateRefused
        assert "expired" in str(found)

    play(story)
