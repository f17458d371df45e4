"""The watch: what is heard of a mail server, how soon it comes back, and whom it leaves."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from accounts.models import MailAccount
from imapbridge import presence, redis_link
from imapbridge.bridge import listening, pace, told, watch
from imapbridge.bridge.listening import Listener
from imapbridge.bridge.watch import Watch
from imapbridge.bridge.watched import Watched
from imapbridge.models import Entry
from imapbridge.pool.connector import Connector
from imapbridge.pool.credentials import open_login
from imapbridge.sync.account import sync
from imapbridge.wire.fetched import Fetched
from imapbridge.wire.responses import Exists
from imapbridge.wire.session import Event
from tests import factories
from tests.imapbridge.conftest import Heard, until
from tests.servers.bridge import account_of, at
from tests.servers.dovecot import Dovecot, User
from tests.servers.dovecot_config import Options
from tests.servers.fixtures import running
from tests.servers.letters import plain
from tests.servers.redis import Redis
from tests.servers.scripted import Expect, Hangup, Say, ScriptedServer, Step

pytestmark = pytest.mark.django_db(transaction=True)
RICH = Options()
POOR = Options(capability="IMAP4rev1 SASL-IR LITERAL+ IDLE LIST-EXTENDED LIST-STATUS SPECIAL-USE")
POORER = Options(capability="IMAP4rev1")


@pytest.fixture(autouse=True)
def _quick_and_noted(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "FIRST", 0.05)


@pytest.fixture
def account(dovecot: Dovecot, mail_user: User, settings: Any) -> MailAccount:
    settings.ENV = at(settings.ENV, dovecot)
    return account_of(mail_user)


def play(story: Callable[[Watch], Awaitable[None]], *accounts: MailAccount) -> None:
    """Run the story once all these accounts are listened to, and what they had at first is asked for."""
    asked: Heard = watch.tasks.request_sync.__self__  # type: ignore[attr-defined]

    async def whole(keeper: Watch) -> None:
        await until(lambda: keeper.heard == len(accounts))
        await asked.rest()
        await story(keeper)

    play_from_the_start(whole, *accounts)


def play_from_the_start(story: Callable[[Watch], Awaitable[None]], *accounts: MailAccount) -> None:
    async def whole() -> None:
        keeper = Watch(logins_per_second=100)
        try:
            keeper.follow({account.pk: time.time() for account in accounts})
            await story(keeper)
        finally:
            await keeper.close()

    asyncio.run(whole())


@pytest.fixture(params=[RICH, POOR, POORER], ids=["notify", "idle", "neither"])
def any_dovecot(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Dovecot]:
    """Three kinds of servers; one that does not tell everything by itself is looked at more often than in life."""
    if request.param is not RICH:
        monkeypatch.setattr(listening, "SEEN", 0.5)
        monkeypatch.setattr(listening, "UNSEEN", 0.5)
    with running(Dovecot(options=request.param)) as server:
        yield server


# --- What is heard ----------------------------------------------------------------------------------------------------


def test_changes_anywhere_are_heard(any_dovecot: Dovecot, heard: Heard, settings: Any) -> None:
    settings.ENV = at(settings.ENV, any_dovecot)
    user = any_dovecot.user()
    account = account_of(user)
    uid = any_dovecot.append(user, "INBOX", plain("First"))
    changes: list[Callable[[], object]] = [
        lambda: any_dovecot.deliver(user, plain("Delivered")),
        lambda: any_dovecot.deliver(user, plain("And one more")),  # now INBOX is `\\Marked` before as after
        lambda: any_dovecot.append(user, "Sent", plain("Elsewhere")),
    ]

    async def story(_watch: Watch) -> None:
        for change in changes:
            assert set(await heard.more(change)) == {account.pk}
        with any_dovecot.client(user) as phone:
            assert set(await heard.more(lambda: phone.flag("INBOX", [uid], "\\Seen"))) == {account.pk}

    play(story, account)


def test_of_flags_only_those_are_news_that_the_index_has_not(
    dovecot: Dovecot, account: MailAccount, mail_user: User, heard: Heard
) -> None:
    uid = dovecot.append(mail_user, "INBOX", plain("First"))
    while sync(account.pk):
        pass

    Entry.objects.update(seen=True)

    async def story(_watch: Watch) -> None:
        before = len(heard)
        with dovecot.client(mail_user) as phone:
            phone.flag("INBOX", [uid], "\\Seen")
            await heard.rest()
            assert len(heard) == before
            assert set(await heard.more(lambda: phone.flag("INBOX", [uid], "\\Flagged"))) == {account.pk}

    play(story, account)


@pytest.mark.parametrize(
    ("event", "is_news"),
    [
        (Fetched(uid=7, flags=frozenset(("done", "\\Seen"))), False),
        (Fetched(uid=7, flags=frozenset(("\\Seen",))), True),
        (Fetched(uid=7), True),
        (Fetched(uid=8, flags=frozenset(("done", "\\Seen"))), True),
        (Fetched(flags=frozenset(("done", "\\Seen"))), True),
        (Exists(1), True),
    ],
)
def test_what_is_told_is_compared_with_the_index(event: Event, is_news: bool) -> None:
    inbox = factories.mailbox(factories.person()[1], uid_next=7)
    factories.message(inbox, seen=True)
    Entry.objects.update(keywords=["done"])
    assert told.is_news(inbox.account_id, b"INBOX", 1, [event]) is is_news
    assert told.is_news(inbox.account_id, b"INBOX", 2, [event])


@pytest.mark.parametrize("options", [RICH, POORER], ids=["LIST-STATUS", "without"])
def test_what_came_while_nobody_listened_is_heard_at_the_next_beginning(options: Options, settings: Any) -> None:
    signals: list[int] = []

    async def begin(account: Watched) -> int:
        _version, login = await asyncio.to_thread(open_login, account.account_id)
        connection = await Connector(compress=False).connect_account(account.account_id, login)
        signals.clear()
        await Listener(connection, account, lambda account: signals.append(account.account_id)).begin()
        connection.close()
        return len(signals)

    async def story(server: Dovecot, user: User, account: MailAccount) -> None:
        watched = Watched(account.pk, time.time())
        await begin(watched)
        assert await begin(watched) == 0
        for _ in range(2):
            await asyncio.to_thread(server.deliver, user, plain())
            assert await begin(watched) == 1
        assert await begin(watched) == 0

    with running(Dovecot(options=options)) as server:
        settings.ENV = at(settings.ENV, server)
        user = server.user()
        server.append(user, "INBOX", plain("First"))
        asyncio.run(story(server, user, account_of(user)))


def test_many_changes_at_once_are_few_syncs(
    account: MailAccount, dovecot: Dovecot, mail_user: User, heard: Heard
) -> None:
    def deliver() -> None:
        for number in range(30):
            dovecot.deliver(mail_user, plain(f"Letter {number}"))

    async def story(_watch: Watch) -> None:
        began = time.monotonic()
        asked = await heard.more(deliver)
        assert len(asked) <= 2 + (time.monotonic() - began) / watch.DEBOUNCE

    play(story, account)


@pytest.mark.threat("E8")
def test_two_accounts_are_never_mixed(account: MailAccount, dovecot: Dovecot, mail_user: User, heard: Heard) -> None:
    other_user = dovecot.user()
    other = account_of(other_user)

    async def story(_watch: Watch) -> None:
        for user, whose in [(mail_user, account), (other_user, other)] * 3:
            assert set(await heard.more(lambda user=user: dovecot.deliver(user, plain()))) == {whose.pk}

    play(story, account, other)


# --- What breaks ------------------------------------------------------------------------------------------------------


def test_a_server_that_restarts_is_listened_to_again_and_what_was_missed_is_synced(heard: Heard, settings: Any) -> None:
    with running(Dovecot()) as server:
        settings.ENV = at(settings.ENV, server)
        users = [server.user() for _ in range(5)]
        accounts = [account_of(user) for user in users]

        async def story(keeper: Watch) -> None:
            heard.clear()
            await asyncio.to_thread(server.stop)
            await until(lambda: keeper.heard == 0)
            await asyncio.to_thread(server.restart)
            await asyncio.to_thread(server.deliver, users[0], plain("Missed"))
            await until(lambda: keeper.heard == 5, 60)
            await until(lambda: accounts[0].pk in heard)
            await heard.rest()
            # Nothing has changed for the others: no herd of syncs follows a restart.
            assert set(heard) == {accounts[0].pk}
            assert set(await heard.more(lambda: server.deliver(users[1], plain("Heard")))) == {accounts[1].pk}

        play(story, *accounts)


GREETING = (
    Say(b"* OK [CAPABILITY IMAP4rev1 IDLE LIST-EXTENDED LIST-STATUS] ready\r\n"),
    Expect(rb"LOGIN"),
    Say(b"* CAPABILITY IMAP4rev1 IDLE LIST-EXTENDED LIST-STATUS\r\n{tag} OK in\r\n"),
)
SELECTED = (
    Expect(rb"EXAMINE"),
    Say(b"* 1 EXISTS\r\n* OK [UIDVALIDITY 1] .\r\n* OK [UIDNEXT 2] .\r\n{tag} OK [READ-ONLY] done\r\n"),
)
LISTED = (
    Expect(rb"LIST"),
    Say(b'* LIST () "/" INBOX\r\n* STATUS INBOX (MESSAGES 1 UNSEEN 0 UIDNEXT 2 UIDVALIDITY 1)\r\n{tag} OK done\r\n'),
)
IDLING = (Expect(rb"IDLE"), Say(b"+ idling\r\n"))


def scripted(settings: Any, mail_user: User, script: tuple[Step, ...]) -> tuple[ScriptedServer, MailAccount]:
    server = ScriptedServer(script)
    settings.ENV = replace(
        settings.ENV, imap_host="localhost", imap_port=server.port, imap_security="plain", allow_plaintext=True
    )
    return server, account_of(mail_user)


@pytest.mark.parametrize(
    "end",
    [
        (),  # it is there and says nothing more: only speaking to it tells
        (Hangup(reset=True),),
        (Hangup(),),
        (Say(b"* BYE going down\r\n"),),
        (Say(b"this is not IMAP {{{\r\n"),),
    ],
    ids=["silent", "reset", "closed", "bye", "garbage"],
)
def test_a_dead_connection_is_replaced(
    end: tuple[Step, ...], settings: Any, mail_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "RENEWED", 0.3)
    monkeypatch.setattr(listening, "ANSWER", 0.5)
    server, account = scripted(settings, mail_user, (*GREETING, *SELECTED, *LISTED, *IDLING, *end))

    async def story(_watch: Watch) -> None:
        await until(lambda: server.connections >= 3, 30)

    with server:
        play_from_the_start(story, account)
    assert any(b"IDLE" in line for line in server.lines)


def test_a_refused_password_is_tried_once(dovecot: Dovecot, mail_user: User, settings: Any) -> None:
    settings.ENV = at(settings.ENV, dovecot)
    account = account_of(mail_user, password="wrong")

    async def story(keeper: Watch) -> None:
        for _ in range(5):
            keeper.follow({account.pk: time.time()})
            await asyncio.sleep(0.3)

    play_from_the_start(story, account)
    account.refresh_from_db()
    assert account.refused
    assert dovecot.log.count(f"user=<{mail_user.address}>") == 1


# --- Who is watched ---------------------------------------------------------------------------------------------------


def test_an_account_whose_tabs_have_gone_is_left(account: MailAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(keeper: Watch) -> None:
        keeper.follow({})
        assert keeper.heard == 1
        monkeypatch.setattr(watch, "GRACE", 0.0)
        keeper.follow({})
        await until(lambda: keeper.heard == 0)

    play(story, account)


def test_forgetting_ends_it_at_once(account: MailAccount) -> None:
    async def story(keeper: Watch) -> None:
        await asyncio.to_thread(MailAccount.objects.filter(pk=account.pk).update, secret="")
        keeper.forget(account.pk)
        await until(lambda: keeper.heard == 0)
        keeper.follow({account.pk: time.time()})
        await asyncio.sleep(0.5)
        assert keeper.heard == 0

    play(story, account)


def test_presence_begins_the_watch_and_losing_redis_ends_none(
    account: MailAccount, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "FOLLOW", 0.05)

    async def whole() -> None:
        keeper = Watch(logins_per_second=100)
        keeper.start()
        await asyncio.to_thread(presence.renew, [account.pk])
        await until(lambda: keeper.heard == 1)
        settings.REDIS_URL = "unix:///nowhere/redis.sock"
        await until(lambda: keeper._trusted_from)  # a look that was under way has ended
        monkeypatch.setattr(watch, "GRACE", 0.0)
        await asyncio.sleep(0.5)
        assert keeper.heard == 1
        await keeper.close()

    asyncio.run(whole())


def test_a_sync_that_could_not_be_asked_for_is_asked_for_when_redis_is_back(
    account: MailAccount, heard: Heard, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = Heard()

    def request_sync(account_id: int) -> None:
        tried.append(account_id)
        redis_link.client().ping()
        heard.append(account_id)

    monkeypatch.setattr(watch, "FOLLOW", 0.05)
    monkeypatch.setattr(watch.tasks, "request_sync", request_sync)

    async def whole(redis: Redis) -> None:
        keeper = Watch(logins_per_second=100)
        await asyncio.to_thread(redis.kill)
        keeper.follow({account.pk: time.time()})
        keeper.start()
        await until(lambda: tried)
        await tried.rest()
        assert heard == []
        await asyncio.to_thread(redis.restart)
        await until(lambda: account.pk in heard)
        await keeper.close()

    with running(Redis()) as redis:
        settings.REDIS_URL = redis.url
        asyncio.run(whole(redis))


def test_an_account_whose_mail_is_expected_is_watched_without_haste(
    account: MailAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "FOLLOW", 0.05)

    async def whole() -> None:
        keeper = Watch(logins_per_second=100)
        keeper.start()
        await asyncio.to_thread(presence.expect, [account.pk])
        await until(lambda: keeper.heard == 1)
        (watched,) = keeper._accounts.values()
        assert watch.LOOKING < time.time() - watched.seen_at < watch.GRACE
        await asyncio.to_thread(presence.expect, [])
        monkeypatch.setattr(watch, "GRACE", 0.0)
        await until(lambda: keeper.heard == 0)
        await keeper.close()

    asyncio.run(whole())


def test_log_ins_keep_the_pace() -> None:
    async def whole() -> float:
        turns, loop = pace.Pace(50), asyncio.get_running_loop()
        began = loop.time()
        await asyncio.gather(*(turns.turn() for _ in range(20)))
        return loop.time() - began

    assert asyncio.run(whole()) >= 19 / 50
