"""A person with an account on a real server, and a phone beside us that changes the same mailboxes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from accounts import secrets
from accounts.models import MailAccount
from imapbridge.models import Mailbox
from imapbridge.sync.account import sync
from imapbridge.sync.verify import differences
from tests.servers.dovecot import Dovecot, User
from tests.servers.dovecot_config import Options
from tests.servers.fixtures import running
from tests.servers.mail_client import MailClient
from tests.servers.redis import Redis


@dataclass
class Story:
    """One account seen from both sides."""

    server: Dovecot
    user: User
    account: MailAccount
    phone: MailClient

    def sync(self) -> int:
        """Sync until nothing is left; how many turns it took."""
        turns = 1
        while sync(self.account.pk):
            turns += 1
        return turns

    def mailbox(self, name: str = "INBOX") -> Mailbox:
        return Mailbox.objects.get(account=self.account, name=name)

    def assert_equal(self) -> None:
        """What `verifyindex` says: the only good answer is nothing."""
        assert list(differences(self.account)) == []


def point_at(settings: Any, server: Dovecot, redis: Redis) -> None:
    """The environment of somebody whose mail server this is."""
    settings.ENV = replace(
        settings.ENV, imap_host="localhost", imap_port=server.ports.imaps, imap_security="tls",
        tls_ca_file=str(server.authority.path), redis_url=redis.url,
    )  # fmt: skip
    settings.REDIS_URL = redis.url
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": redis.url}}
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
def begin(settings: Any, redis_server: Redis, transactional_db: None) -> Iterator[Callable[[Dovecot], Story]]:
    """Start a story on a given server."""
    stories: list[Story] = []

    def begin(server: Dovecot) -> Story:
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


@pytest.fixture(scope="session", params=CAPABILITIES)
def any_dovecot(request: pytest.FixtureRequest) -> Iterator[Dovecot]:
    """A server that offers everything, one with CONDSTORE only, and one as poor as the first RFC."""
    with running(Dovecot(options=Options(capability=CAPABILITIES[request.param]))) as server:
        yield server


@pytest.fixture
def story(begin: Callable[[Dovecot], Story], any_dovecot: Dovecot) -> Story:
    return begin(any_dovecot)


@pytest.fixture
def own_dovecot() -> Iterator[Dovecot]:
    """A server of the test's own, to be killed."""
    with running(Dovecot()) as server:
        yield server
