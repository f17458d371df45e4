"""Sessions and cached values: as JSON, and through a Redis that goes away."""

from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.core.cache import cache
from django.test import Client
from redis.exceptions import RedisError

from tests import factories
from tests.servers.process import running
from tests.servers.redis import Redis
from webmail.cache import JsonSerializer
from webmail.sessions import SessionStore

pytestmark = pytest.mark.django_db

BACKEND = "imapbridge.login.MailboxBackend"


@pytest.fixture
def own_redis(settings: Any) -> Any:
    """A Redis of the test's own, to be stopped."""
    with running(Redis()) as server:
        settings.REDIS_URL = server.url
        settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": server.url}}
        yield server


def test_values_come_back_as_json() -> None:
    cache.set("whole", {"a": [1, "b", None]}, 5)
    cache.set("count", 1, 5)
    assert cache.get("whole") == {"a": [1, "b", None]}
    cache.set("octets", b"\x00\xff", 5)
    assert cache.get("octets") == b"\x00\xff"
    assert cache.incr("count") == 2
    with pytest.raises(TypeError):
        JsonSerializer().dumps(object())


@pytest.mark.threat("E6")
def test_a_pickle_in_redis_is_not_opened() -> None:
    with pytest.raises(ValueError):
        JsonSerializer().loads(b"\x80\x04K\x01.")


def test_nobody_is_signed_out_by_a_redis_that_goes_away(client: Client, own_redis: Redis) -> None:
    user, account = factories.person()
    box = factories.mailbox(account)
    client.force_login(user, backend=BACKEND)
    assert client.get(f"/mailbox/{box.pk}/").status_code == 200
    own_redis.stop()
    assert client.get(f"/mailbox/{box.pk}/").status_code == 200


def test_what_needs_redis_says_so(client: Client, own_redis: Redis) -> None:
    user, account = factories.person()
    box = factories.mailbox(account)
    client.force_login(user, backend=BACKEND)
    own_redis.stop()
    answer = client.post(f"/mailbox/{box.pk}/refresh")
    assert answer.status_code == 503
    assert "not running" in answer.content.decode()


def test_a_session_is_not_half_deleted(client: Client, own_redis: Redis) -> None:
    """Were the row deleted and the copy left, the copy would be a session again when Redis is back."""
    client.force_login(factories.person()[0], backend=BACKEND)
    session, key = client.session, client.session.session_key
    own_redis.stop()
    with pytest.raises(RedisError):
        session.delete(key)
    own_redis.restart()
    session.delete(key)
    assert not type(session)(key).load()


def a_session() -> str:
    """One that is in the database only."""
    made = SessionStore()
    made["somebody"] = 1
    made.save()
    cache.clear()
    return str(made.session_key)


def test_a_session_that_is_read_while_it_is_deleted_is_none_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    key, delete = a_session(), DatabaseSessionStore.delete

    def read_first(store: SessionStore, session_key: str | None = None) -> None:
        assert SessionStore(session_key).load() == {"somebody": 1}
        delete(store, session_key)

    monkeypatch.setattr(DatabaseSessionStore, "delete", read_first)
    SessionStore(key).delete()
    assert SessionStore(key).load() == {}


def test_a_session_that_is_deleted_while_it_is_read_is_none_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    key, read = a_session(), DatabaseSessionStore._get_session_from_db

    def delete_after(store: SessionStore) -> Any:
        found = read(store)
        SessionStore(key).delete()
        return found

    with monkeypatch.context() as patched:
        patched.setattr(DatabaseSessionStore, "_get_session_from_db", delete_after)
        assert SessionStore(key).load() == {}
    assert SessionStore(key).load() == {}
