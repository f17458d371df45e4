"""Bodies that are there before they are asked for: which, how many, and whom they give way to."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from accounts.models import MailAccount
from imapbridge import client, presence, tasks
from imapbridge.bridge import prefetch
from imapbridge.bridge.prefetch import Prefetch, wanted
from imapbridge.models import Body, Entry, Mailbox, Message
from imapbridge.pool import Pool
from imapbridge.pool.credentials import in_thread
from imapbridge.sync.account import sync
from imapbridge.terms.part import Part
from tests.servers.bridge import Bridge, account_of, at
from tests.servers.dovecot import Dovecot, User
from tests.servers.letters import plain
from tests.servers.process import wait_until
from webmail.views import texts

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("threads_let_go")]
HTML = (
    b"Subject: both\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
    b"--b\r\n\r\nplainly\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>richly</p>\r\n--b--\r\n"
)


@pytest.fixture
def account(dovecot: Dovecot, mail_user: User, settings: Any) -> MailAccount:
    settings.ENV = at(settings.ENV, dovecot)
    return account_of(mail_user)


@pytest.fixture
def synced(account: MailAccount, dovecot: Dovecot, mail_user: User) -> MailAccount:
    """INBOX with three unread messages and one that was read; one in Junk."""
    for number in range(3):
        dovecot.append(mail_user, "INBOX", plain(f"Letter {number}"))
    dovecot.append(mail_user, "INBOX", HTML)
    uid = dovecot.append(mail_user, "INBOX", plain("Read"))
    dovecot.append(mail_user, "Junk", plain("Spam"))
    with dovecot.client(mail_user) as phone:
        phone.flag("INBOX", [uid], "\\Seen")
    sync_all(account)
    return account


def sync_all(account: MailAccount) -> None:
    while sync(account.pk):
        pass


def subjects(account: MailAccount, most: int = 20) -> list[str]:
    return [Message.objects.get(pk=one.message_id).subject for one in wanted(account.pk, most)]


# --- What is fetched --------------------------------------------------------------------------------------------------


def test_the_newest_unread_mail_but_no_junk(synced: MailAccount) -> None:
    assert set(subjects(synced)) == {"Letter 0", "Letter 1", "Letter 2", "both"}
    assert subjects(synced, most=1) == ["both"]
    assert subjects(synced, most=0) == []


def test_what_a_reader_shows_and_nothing_large(synced: MailAccount) -> None:
    [both] = [one for one in wanted(synced.pk, 20) if Message.objects.get(pk=one.message_id).subject == "both"]
    assert both.sections == ["2", "1", "HEADER"]
    long = Part("1", "text/plain", size=prefetch.LARGEST + 1)
    Message.objects.filter(subject="Letter 1").update(structure=long.to_json())
    Message.objects.filter(subject="Letter 2").update(structure=None, size=prefetch.LARGEST + 1)
    Message.objects.filter(subject="Letter 0").update(structure=None)
    assert set(subjects(synced)) == {"Letter 0", "both"}
    assert next(one for one in wanted(synced.pk, 20) if one.message_id != both.message_id).sections == [""]


def test_what_is_held_is_not_fetched_and_lets_no_older_one_in(synced: MailAccount) -> None:
    Body.objects.create(message=Message.objects.get(subject="both"), section="2", data=b"x")
    assert subjects(synced, most=1) == []


# --- That it is there -------------------------------------------------------------------------------------------------


def test_opening_what_was_fetched_asks_nobody(
    bridge: Bridge, synced: MailAccount, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    unread = Message.objects.filter(entries__seen=False, entries__mailbox__special_use="inbox")
    client.prefetch(synced.pk)
    wait_until(lambda: Body.objects.count() == 9, "the bodies")
    asked: list[str] = []
    monkeypatch.setattr(client, "_send", lambda _connection, path, *_rest: asked.append(path))
    for message in unread:
        shown = texts.readable(message)
        assert shown.kind in {"text", "html"}
        assert not shown.notices
        assert texts.framed(message)
    assert not asked
    assert not Entry.objects.filter(message__in=unread, seen=True).exists()
    sync_all(synced)
    assert Mailbox.objects.get(account=synced, special_use="inbox").unread == 4


def test_new_mail_of_an_account_that_somebody_has_open_is_fetched_after_its_sync(
    bridge: Bridge, account: MailAccount, dovecot: Dovecot, mail_user: User
) -> None:
    dovecot.deliver(mail_user, plain("Nobody looks"))
    tasks.sync_account(account.pk)
    presence.renew([account.pk])
    assert not Body.objects.exists()
    dovecot.deliver(mail_user, plain("Somebody looks"))
    tasks.sync_account(account.pk)
    wait_until(lambda: Body.objects.count() == 4, "the bodies")


def test_it_can_be_switched_off(account: MailAccount, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(client, "prefetch", asked.append)
    presence.renew([account.pk])
    settings.ENV = replace(settings.ENV, prefetch=0)
    tasks.sync_account(account.pk)
    assert asked == []
    settings.ENV = replace(settings.ENV, prefetch=1)
    tasks.sync_account(account.pk)
    assert asked == [account.pk]


# --- Whom it gives way to ---------------------------------------------------------------------------------------------


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(prefetch, "PAUSE", 0.05)
    yield


def test_it_waits_while_a_person_has_a_connection(synced: MailAccount, quick: None) -> None:
    async def story() -> None:
        pool = Pool()
        fetching = Prefetch(pool, most=20)
        async with pool.lease(synced.pk, seconds=30):
            fetching.wake(synced.pk)
            await asyncio.sleep(0.4)
            assert await in_thread(Body.objects.count) == 0
        while await in_thread(Body.objects.count) < 4:
            await asyncio.sleep(0.05)
        await fetching.close()
        await pool.close()

    asyncio.run(asyncio.wait_for(story(), 30))


def test_it_gives_up_when_they_go_on(synced: MailAccount, quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefetch, "PAUSES", 2)

    async def story() -> None:
        pool = Pool()
        fetching = Prefetch(pool, most=20)
        async with pool.lease(synced.pk, seconds=30):
            fetching.wake(synced.pk)
            while fetching._running:
                await asyncio.sleep(0.05)
        assert await in_thread(Body.objects.count) == 0
        await pool.close()

    asyncio.run(asyncio.wait_for(story(), 30))


def test_what_is_gone_stops_nothing(synced: MailAccount, dovecot: Dovecot, mail_user: User) -> None:
    newest = wanted(synced.pk, 20)[0].place.uid
    with dovecot.client(mail_user) as phone:
        phone.delete("INBOX", [newest])

    async def story() -> None:
        pool = Pool()
        fetching = Prefetch(pool, most=20)
        fetching.wake(synced.pk)
        while fetching._running:
            await asyncio.sleep(0.05)
        await pool.close()

    asyncio.run(asyncio.wait_for(story(), 30))
    assert Body.objects.count() == 6, "of each its text and its header"
