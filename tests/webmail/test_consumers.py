"""The socket of a tab: what it hears, and who hears nothing."""

import asyncio
import json
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from imapbridge import events
from imapbridge.models import Mailbox
from tests import factories
from tests.servers.redis import Redis
from webmail.consumers import NOT_SIGNED_IN, Changes

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def redis_layer(settings: Any, redis_server: Redis) -> None:
    settings.REDIS_URL = redis_server.url
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [redis_server.url], "prefix": "tests", "symmetric_encryption_keys": ["a secret"]},
        }
    }


def _socket(user: User | AnonymousUser, origin: bytes = b"http://localhost") -> ApplicationCommunicator:
    scope = {"type": "websocket", "path": "/changes", "headers": [(b"origin", origin)], "user": user}
    return ApplicationCommunicator(Changes.as_asgi(), scope)


async def _connect(socket: ApplicationCommunicator) -> Any:
    await socket.send_input({"type": "websocket.connect"})
    return await socket.receive_output(timeout=5)


async def _hear(user: User, box: Mailbox) -> Any:
    """What the person's tab hears within half a second of a change in the mailbox."""
    socket = _socket(user)
    assert (await _connect(socket))["type"] == "websocket.accept"
    await asyncio.sleep(0.2)  # the socket joins its groups after it was accepted
    await asyncio.to_thread(events.publish, box.account_id, box.pk)
    try:
        return json.loads((await socket.receive_output(timeout=0.5))["text"])
    except TimeoutError:
        return None


def test_a_tab_hears_of_its_person_s_mailboxes() -> None:
    alice, account = factories.person()
    box = factories.mailbox(account, unread=3, total=9)
    heard = asyncio.run(_hear(alice, box))
    assert heard == {"mailbox": box.pk, "state": box.state, "unread": 3, "total": 9}


def test_charlie_hears_nothing_of_alice_s() -> None:
    _, account = factories.person()
    charlie, _ = factories.person("charlie@example.com")
    assert asyncio.run(_hear(charlie, factories.mailbox(account))) is None


@pytest.mark.parametrize(("signed_in", "origin"), [(False, b"http://localhost"), (True, b"null")])
def test_strangers_and_pages_without_an_origin_are_refused(signed_in: bool, origin: bytes) -> None:
    user = factories.person()[0] if signed_in else AnonymousUser()

    refusal = asyncio.run(_connect(_socket(user, origin)))
    assert (refusal["type"], refusal["code"]) == ("websocket.close", NOT_SIGNED_IN)
