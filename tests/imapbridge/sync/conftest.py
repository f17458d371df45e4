"""A person with an account on a real server, and a phone beside us that changes the same mailboxes."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import timezone

from accounts import secrets
from accounts.models import MailAccount
from imapbridge.actions.owing import REGRET
from imapbridge.bridge.replays import run_replay
from imapbridge.models import Mailbox, PendingChange
from imapbridge.pool import Pool
from imapbridge.sync.account import sync
from imapbridge.sync.verify import differences
from tests.servers.courier import Courier
from tests.servers.cyrus import Cyrus
from tests.servers.demo import Demo
from tests.servers.dovecot import Dovecot
from tests.servers.dovecot_config import Options
from tests.servers.fixtures import running
from tests.servers.mail_client import MailClient
from tests.servers.mail_server import MailServer, User
from tests.servers.proxy import Proxy
from tests.servers.redis import Redis


@dataclass
class Story:
    """One account seen from both sides."""

    server: MailServer
    user: User
    account: MailAccount
    phone: MailClient

    def sync(self) -> int:
        """Sync until nothing is left; how many turns it took."""
        self.later()
        turns = 1
        while sync(self.account.pk):
            turns += 1
        return turns

    def later(self) -> None:
        """The time to think better of it is over."""
        soon = timezone.now() + REGRET
        PendingChange.objects.filter(account=self.account, attempts=0, not_before__lte=soon).update(not_before=None)

    def replay(self) -> None:
        """What is owed, as the bridge does it: at once, and with a sync asked for where it is needed."""
        self.later()

        async def replay() -> None:
            pool = Pool()
            try:
                await run_replay(pool, self.account.pk)
            finally:
                await pool.close()

        asyncio.run(replay())

    def mailbox(self, name: str = "INBOX") -> Mailbox:
        """The index's row of `Co-op/Lease`, whatever this server calls it."""
        return Mailbox.objects.get(account=self.account, name=self.server.path(name))

    def assert_equal(self) -> None:
        """What `verifyindex` says: the only good answer is nothing."""
        assert list(differences(self.account)) == []


def point_at(settings: Any, server: MailServer, redis: Redis, *, plain_port: int = 0) -> None:
    """The environment of somebody whose mail server this is; without TLS at `plain_port`, if given."""
    if server.is_plain:
        plain_port = plain_port or server.ports.imap
    settings.ENV = replace(
        settings.ENV, imap_host="localhost", imap_port=plain_port or server.ports.imaps,
        imap_security="plain" if plain_port else "tls", allow_plaintext=bool(plain_port),
        tls_ca_file="" if server.is_plain else str(server.authority.path), redis_url=redis.url,
    )  # fmt: skip
    settings.REDIS_URL = redis.url
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": redis.url}}
    settings.CHANNEL_LAYERS = {
        "default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [redis.url]}}
    }


def account_of(user: User) -> MailAccount:
    person = get_user_model().objects.create_user(user.address)
    account = MailAccount.objects.create(user=person, address=user.address, username=user.address)
    secrets.seal(account, user.password)
    account.save()
    return account


@pytest.fixture
def begin(settings: Any, redis_server: Redis, transactional_db: None) -> Iterator[Callable[[MailServer], Story]]:
    """Start a story on a given server."""
    stories: list[Story] = []

    def begin(server: MailServer) -> Story:
        point_at(settings, server, redis_server)
        user = server.user()
        stories.append(Story(server, user, account_of(user), server.client(user)))
        return stories[-1]

    yield begin
    for story in stories:
        story.phone.close()


CAPABILITIES = {
    "everything": "",
    "condstore": "IMAP4rev1 SASL-IR LITERAL+ ENABLE CONDSTORE UIDPLUS MOVE SPECIAL-USE",
    "bare": "IMAP4rev1",
}


SERVERS: dict[str, Callable[[], MailServer]] = {
    **{name: partial(Dovecot, options=Options(capability=words)) for name, words in CAPABILITIES.items()},
    "cyrus": Cyrus,
    "courier": Courier,
    "demo": Demo,
}


SELDOM = {"condstore", "courier", "demo"}
TOLD_EVERYWHERE = {"test_stories.py"}
"""Modules whose stories are told on every server in every run. Those of the others are told on the servers of `SELDOM`
by `./run soak` only, for the time that it takes."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        server = getattr(getattr(item, "callspec", None), "params", {}).get("any_server")
        if server in SELDOM and item.path.name not in TOLD_EVERYWHERE:
            item.add_marker("soak")


@pytest.fixture(scope="session", params=SERVERS)
def any_server(request: pytest.FixtureRequest) -> Iterator[MailServer]:
    """Dovecot with everything, with CONDSTORE only and as poor as the first RFC; Cyrus; Courier; the demo's own."""
    with running(SERVERS[request.param]()) as server:
        yield server


@pytest.fixture
def story(begin: Callable[[MailServer], Story], any_server: MailServer) -> Story:
    return begin(any_server)


# --- behind a proxy, which needs plaintext; a module says otherwise by fixtures of its own ----------------------------


@pytest.fixture(scope="module")
def options() -> Options:
    """Of the server behind the proxy."""
    return Options(plaintext=True)


@pytest.fixture(scope="module")
def plain_dovecot(options: Options) -> Iterator[Dovecot]:
    with running(Dovecot(options=options)) as server:
        yield server


@pytest.fixture
def proxy(plain_dovecot: Dovecot) -> Iterator[Proxy]:
    with Proxy(plain_dovecot.ports.imap) as proxy:
        yield proxy


@pytest.fixture
def story_redis(redis_server: Redis) -> Redis:
    return redis_server


@pytest.fixture
def proxied(
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    plain_dovecot: Dovecot,
    proxy: Proxy,
    story_redis: Redis,
    transactional_db: None,
) -> Iterator[Story]:
    """A story in which we go through the proxy, and the phone does not."""
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)
    point_at(settings, plain_dovecot, story_redis, plain_port=proxy.port)
    user = plain_dovecot.user()
    with plain_dovecot.client(user) as phone:
        yield Story(plain_dovecot, user, account_of(user), phone)


@pytest.fixture
def own_dovecot() -> Iterator[Dovecot]:
    """A server of the test's own, to be killed."""
    with running(Dovecot()) as server:
        yield server
