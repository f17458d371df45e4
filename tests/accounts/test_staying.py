"""How long a sign-in lasts, and how one that stays comes back: each token once, and a stolen one ends it all."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as live_settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts import entering, lifetimes, sign_ins, staying
from accounts.models import AuditEntry, MailAccount, PushSubscription, SignIn, User
from tests import factories
from webmail.staying import Staying

pytestmark = pytest.mark.django_db
HOME = "/settings/security"
NOW = 1_800_000_000


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`clock.now` may be set."""

    class Clock:
        now = float(NOW)

        def __call__(self) -> float:
            return self.now

    made = Clock()
    monkeypatch.setattr(lifetimes, "time", made)
    return made


def browser(user: User, *, stay: bool) -> Client:
    """Signed in as by the page, without a mail server."""
    client = Client()
    client.force_login(user, live_settings.AUTHENTICATION_BACKENDS[0])
    request: Any = client.get(HOME).wsgi_request
    entering.complete(request, user, live_settings.AUTHENTICATION_BACKENDS[0], stay=stay, passed=False, place="")
    request.session.save()
    client.cookies[live_settings.SESSION_COOKIE_NAME] = request.session.session_key
    if stay:
        client.cookies[staying.COOKIE] = request.stay_token
    return client


def is_in(client: Client) -> bool:
    return client.get(HOME).status_code == 200


def without_session(client: Client) -> Client:
    """As when the browser was closed."""
    del client.cookies[live_settings.SESSION_COOKIE_NAME]
    return client


@pytest.fixture
def alice() -> User:
    user, account = factories.person("alice@example.org", secret="sealed")
    factories.mailbox(account)
    return user


@pytest.mark.parametrize(
    ("minutes", "lasts"), [([36], True), ([37], False), ([30] * 4, True), ([30] * 24, False)], ids=str
)
def test_idle_and_absolute(alice: User, clock: Any, minutes: list[int], lasts: bool) -> None:
    """Half an hour, and what the note of its use may be behind; twelve hours however much it is used."""
    client = browser(alice, stay=False)
    for step in minutes[:-1]:
        clock.now += step * 60
        is_in(client)
    clock.now += minutes[-1] * 60
    if len(minutes) == 24:
        clock.now += 1
    assert is_in(client) == lasts


def test_use_is_written_down_seldom_and_not_for_what_a_page_asks_by_itself(alice: User, clock: Any) -> None:
    client = browser(alice, stay=False)
    box = alice.accounts.get().mailboxes.get()
    row = SignIn.objects.get()
    SignIn.objects.update(used_at=row.created_at)
    for minutes, path, noted in ((5, HOME, False), (2, f"/mailbox/{box.pk}/changes?since=0", False), (0, HOME, True)):
        clock.now += minutes * 60
        client.get(path)
        assert (SignIn.objects.get().used_at != row.created_at) == noted, path


def test_a_sign_in_that_stays_comes_back_with_another_token(alice: User) -> None:
    client = without_session(browser(alice, stay=True))
    before = client.cookies[staying.COOKIE].value
    assert is_in(client)
    cookie = client.cookies[staying.COOKIE]
    assert cookie.value not in {"", before}
    assert (cookie["max-age"], cookie["httponly"], cookie["samesite"]) == (14 * 86_400, True, "Lax")
    assert SignIn.objects.get().generation == 1
    assert is_in(without_session(client))


def test_it_is_over_with_the_session_when_it_does_not_stay(alice: User, clock: Any) -> None:
    stays, goes = browser(alice, stay=True), browser(alice, stay=False)
    clock.now += 13 * 3600
    assert (is_in(stays), is_in(goes)) == (True, False)


def test_requests_at_the_same_time_get_the_same_session(alice: User) -> None:
    client = without_session(browser(alice, stay=True))
    token = client.cookies[staying.COOKIE].value
    first, second = Client(), Client()
    for tab in (first, second):
        tab.cookies[staying.COOKIE] = token
        assert is_in(tab)
    assert first.session.session_key == second.session.session_key
    assert first.cookies[staying.COOKIE].value == second.cookies[staying.COOKIE].value


def test_a_token_that_comes_for_the_second_time_ends_the_sign_in(alice: User) -> None:
    client = without_session(browser(alice, stay=True))
    thief = Client()
    thief.cookies[staying.COOKIE] = client.cookies[staying.COOKIE].value
    assert is_in(client)
    SignIn.objects.update(rotated_at=timezone.now() - timedelta(minutes=2))
    assert not is_in(thief)
    assert not is_in(client), "nobody can tell which of the two was stolen from"
    assert not SignIn.objects.exists()
    assert MailAccount.objects.get().secret == ""
    assert AuditEntry.objects.filter(kind="session-revoked").get().facts["reason"] == "used-twice"


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: token.replace(".0:", ".1:"),
        lambda token: token.replace(".0:", ".-1:"),
        lambda token: "9" * 30 + token,
        lambda _token: "1.",
    ],
)
def test_a_token_that_we_did_not_make(alice: User, change: Any) -> None:
    client = without_session(browser(alice, stay=True))
    client.cookies[staying.COOKIE] = change(client.cookies[staying.COOKIE].value)
    assert not is_in(client)
    assert client.cookies[staying.COOKIE].value == ""
    assert SignIn.objects.exists()


