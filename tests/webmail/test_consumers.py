"""The socket of a tab: what it hears, who hears nothing, and when it is closed."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone

from accounts import sign_ins
from accounts.models import SignIn, User
from accounts.signals import passwords_forgotten
from imapbridge import events, presence
from imapbridge.actions import leaving
from imapbridge.models import Mailbox, ServerSearch
from imapbridge.search import running
from tests import factories
from tests.servers.redis import Redis
from webmail import consumers, sign_outs
from webmail.consumers import NOT_SIGNED_IN, NOT_UNDERSTOOD, QUESTION, Changes

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


class Tab(ApplicationCommunicator):
    """An open page of a person who is signed in by the session."""

    def __init__(self, user: User | AnonymousUser, session: SessionBase, origin: bytes = b"http://localhost") -> None:
        scope = {"type": "websocket", "path": "/changes", "headers": [(b"origin", origin)]}
        super().__init__(Changes.as_asgi(), {**scope, "user": user, "session": session})

    async def connect(self) -> Any:
        await self.send_input({"type": "websocket.connect"})
        return await self.receive_output(timeout=5)

    async def say(self, text: str) -> None:
        await self.send_input({"type": "websocket.receive", "text": text})

    async def hear(self, seconds: float = 5) -> Any:
        """What comes next: a message, or the code it is closed with; None when nothing comes."""
        if await self.receive_nothing(timeout=seconds):
            return None
        event = await self.receive_output()
        return json.loads(event["text"]) if event["type"] == "websocket.send" else event["code"]


def session_of(user: User) -> SessionBase:
    client = Client()
    client.force_login(user, "imapbridge.login.MailboxBackend")
    return client.session


def play(user: User, story: Callable[[Tab], Awaitable[Any]], session: SessionBase | None = None) -> Any:
    """Open a tab, let the story happen, close the tab; what the story returns."""

    async def whole() -> Any:
        tab = Tab(user, session or signed_in)
        assert (await tab.connect())["type"] == "websocket.accept"
        try:
            return await story(tab)
        finally:
            await tab.send_input({"type": "websocket.disconnect", "code": 1001})
            await tab.wait(timeout=5)

    signed_in = session_of(user)
    return asyncio.run(whole())


def after_a_change(box: Mailbox, seconds: float = 5) -> Callable[[Tab], Awaitable[Any]]:
    async def story(tab: Tab) -> Any:
        await asyncio.to_thread(events.publish, box.account_id, box.pk)
        return await tab.hear(seconds)

    return story


def test_a_tab_hears_of_its_person_s_mailboxes() -> None:
    alice, account = factories.person()
    box = factories.mailbox(account, unread=3, total=9)
    assert play(alice, after_a_change(box)) == {"mailbox": box.pk, "state": box.state, "unread": 3, "total": 9}


def test_a_tab_hears_of_an_account_from_when_it_is_there_until_it_is_not() -> None:
    """One socket for all of a person's accounts, also for one that is added while it is open."""
    alice, account = factories.person()
    box = factories.mailbox(factories.another(alice))
    heard = play(alice, after_a_change(box))
    assert heard["mailbox"] == box.pk

    async def story(tab: Tab) -> list[Any]:
        late = await asyncio.to_thread(lambda: factories.mailbox(factories.another(alice, "late@example.org")))
        before = await after_a_change(late, seconds=0.3)(tab)
        await asyncio.to_thread(events.tell, events.group(account.pk), {"type": events.ACCOUNTS})
        told, after = await tab.hear(), await after_a_change(late)(tab)
        await asyncio.to_thread(leaving.remove, late.account)
        return [before, told, after["mailbox"] == late.pk, await tab.hear()]

    assert play(alice, story) == [None, {"accounts": 3}, True, {"accounts": 2}]


def test_a_tab_hears_that_a_search_has_news() -> None:
    alice, account = factories.person()
    search = ServerSearch.objects.create(account=account, token="abc", query="van")

    async def story(tab: Tab) -> Any:
        await asyncio.to_thread(running.tell, search)
        return await tab.hear(5)

    assert play(alice, story) == {"search": "abc"}


@pytest.mark.threat("C3")
def test_charlie_hears_nothing_of_alice_s() -> None:
    _, account = factories.person()
    charlie, _ = factories.person("charlie@example.com")
    assert play(charlie, after_a_change(factories.mailbox(account), seconds=0.5)) is None


@pytest.mark.threat("E1")
@pytest.mark.parametrize(("signed_in", "origin"), [(False, b"http://localhost"), (True, b"null")])
def test_strangers_and_pages_without_an_origin_are_refused(signed_in: bool, origin: bytes) -> None:
    alice, _account = factories.person()
    tab = Tab(alice if signed_in else AnonymousUser(), session_of(alice), origin)
    refusal = asyncio.run(tab.connect())
    assert (refusal["type"], refusal["code"]) == ("websocket.close", NOT_SIGNED_IN)


