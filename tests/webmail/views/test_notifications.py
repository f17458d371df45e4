"""The settings of notifications as plain forms, which browsers are told, and what an open page and a button may do."""

import json
from datetime import time, timedelta
from typing import Any

import pytest
from django.conf import settings as configured
from django.test import Client
from django.utils import timezone

from accounts import sign_ins
from accounts.models import Notifications, PushSubscription, SignIn
from imapbridge.models import Entry, Mailbox
from tests import factories
from tests.servers.push_service import Browser
from tests.webmail.views.conftest import Person
from webmail.push import vapid
from webmail.push.notes import SALT

SETTINGS = "/settings/notifications"
ENDPOINT = "https://push.example/send/1"


@pytest.fixture
def browser() -> Browser:
    return Browser(ENDPOINT)


def signed_in(person: Person, device: str = "Firefox on Linux", *, here: bool = True) -> SignIn:
    """The row that a real sign-in leaves behind."""
    row = SignIn.objects.create(
        user=person.user, session_digest=device, device=device, expires_at=timezone.now() + timedelta(days=1)
    )
    if here:
        session = person.client.session
        session[sign_ins.FIELD] = row.pk
        session.save()
    return row


def subscribe(person: Person, browser: Browser, **other: str) -> Any:
    values = {"endpoint": browser.endpoint, "key": browser.key, "secret": browser.secret} | other
    return person.client.post(f"{SETTINGS}/device", values)


def save(person: Person, **values: Any) -> Any:
    return person.client.post(SETTINGS, values)


def test_the_page_with_the_defaults(alice: Person) -> None:
    factories.mailbox(alice.account, "Lists")
    page = alice.text(SETTINGS)
    assert 'value="INBOX" checked' in page
    assert 'value="Lists"><' in page
    assert f'data-key="{vapid.public_key()}"' in page
    assert "Empty: UTC." in page
    assert not Notifications.objects.exists()  # a GET changes nothing


def test_what_is_saved_stands_there_again(alice: Person) -> None:
    factories.mailbox(alice.account, "Lists")
    answer = save(alice, mailboxes=["Lists"], private="on", quiet_from="22:00", quiet_until="07:00")
    assert answer["Location"] == f"{SETTINGS}?saved=1"
    row = alice.account.notifications
    assert (row.mailboxes, row.private, row.quiet_from, row.quiet_until) == (["Lists"], True, time(22), time(7))
    page = alice.text(answer["Location"])
    assert 'value="Lists" checked' in page and 'value="INBOX" checked' not in page
    assert 'value="22:00"' in page and "Saved." in page
    save(alice)
    alice.account.notifications.refresh_from_db()
    assert (alice.account.notifications.mailboxes, alice.account.notifications.quiet_from) == ([], None)


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"quiet_from": "22:00"}, "Enter both times"),
        ({"quiet_until": "07:00"}, "Enter both times"),
        ({"quiet_from": "late", "quiet_until": "07:00"}, "Enter a time such as 22:00."),
        ({"mailboxes": ["Somebody else's"]}, "Select a valid choice"),
        ({"time_zone": "Europe/Atlantis"}, "Enter a time zone such as Europe/Berlin."),
        ({"time_zone": "Europe"}, "Enter a time zone such as Europe/Berlin."),
        ({"time_zone": "../../etc/passwd"}, "Enter a time zone such as Europe/Berlin."),
    ],
)
def test_what_can_not_be_saved_is_said(alice: Person, values: dict[str, Any], word: str) -> None:
    answer = save(alice, private="on", **values)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert word in page and "<title>Error: Notifications" in page
    assert 'aria-describedby="private-help" checked' in page
    assert not Notifications.objects.exists()