@pytest.mark.parametrize("ends", ["expires", "barred", "signs out"])
def test_what_is_over_does_not_come_back(alice: User, ends: str) -> None:
    client = browser(alice, stay=True)
    token = client.cookies[staying.COOKIE].value
    if ends == "expires":
        SignIn.objects.update(expires_at=timezone.now())
    elif ends == "barred":
        User.objects.update(is_active=False)
    else:
        client.post("/sign-out")
        assert client.cookies[staying.COOKIE].value == ""
    client = without_session(client)
    client.cookies[staying.COOKIE] = token
    assert not is_in(client)


# --- The list ---------------------------------------------------------------------------------------------------------


def test_the_page_lists_them_and_ends_one_at_once(alice: User) -> None:
    here, there = browser(alice, stay=False), browser(alice, stay=True)
    page = here.get(HOME).content.decode()
    assert page.count("Signed in ") == 2
    assert page.count("This device") == 1
    other = SignIn.objects.get(stays=True)
    assert here.post("/settings/security/end", {"browser": other.pk})["Location"] == f"{HOME}?done=ended"
    assert not is_in(there)
    assert SESSION_KEY not in there.session
    assert is_in(here)
    assert AuditEntry.objects.filter(kind="session-revoked", user=alice).exists()


def test_all_others_at_once(alice: User) -> None:
    here, others = browser(alice, stay=False), [browser(alice, stay=True) for _ in range(2)]
    here.post("/settings/security/end-others")
    assert [is_in(each) for each in [here, *others]] == [True, False, False]


def test_nobody_ends_another_person_s(alice: User) -> None:
    ben, account = factories.person("ben@example.org")
    factories.mailbox(account)
    his = browser(ben, stay=False)
    browser(alice, stay=False).post("/settings/security/end", {"browser": SignIn.objects.get(user=ben).pk})
    assert is_in(his)


def test_a_session_whose_key_changes_can_still_be_ended(alice: User) -> None:
    client = browser(alice, stay=False)

    def changed(request: Any) -> HttpResponse:
        request.session.cycle_key()
        return HttpResponse()

    request: Any = client.get(HOME).wsgi_request
    Staying(changed)(request)
    client.cookies[live_settings.SESSION_COOKIE_NAME] = request.session.session_key
    assert is_in(client)
    sign_ins.end(list(SignIn.objects.all()))
    assert not is_in(client)


def test_one_that_was_brought_back_meanwhile_is_ended_too(alice: User) -> None:
    client = browser(alice, stay=True)
    seen = SignIn.objects.get()
    assert is_in(without_session(client))
    sign_ins.end([seen])
    assert not is_in(client)
    assert not is_in(without_session(client))


def test_a_session_whose_sealing_key_was_taken_away_is_ended_all_the_same(alice: User) -> None:
    there = browser(alice, stay=False)
    SignIn.objects.update(session="v1.gone.a.b.c")
    sign_ins.end(list(SignIn.objects.all()))
    assert not is_in(there)


# --- The password -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keeps", [True, False])
def test_the_password_stays_for_who_chose_it(alice: User, keeps: bool) -> None:
    client = browser(alice, stay=False)
    client.post("/settings/security/background", {"keeps": "on"} if keeps else {})
    client.post("/sign-out")
    assert bool(MailAccount.objects.get().secret) == keeps


def test_what_nobody_uses_is_swept_but_not_where_news_of_mail_is_wanted(alice: User) -> None:
    browser(alice, stay=False)
    row = SignIn.objects.get()
    SignIn.objects.update(used_at=timezone.now() - timedelta(hours=1))
    push = PushSubscription.objects.create(sign_in=row, endpoint="https://push.example/1", key="k", secret="s")
    sign_ins.sweep()
    assert SignIn.objects.exists()
    push.delete()
    sign_ins.sweep()
    assert not SignIn.objects.exists()
    assert MailAccount.objects.get().secret == ""


def test_a_password_that_came_no_further_than_the_second_step_is_forgotten(alice: User) -> None:
    MailAccount.objects.update(used_at=timezone.now() - timedelta(minutes=61))
    sign_ins.sweep()
    assert MailAccount.objects.get().secret == ""
