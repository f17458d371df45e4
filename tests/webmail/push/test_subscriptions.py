"""One browser is told of new mail, once, in the words its person wants, by a push service that opens what is sent."""

from datetime import time, timedelta
from typing import Any, cast

import pytest
from celery.exceptions import Retry
from django.conf import settings as configured
from django.utils import timezone

from accounts.models import Notifications, Preferences, PushSubscription, SignIn, User
from accounts.sign_ins import sweep
from imapbridge import presence
from imapbridge.models import Entry, Mailbox
from imapbridge.tasks import expect_mail
from tests import factories
from tests.servers.push_service import PushService
from tests.webmail.push.conftest import Told, sign_in
from webmail import tasks
from webmail.outside.places import NotAllowed
from webmail.push import notes, subscriptions
from webmail.push.encryption import LARGEST, KeyUnusable
from webmail.push.notes import Note, message_of


def test_new_mail_is_told_once(alice: Told, push_service: PushService) -> None:
    alice.tell()
    assert alice.browser.messages == []  # what was there before is no news
    made = factories.message(alice.inbox, "Cargo bike", seen=False)
    alice.tell()
    alice.tell()
    (message,) = alice.browser.messages
    (note,) = message["notes"]
    assert (note["title"], note["body"]) == ("Wren Calloway", "Cargo bike")
    assert (note["url"], note["tag"]) == (f"/message/{made.pk}/", f"message-{made.pk}")
    assert message_of(note["token"], alice.user) == made.pk
    assert message["unread"] == 2
    assert push_service.faults == []


def test_several_are_told_oldest_first_and_many_as_a_number(alice: Told) -> None:
    for number in range(3):
        factories.message(alice.inbox, f"Letter {number}", seen=False)
    alice.tell()
    assert alice.browser.bodies == ["Letter 0", "Letter 1", "Letter 2"]
    for number in range(4):
        factories.message(alice.inbox, f"More {number}", seen=False)
    alice.tell()
    (note,) = alice.browser.messages[-1]["notes"]
    assert (note["title"], note["body"]) == ("Inbox", "4 new messages in Inbox")
    assert note["url"] == f"/mailbox/{alice.inbox.pk}/"


def test_what_is_no_news(alice: Told) -> None:
    factories.message(alice.inbox, "Read on the phone")
    draft = factories.message(alice.inbox, "A draft", seen=False)
    Entry.objects.filter(message=draft).update(draft=True)
    gone = factories.message(alice.inbox, "Deleted", seen=False)
    Entry.objects.filter(message=gone).update(expunged=True)
    elsewhere = factories.message(factories.mailbox(alice.account, "Lists"), "In another mailbox", seen=False)
    moved = Entry.objects.get(message=elsewhere)
    moved.pk, moved.mailbox, moved.uid = None, alice.inbox, 50
    moved.save()
    alice.tell()
    assert alice.browser.messages == []


def test_the_mailboxes_that_are_chosen(alice: Told) -> None:
    lists = factories.mailbox(alice.account, "Lists")
    alice.tell()
    Notifications.objects.create(account=alice.account, mailboxes=["Lists"])
    factories.message(lists, "Digest", seen=False)
    factories.message(alice.inbox, "Cargo bike", seen=False)
    alice.tell()
    assert alice.browser.bodies == ["Digest"]
    Notifications.objects.update(mailboxes=["INBOX", "Lists"])
    alice.tell()
    assert alice.browser.bodies == ["Digest"]  # choosing a mailbox does not tell of what lies in it


def test_in_private_nothing_of_the_message_is_sent(alice: Told) -> None:
    Notifications.objects.create(account=alice.account, private=True)
    factories.message(alice.inbox, "Test results", seen=False)
    alice.tell()
    (note,) = alice.browser.messages[0]["notes"]
    assert (note["title"], note["body"], note["token"]) == ("Whimbrel", "1 new message in Inbox", "")