def test_the_clock_is_kept_for_all_that_shows_a_time(alice: Person) -> None:
    save(alice, mailboxes=["INBOX"], time_zone="Asia/Tokyo")
    assert alice.user.preferences.time_zone == "Asia/Tokyo"
    assert 'value="Asia/Tokyo"' in alice.text(SETTINGS)
    save(alice, mailboxes=["INBOX"])
    alice.user.preferences.refresh_from_db()
    assert alice.user.preferences.time_zone == ""


def test_nobody_is_told_of_what_they_send(alice: Person) -> None:
    for use in ("sent", "drafts", "trash", "junk"):
        factories.mailbox(alice.account, use.title(), special_use=use)
    page = alice.text(SETTINGS)
    assert 'name="mailboxes" value="Junk"' in page
    assert not any(f'name="mailboxes" value="{name}"' in page for name in ("Sent", "Drafts", "Trash"))


def test_a_browser_is_told_from_now_on(alice: Person, browser: Browser) -> None:
    row = signed_in(alice)
    factories.message(alice.inbox, seen=False)
    assert subscribe(alice, browser).status_code == 204
    assert (row.push.endpoint, row.push.key, row.push.secret) == (ENDPOINT, browser.key, browser.secret)
    assert row.push.told == {f"{alice.account.pk} INBOX": [1, 1]}
    assert subscribe(alice, browser).status_code == 204
    assert PushSubscription.objects.count() == 1


@pytest.mark.parametrize(
    "other",
    [
        {"endpoint": "http://push.example/"}, {"endpoint": "https://localhost:6379/"}, {"endpoint": ""}, {"key": "AA"},
        {"key": "\u00e9"}, {"secret": ""}, {"secret": "A" * 90}, {"endpoint": "https://push.example/" + "x" * 2000},
    ],
)  # fmt: skip
def test_what_is_no_subscription(alice: Person, browser: Browser, other: dict[str, str]) -> None:
    signed_in(alice)
    assert subscribe(alice, browser, **other).status_code == 400
    assert not PushSubscription.objects.exists()


def test_a_session_without_a_sign_in_is_not_told(alice: Person, browser: Browser) -> None:
    assert subscribe(alice, browser).status_code == 400


def test_this_browser_and_others_can_be_turned_off(alice: Person, bob: Person, browser: Browser) -> None:
    signed_in(alice)
    subscribe(alice, browser)
    phone = signed_in(alice, "Chrome on Android", here=False)
    other = Browser("https://push.example/send/2")
    values = {"endpoint": other.endpoint, "key": other.key, "secret": other.secret}
    pushed = PushSubscription.objects.create(sign_in=phone, **values)
    assert 'aria-label="Turn off Chrome on Android"' in alice.text(SETTINGS)
    assert "Turn off Firefox" not in alice.text(SETTINGS)
    bob.client.post(f"{SETTINGS}/forget", {"device": pushed.pk})
    assert PushSubscription.objects.count() == 2
    assert alice.client.post(f"{SETTINGS}/forget", {"device": pushed.pk})["Location"] == SETTINGS
    assert PushSubscription.objects.get().sign_in.device == "Firefox on Linux"
    alice.client.post(f"{SETTINGS}/forget", headers={"X-Requested-With": "fetch"})
    assert not PushSubscription.objects.exists()


def test_signing_out_takes_it_along(alice: Person, browser: Browser) -> None:
    signed_in(alice)
    subscribe(alice, browser)
    alice.client.post("/sign-out")
    assert not PushSubscription.objects.exists()


# --- What an open page may tell ---------------------------------------------------------------------------------------


def news(person: Person, marks: Any = None) -> Any:
    answer = person.client.post("/notifications/news", {} if marks is None else {"marks": json.dumps(marks)})
    assert answer.status_code == 200
    return answer.json()


def test_an_open_page_is_told_since_its_own_marks(alice: Person, bob: Person) -> None:
    factories.message(alice.inbox, "Of yesterday", seen=False)
    begin = news(alice)
    assert begin["notes"] == [] and begin["key"] == vapid.public_key()
    factories.message(alice.inbox, "Cargo bike", seen=False)
    told = news(alice, begin["marks"])
    assert [note["body"] for note in told["notes"]] == ["Cargo bike"]
    assert news(alice, told["marks"])["notes"] == []
    assert news(bob, begin["marks"])["notes"] == []