@pytest.mark.threat("C3", "E1")
def test_a_tab_is_told_that_it_is_heard_and_may_say_nothing_else() -> None:
    alice, _account = factories.person()

    async def story(tab: Tab) -> list[Any]:
        await tab.say(QUESTION)
        await tab.say(QUESTION)
        await tab.say("x" * 40_000)
        return [await tab.hear(), await tab.hear()]

    assert play(alice, story) == [{"alive": True}, NOT_UNDERSTOOD]


def test_an_open_tab_makes_its_accounts_present() -> None:
    alice, account = factories.person()
    factories.person("charlie@example.com")
    before = time.time()

    async def story(_tab: Tab) -> None:
        while not await asyncio.to_thread(presence.since, before):
            await asyncio.sleep(0.02)

    play(alice, story)
    assert list(presence.since(before)) == [account.pk]


# --- The end of a session ---------------------------------------------------------------------------------------------


@pytest.mark.threat("E1")
def test_signing_out_closes_the_session_s_tabs_and_no_others() -> None:
    alice, account = factories.person()
    box, here, there = factories.mailbox(account), session_of(alice), session_of(alice)
    request = HttpRequest()
    request.session, request.user = here, alice

    async def story(tab: Tab) -> tuple[Any, Any]:
        other = Tab(alice, there)
        await other.connect()
        await asyncio.to_thread(logout, request)
        closed = await tab.hear()
        await asyncio.to_thread(events.publish, account.pk, box.pk)
        heard = await other.hear()
        await other.send_input({"type": "websocket.disconnect", "code": 1001})
        return closed, heard["mailbox"]

    assert play(alice, story, here) == (NOT_SIGNED_IN, box.pk)


def test_a_session_that_is_ended_from_elsewhere_closes_its_tabs_at_once() -> None:
    alice, _account = factories.person()
    here = session_of(alice)
    row = SignIn(user=alice, expires_at=timezone.now() + timedelta(hours=1))
    sign_ins.keep_session(row, str(here.session_key))
    row.save()

    async def story(tab: Tab) -> Any:
        await asyncio.to_thread(sign_ins.end, [row])
        return await tab.hear()

    assert play(alice, story, here) == NOT_SIGNED_IN
    assert not here.exists(str(here.session_key))


@pytest.mark.threat("E1")
def test_a_session_that_is_read_while_it_is_ended_is_none_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tab asks now and then whether it is still signed in, maybe before the transaction that ends it is over."""
    alice, _account = factories.person()
    here = session_of(alice)
    row = SignIn(user=alice, expires_at=timezone.now() + timedelta(hours=1))
    sign_ins.keep_session(row, str(here.session_key))
    row.save()
    delete, read = SignIn.delete, []

    def reads() -> None:
        read.append(sign_outs.is_signed_in(str(here.session_key), alice.pk))
        connection.close()

    def deleted_while_somebody_reads(self: SignIn) -> Any:
        reader = Thread(target=reads)
        reader.start()
        reader.join()
        return delete(self)

    monkeypatch.setattr(SignIn, "delete", deleted_while_somebody_reads)
    sign_ins.end([row])
    assert read == [True]
    assert not here.exists(str(here.session_key))


def test_forgotten_passwords_close_every_tab() -> None:
    alice, account = factories.person()

    async def story(tab: Tab) -> Any:
        await asyncio.to_thread(passwords_forgotten.send, sender=None, account_ids=[account.pk])
        return await tab.hear()

    assert play(alice, story) == NOT_SIGNED_IN


def _delete_session(user: User, session: SessionBase) -> None:
    session.delete()


def _deactivate(user: User, session: SessionBase) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


@pytest.mark.threat("E1")
@pytest.mark.parametrize("ends", [_delete_session, _deactivate])
def test_a_session_that_ends_unsaid_is_noticed(ends: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers.presence, "RENEW", 0.1)
    alice, _account = factories.person()
    session = session_of(alice)

    async def story(tab: Tab) -> Any:
        await asyncio.to_thread(ends, alice, session)
        return await tab.hear()

    assert play(alice, story, session) == NOT_SIGNED_IN


def test_a_tab_stays_open_while_redis_is_away(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers.presence, "RENEW", 0.05)
    alice, _account = factories.person()

    async def story(tab: Tab) -> Any:
        settings.REDIS_URL = "unix:///nowhere/redis.sock"
        await asyncio.sleep(0.3)
        await tab.say(QUESTION)
        return await tab.hear()

    assert play(alice, story) == {"alive": True}