def test_quiet_hours_are_the_persons(alice: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = Notifications.objects.create(account=alice.account, quiet_from=time(22), quiet_until=time(7))
    Preferences.objects.create(user=alice.user, time_zone="Asia/Tokyo")
    night = timezone.now().replace(hour=14, minute=30)  # half past eleven in Tokyo
    monkeypatch.setattr(subscriptions.timezone, "now", lambda: night)
    factories.message(alice.inbox, "At night", seen=False)
    alice.tell()
    chosen.quiet_from = chosen.quiet_until = None
    chosen.save()
    factories.message(alice.inbox, "In the morning", seen=False)
    alice.tell()
    assert alice.browser.bodies == ["In the morning"]


def test_a_mirror_that_is_made_anew_tells_nothing_again(alice: Told) -> None:
    factories.message(alice.inbox, "Cargo bike", seen=False)
    alice.tell()
    Mailbox.objects.all().delete()
    again = factories.mailbox(alice.account)
    for subject in ("Of yesterday", "Cargo bike"):
        factories.message(again, subject, seen=False)
    alice.tell()
    assert alice.browser.bodies == ["Cargo bike"]
    factories.message(again, "Paint", seen=False)
    alice.tell()
    assert alice.browser.bodies == ["Cargo bike", "Paint"]


def test_other_uids_are_a_new_beginning(alice: Told) -> None:
    Mailbox.objects.filter(pk=alice.inbox.pk).update(uid_validity=7)
    alice.tell()
    assert alice.browser.messages == []
    factories.message(alice.inbox, "Paint", seen=False)
    alice.tell()
    assert alice.browser.bodies == ["Paint"]


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_left_is_forgotten(alice: Told, push_service: PushService, status: int) -> None:
    push_service.answers.append(status)
    factories.message(alice.inbox, "Cargo bike", seen=False)
    alice.tell()
    assert not PushSubscription.objects.exists()
    alice.tell()
    assert len(push_service.requests) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_service_that_asks_for_patience_gets_it_again(alice: Told, push_service: PushService, status: int) -> None:
    push_service.answers.append(status)
    factories.message(alice.inbox, "Cargo bike", seen=False)
    with pytest.raises(subscriptions.Later):
        alice.tell()
    alice.tell()
    assert alice.browser.bodies == ["Cargo bike"]


def test_a_service_that_is_away(alice: Told, push_service: PushService) -> None:
    there = alice.browser.endpoint
    PushSubscription.objects.update(endpoint="https://localhost:1/x")
    factories.message(alice.inbox, "Cargo bike", seen=False)
    with pytest.raises(subscriptions.Later):
        alice.tell()
    PushSubscription.objects.update(endpoint=there)
    alice.tell()
    assert alice.browser.bodies == ["Cargo bike"]


def test_a_service_without_a_certificate_we_trust_gets_nothing(
    alice: Told, push_service: PushService, settings: Any
) -> None:
    from dataclasses import replace

    settings.ENV = replace(settings.ENV, tls_ca_file="")
    factories.message(alice.inbox, "Cargo bike", seen=False)
    with pytest.raises(subscriptions.Later):
        alice.tell()
    assert push_service.requests == []


def test_a_service_inside_our_network_is_given_up(alice: Told, push_service: PushService) -> None:
    PushSubscription.objects.update(endpoint="https://127.0.0.1/x")
    factories.message(alice.inbox, "Cargo bike", seen=False)
    alice.tell()
    assert push_service.requests == []
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize("status", [400, 403, 413])
def test_a_refusal_is_not_tried_again(alice: Told, push_service: PushService, status: int) -> None:
    push_service.answers.append(status)
    factories.message(alice.inbox, "Cargo bike", seen=False)
    alice.tell()
    alice.tell()
    assert len(push_service.requests) == 1


def test_signing_out_ends_it(alice: Told) -> None:
    SignIn.objects.all().delete()
    factories.message(alice.inbox, "Cargo bike", seen=False)
    alice.tell()
    assert alice.browser.messages == []


def test_a_sign_in_that_expired_hears_nothing(alice: Told) -> None:
    SignIn.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    factories.message(alice.inbox, "Cargo bike", seen=False)
    alice.tell()
    assert alice.browser.messages == []
    sweep()
    assert not PushSubscription.objects.exists()


def test_the_mail_of_who_is_told_is_expected_at_once_and_by_the_clock(alice: Told, settings: Any) -> None:
    assert alice.account.pk in presence.since(timezone.now().timestamp())
    presence.expect([])
    assert alice.account.pk not in presence.since(timezone.now().timestamp())
    expect_mail()
    assert alice.account.pk in presence.since(timezone.now().timestamp())
    clock = settings.CELERY_BEAT_SCHEDULE["expect-mail"]
    assert clock["task"] == expect_mail.name
    assert 2 * clock["schedule"] < presence.EXPECTED_FOR


def test_a_browser_that_another_person_uses_next_is_theirs(alice: Told) -> None:
    bob, account = factories.person("bob@example.com")
    box = factories.mailbox(account)
    row = sign_in(bob)
    subscriptions.subscribe(row, alice.browser.endpoint, alice.browser.key, alice.browser.secret)
    factories.message(alice.inbox, "For Alice", seen=False)
    factories.message(box, "For Bob", seen=False)
    for pk in PushSubscription.objects.values_list("pk", flat=True):
        subscriptions.deliver(pk)
    assert alice.browser.bodies == ["For Bob"]


def test_subscribing_again_keeps_what_was_told(alice: Told) -> None:
    factories.message(alice.inbox, "Cargo bike", seen=False)
    subscriptions.subscribe(alice.subscription.sign_in, alice.browser.endpoint, alice.browser.key, alice.browser.secret)
    alice.tell()
    assert alice.browser.bodies == ["Cargo bike"]


def test_what_is_no_subscription(alice: Told) -> None:
    row, browser = alice.subscription.sign_in, alice.browser
    with pytest.raises(NotAllowed):
        subscriptions.subscribe(row, "http://push.example/", browser.key, browser.secret)
    with pytest.raises(KeyUnusable):
        subscriptions.subscribe(row, browser.endpoint, browser.secret, browser.secret)


def test_a_key_is_kept_as_it_is_written_best(alice: Told) -> None:
    """base64 is read leniently: what is none of it is passed over, at any length."""
    row, browser = alice.subscription.sign_in, alice.browser
    subscriptions.subscribe(row, browser.endpoint, browser.key + "!" * 5000, browser.secret + "!" * 5000)
    alice.subscription.refresh_from_db()
    assert (alice.subscription.key, alice.subscription.secret) == (browser.key, browser.secret)


def test_of_two_at_once_for_one_browser_neither_fails(alice: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint, bob = f"{alice.browser.endpoint}/again", factories.person("bob@example.com")[0]
    rows = [sign_in(bob, "first"), sign_in(bob, "second")]
    begin = subscriptions._marks_now

    def meanwhile(user: User) -> Any:
        """After the others' rows were removed, and before its own is made."""
        monkeypatch.undo()
        subscriptions.subscribe(rows[1], endpoint, alice.browser.key, alice.browser.secret)
        return begin(user)

    monkeypatch.setattr(subscriptions, "_marks_now", meanwhile)
    subscriptions.subscribe(rows[0], endpoint, alice.browser.key, alice.browser.secret)
    assert PushSubscription.objects.get(endpoint=endpoint).sign_in == rows[0]


def test_two_devices_are_both_told(alice: Told, push_service: PushService) -> None:
    phone = push_service.browser()
    row = sign_in(alice.user, "Chrome on Android")
    subscriptions.subscribe(row, phone.endpoint, phone.key, phone.secret)
    factories.message(alice.inbox, "Cargo bike", seen=False)
    for pk in PushSubscription.objects.values_list("pk", flat=True):
        subscriptions.deliver(pk)
    assert alice.browser.bodies == phone.bodies == ["Cargo bike"]


def test_what_is_too_long_is_cut_not_lost() -> None:
    long = [Note("t" * 80, "语" * 160, f"message-{number}", "/", "m", "k" * 60) for number in range(12)]
    assert len(subscriptions.message(long, 5)) <= LARGEST


def test_a_token_is_one_persons_and_one_messages(alice: Told) -> None:
    bob, _account = factories.person("bob@example.com")
    factories.message(alice.inbox, "Cargo bike", seen=False)
    alice.tell()
    token = alice.browser.messages[0]["notes"][0]["token"]
    assert message_of(token, bob) is None
    assert message_of(token[:-1] + "x", alice.user) is None
    assert message_of("", alice.user) is None
    assert notes.SALT not in token


def test_many_calls_are_one_task(alice: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(tasks.push, "apply_async", lambda arguments, **_options: asked.append(arguments[0]))
    for _ in range(3):
        tasks.tell_soon(None, alice.account.pk)
    assert asked == [alice.subscription.pk]
    tasks.push.run(alice.subscription.pk)
    tasks.tell_soon(None, alice.account.pk)
    assert len(asked) == 2


def test_nobody_is_asked_for_where_nobody_listens(alice: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks.push, "apply_async", lambda *_a, **_o: pytest.fail("asked"))
    _bob, account = factories.person("bob@example.com")
    tasks.tell_soon(None, account.pk)


def test_a_service_that_asks_for_hours_is_asked_before_the_broker_gives_the_task_to_another(
    alice: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    def later(_subscription: int) -> None:
        raise subscriptions.Later(7200)

    monkeypatch.setattr(subscriptions, "deliver", later)
    task, options = tasks.push, cast("dict[str, Any]", configured.CELERY_BROKER_TRANSPORT_OPTIONS)
    for retries in range(tasks.RETRIES):
        task.push_request(id="x", args=(1,), kwargs={}, retries=retries, called_directly=False, is_eager=False)
        monkeypatch.setattr(task, "apply_async", lambda *_arguments, **_options: None)
        with pytest.raises(Retry) as again:
            task.run(alice.subscription.pk)
        task.pop_request()
        assert again.value.when <= options["visibility_timeout"] / 2