@pytest.mark.parametrize("marks", [5, [], {"INBOX": 1}, {"INBOX": [1]}, {"INBOX": [1, "x"]}, {"INBOX": [True, -1]}])
def test_marks_that_are_none_begin_anew(alice: Person, marks: Any) -> None:
    factories.message(alice.inbox, seen=False)
    assert news(alice, marks)["notes"] == []
    assert alice.client.post("/notifications/news", {"marks": "[" * 100_000}).status_code in {200, 400}


def test_an_open_page_keeps_the_marks_of_the_mailboxes_that_are_chosen(alice: Person) -> None:
    lists, plans = (factories.mailbox(alice.account, name) for name in ("Lists", "Plans"))
    assert list(news(alice)["marks"]) == [f"{alice.account.pk} INBOX"]
    save(alice, mailboxes=["INBOX", "Lists"])
    begin = news(alice)["marks"]
    assert set(begin) == {f"{alice.account.pk} INBOX", f"{alice.account.pk} Lists"}
    for box in (lists, plans):
        factories.message(box, f"In {box.name}", seen=False)
    save(alice, mailboxes=["Lists", "Plans"])
    told = news(alice, begin)
    assert [note["body"] for note in told["notes"]] == ["In Lists"]
    assert set(told["marks"]) == {f"{alice.account.pk} Lists", f"{alice.account.pk} Plans"}


def test_the_marks_of_many_mailboxes_fit(alice: Person) -> None:
    names = [f"Projects/Number {number}/Correspondence" for number in range(300)]
    for name in names:
        factories.mailbox(alice.account, name)
    save(alice, mailboxes=names)
    begin = news(alice)["marks"]
    assert len(json.dumps(begin)) > 8192
    factories.message(Mailbox.objects.get(name=names[-1]), "Cargo bike", seen=False)
    assert [note["body"] for note in news(alice, begin)["notes"]] == ["Cargo bike"]


# --- The button of a notification -------------------------------------------------------------------------------------


def token_of(person: Person) -> tuple[int, str]:
    begin = news(person)["marks"]
    made = factories.message(person.inbox, "Cargo bike", seen=False)
    return made.pk, news(person, begin)["notes"][0]["token"]


def press(person: Person, token: str) -> int:
    """As the service worker does, which has no form's token: Django's check is on."""
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person.user, backend=configured.AUTHENTICATION_BACKENDS[0])
    return int(strict.post("/notifications/read", {"token": token}).status_code)


def test_the_button_marks_as_read(alice: Person) -> None:
    message, token = token_of(alice)
    assert press(alice, token) == 204
    assert Entry.objects.get(message=message).seen


def test_it_needs_the_token_and_the_person(alice: Person, bob: Person) -> None:
    message, token = token_of(alice)
    assert press(bob, token) == 400
    assert press(alice, "") == 400
    assert press(alice, token[:-2]) == 400
    assert Client().post("/notifications/read", {"token": token}).status_code == 302
    assert not Entry.objects.get(message=message).seen


def test_a_message_that_is_gone_or_anothers(alice: Person, bob: Person) -> None:
    from django.core import signing

    message, _token = token_of(bob)
    for pk in (message, 999_999):
        assert press(alice, signing.dumps([alice.user.pk, pk], salt=SALT)) == 404
    assert press(alice, signing.dumps("nonsense", salt=SALT)) == 400
    assert not Entry.objects.get(message=message).seen


def test_other_forms_keep_their_check(alice: Person) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice.user, backend=configured.AUTHENTICATION_BACKENDS[0])
    for path in (SETTINGS, f"{SETTINGS}/device", f"{SETTINGS}/forget", "/notifications/news"):
        assert strict.post(path, {}).status_code == 403
