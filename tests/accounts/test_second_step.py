"""The second step: what it lets in and what not, by each door; setting one up and taking it away."""

import html
import re
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pyotp
import pytest
from django.conf import settings as live_settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client, RequestFactory
from pytest_django import Settings

from accounts import attempts, confirming, entering, known, second, secrets, sign_ins, staying
from accounts.models import AuditEntry, Authenticator, RecoveryCode, SignIn, User
from accounts.problems import CannotSignIn
from tests import factories
from tests.accounts.test_staying import browser, is_in, without_session
from webmail import sign_outs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_server")]
PASSWORD = "the-mailbox-s-own"
STEP = 59_000_000


@pytest.fixture
def mail_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes one password; that a real server is asked is what `test_sign_in` is for."""

    def person(request: Any, address: str, password: str) -> User:
        user = User.objects.filter(email=address).first()
        if user is None or password != PASSWORD:
            raise CannotSignIn("sign-in-refused", server="localhost")
        user.backend = live_settings.AUTHENTICATION_BACKENDS[0]
        return user

    monkeypatch.setattr(attempts, "person", person)


@pytest.fixture
def half_minutes(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Set the clock of codes, in half minutes from a beginning."""

    def at(step: int) -> None:
        monkeypatch.setattr(second, "time", lambda: (STEP + step) * 30 + 7.0)

    at(0)
    return at


@pytest.fixture
def alice(half_minutes: Callable[[int], None]) -> User:
    user, account = factories.person("alice@example.org", secret="sealed")
    factories.mailbox(account)
    return user


def set_up(user: User) -> pyotp.TOTP:
    """With an authenticator, whose codes are made here."""
    secret = pyotp.random_base32()
    Authenticator.objects.create(user=user, secret=secrets.seal_text(secret, f"authenticator|{user.pk}"))
    return pyotp.TOTP(secret)


def code(made: pyotp.TOTP, step: int = 0) -> str:
    return made.generate_otp(STEP + step)


def with_password(client: Client, password: str = PASSWORD, **fields: str) -> Any:
    return client.post("/sign-in", {"address": "alice@example.org", "password": password, **fields})


def is_nobody(client: Client) -> bool:
    return "_auth_user_id" not in client.session and not is_in(client)


# --- Signing in -------------------------------------------------------------------------------------------------------


def test_the_password_alone_lets_nobody_in(alice: User) -> None:
    made, client = set_up(alice), Client()
    answer = with_password(client, next="/settings/activity")
    assert answer["Location"] == "/second-step?next=%2Fsettings%2Factivity"
    assert is_nobody(client)
    assert not SignIn.objects.exists()
    page = client.get("/second-step?next=/settings/activity")
    assert page.status_code == 200
    assert client.post("/second-step", {"code": code(made), "next": "/settings/activity"})["Location"] == (
        "/settings/activity"
    )
    assert is_in(client)
    assert SignIn.objects.get().second


@pytest.mark.parametrize("next_", ["nowhere", "sign-out", "a:b", "%00", "//evil.example", "/?a=1&b=2"])
def test_next_is_an_address_and_no_view_s_name(alice: User, next_: str) -> None:
    client = browser(alice, stay=False)
    assert client.get("/sign-in", {"next": next_})["Location"] == (next_ if next_ == "/?a=1&b=2" else "/")
    made = set_up(alice)
    assert Client().get("/second-step", {"next": "/?a=1&b=2"})["Location"] == "/sign-in?next=%2F%3Fa%3D1%26b%3D2"
    with_password(client)
    assert client.post("/second-step", {"code": code(made), "next": next_})["Location"] in ("/", "/?a=1&b=2")


def test_from_the_sign_in_page_one_is_led_to_it(alice: User) -> None:
    set_up(alice)
    client = Client()
    with_password(client)
    assert client.get("/sign-in?next=/")["Location"] == "/second-step?next=%2F"
    assert client.post("/second-step", {"leave": "1"})["Location"] == "/sign-in"
    assert client.get("/sign-in").status_code == 200


def test_nothing_is_told_before_the_password_was_right(alice: User) -> None:
    ben, _account = factories.person("ben@example.org")
    set_up(alice)
    pages = [
        Client().post("/sign-in", {"address": address, "password": "wrong"})
        for address in ("alice@example.org", "ben@example.org", "nobody@example.org")
    ]
    texts = {
        re.sub(r"(alice|ben|nobody)@|name=\"csrfmiddlewaretoken\" value=\"[^\"]*\"", "", page.content.decode())
        for page in pages
    }
    assert len(texts) == 1
    assert {page.status_code for page in pages} == {403}
    for address in ("/second-step", "/second-step/passkey"):
        answer = Client().post(address, {"code": "123456"})
        assert answer.status_code == 403 or answer["Location"].startswith("/sign-in")


@pytest.mark.parametrize(("step", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_is_good_for_a_while(alice: User, step: int, taken: bool) -> None:
    assert second.takes(alice, code(set_up(alice), step)) == taken


def test_a_code_is_good_once(alice: User) -> None:
    made = set_up(alice)
    assert second.takes(alice, f"{code(made)[:3]} {code(made)[3:]}")
    assert not second.takes(alice, code(made))
    assert not second.takes(alice, code(made, -1)), "nor is an older one after it"
    assert second.takes(alice, code(made, 1))


def test_a_recovery_code_is_good_once_and_for_its_person_alone(alice: User) -> None:
    set_up(alice)
    ben, _account = factories.person("ben@example.org")
    codes = second.new_recovery_codes(alice)
    assert len(set(codes)) == 10
    assert not second.takes(ben, codes[0])
    assert second.takes(alice, codes[0].upper())
    assert not second.takes(alice, codes[0])
    assert RecoveryCode.objects.count() == 9
    kept = str(list(RecoveryCode.objects.values_list("digest", flat=True)))
    assert not any(each.replace("-", "") in kept for each in codes), "they lie there as digests"
    second.new_recovery_codes(alice)
    assert not second.takes(alice, codes[1])


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_with_one_code_one_comes_in() -> None:
    alice, _account = factories.person("alice@example.org")
    codes, both, taken = second.new_recovery_codes(alice), Barrier(2), list[bool]()

    def come(code: str) -> None:
        try:
            both.wait()
            taken.append(second.takes(alice, code))
        finally:
            connection.close()

    for code in codes[:4]:
        threads = [Thread(target=come, args=(code,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(taken) == [False] * 4 + [True] * 4


@pytest.mark.parametrize("typed", ["", "000000", "12345", "1234567", "aaaa-aaaa-aaaa-aaaa", "\0", "１２３４５６"])
def test_anything_else_is_refused(alice: User, typed: str) -> None:
    set_up(alice)
    client = Client()
    with_password(client)
    answer = client.post("/second-step", {"code": typed})
    assert answer.status_code == 403
    assert is_nobody(client)
    assert AuditEntry.objects.filter(kind="second-factor-refused", user=alice).exists()


@pytest.mark.usefixtures("still_clock")
def test_guessing_is_throttled(alice: User) -> None:
    made, client = set_up(alice), Client()
    with_password(client)
    wrong = [client.post("/second-step", {"code": "000000"}).status_code for _ in range(5)]
    assert wrong == [403] * 5
    elsewhere = Client(REMOTE_ADDR="203.0.113.7")
    with_password(elsewhere)
    for each in (client, elsewhere):
        assert each.post("/second-step", {"code": code(made)}).status_code == 429
        assert is_nobody(each)
    hers, request = Client(), RequestFactory().get("/")
    known.remember(request, alice.email)
    hers.cookies[known.COOKIE] = request.known_token  # type: ignore[attr-defined]
    with_password(hers)
    hers.post("/second-step", {"code": code(made)})
    assert is_in(hers), "her own browser is not slowed"


def test_the_password_is_asked_again_when_one_takes_too_long(alice: User) -> None:
    made, client = set_up(alice), Client()
    with_password(client)
    session = client.session
    session["pending"] = session["pending"] | {"at": session["pending"]["at"] - 601}
    session.save()
    assert client.post("/second-step", {"code": code(made)})["Location"].startswith("/sign-in")
    assert is_nobody(client)


# --- Other doors ------------------------------------------------------------------------------------------------------


def test_the_websocket_knows_nobody_before_the_second_step(alice: User) -> None:
    set_up(alice)
    client = Client()
    with_password(client)
    assert not sign_outs.is_signed_in(str(client.session.session_key), alice.pk)


def test_a_sign_in_that_stays_from_before_does_not_come_back(alice: User) -> None:
    client = without_session(browser(alice, stay=True))
    set_up(alice)
    assert not is_in(client)
    assert client.cookies[staying.COOKIE].value == ""


def test_one_that_passed_it_comes_back_without_it(alice: User) -> None:
    made, client = set_up(alice), Client()
    with_password(client, stay="on")
    client.post("/second-step", {"code": code(made)})
    assert is_in(without_session(client))
    assert client.session[second.PASSED]
    assert not client.session.get(entering.CONFIRMED), "but for what is sensitive it is asked"


def test_signing_in_as_another_leaves_the_first_and_waits(alice: User) -> None:
    ben, account = factories.person("ben@example.org")
    factories.mailbox(account)
    client = browser(ben, stay=False)
    set_up(alice)
    with_password(client)
    assert is_nobody(client)


# --- The admin --------------------------------------------------------------------------------------------------------


@pytest.fixture
def operator() -> User:
    return User.objects.create_superuser("root@example.org", "a-password-of-our-own")


def at_the_desk() -> tuple[Client, Any]:
    client = Client()
    fields = {"username": "root@example.org", "password": "a-password-of-our-own", "next": "/admin/"}
    return client, client.post("/admin/login/", fields)


def test_an_operator_sets_one_up_before_the_admin_opens(
    operator: User, environment: Callable[..., None], half_minutes: Callable[[int], None]
) -> None:
    environment(admin_second_factor=True)
    client, answer = at_the_desk()
    assert answer["Location"] == "/admin/"
    assert client.get("/admin/", follow=True).redirect_chain[-1][0] == "/second-steps/authenticator"
    page = client.get("/second-steps/authenticator").content.decode()
    sealed, secret = read(page)
    answer = client.post("/second-steps/authenticator", {"sealed": sealed, "code": code(pyotp.TOTP(secret))})
    assert answer.content.decode().count("<li><code>") == 10
    assert client.get("/admin/").status_code == 200


def test_an_operator_s_password_is_not_enough(operator: User, half_minutes: Callable[[int], None]) -> None:
    made = set_up(operator)
    client, answer = at_the_desk()
    assert answer["Location"] == "/second-step?next=%2Fadmin%2F"
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    assert is_nobody(client)
    answer = client.post("/second-step", {"code": code(made), "next": "/admin/"})
    assert client.get(answer["Location"]).status_code == 200
    assert AuditEntry.objects.get(kind="sign-in").facts["place"] == "admin"


def test_the_admin_is_where_the_operator_put_it(settings: Settings) -> None:
    from django.urls import reverse

    assert reverse("admin:index") == f"/{settings.ENV.admin_path}/"


# --- Setting one up ---------------------------------------------------------------------------------------------------


def read(page: str) -> tuple[str, str]:
    """The sealed secret, and the one for people to type."""
    sealed = re.search(r'name="sealed" value="([^"]*)"', page)
    letters = re.search(r"<code>([A-Z2-7 ]*)</code>", page)
    assert sealed and letters
    return html.unescape(sealed[1]), letters[1].replace(" ", "")


def test_setting_up_codes(alice: User) -> None:
    here, there = browser(alice, stay=False), browser(alice, stay=True)
    page = here.get("/second-steps/authenticator").content.decode()
    assert 'src="data:image/png;base64,' in page
    sealed, secret = read(page)
    assert here.post("/second-steps/authenticator", {"sealed": sealed, "code": "000000"}).status_code == 422
    assert not Authenticator.objects.exists()
    answer = here.post("/second-steps/authenticator", {"sealed": sealed, "code": code(pyotp.TOTP(secret))})
    codes = re.findall(r"<li><code>([^<]*)</code>", answer.content.decode())
    assert is_in(here)
    assert not is_in(there), "it has passed no second step"
    assert secret not in Authenticator.objects.get().secret
    assert second.takes(alice, codes[0])


def test_a_secret_that_was_sealed_for_another_is_not_taken(alice: User) -> None:
    ben, _account = factories.person("ben@example.org")
    client = browser(alice, stay=False)
    answer = client.post("/second-steps/authenticator", {"sealed": second.new_secret(ben), "code": "123456"})
    assert answer.status_code == 200
    assert not Authenticator.objects.exists()


def test_taking_it_away(alice: User) -> None:
    set_up(alice)
    second.new_recovery_codes(alice)
    client = browser(alice, stay=False)
    assert client.post("/second-steps/remove")["Location"] == "/settings/security?done=removed"
    assert not second.is_set_up(alice)
    assert not RecoveryCode.objects.exists()
    assert AuditEntry.objects.filter(kind="second-factor-removed", user=alice).exists()


def test_the_operator_takes_it_away_for_who_has_lost_everything(alice: User) -> None:
    set_up(alice)
    second.new_recovery_codes(alice)
    client = browser(alice, stay=False)
    call_command("removesteps", "Alice@example.org")
    assert not second.is_set_up(alice)
    assert not is_in(client)
    with pytest.raises(CommandError):
        call_command("removesteps", "nobody@example.org")


SENSITIVE = [
    ("get", "/second-steps/authenticator"), ("post", "/second-steps/authenticator"), ("get", "/second-steps/passkey"),
    ("post", "/second-steps/passkey"), ("post", "/second-steps/passkey/options"), ("post", "/second-steps/remove"),
    ("post", "/second-steps/recovery-codes"), ("post", "/settings/security/end"),
    ("post", "/settings/security/end-others"), ("post", "/settings/security/background"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "address"), SENSITIVE)
def test_what_is_sensitive_is_confirmed_first(alice: User, method: str, address: str) -> None:
    client = long_signed_in(alice)
    before = SignIn.objects.count()
    answer = getattr(client, method)(address)
    assert answer["Location"].startswith("/confirm?next=")
    assert SignIn.objects.count() == before


def long_signed_in(user: User) -> Client:
    client = browser(user, stay=False)
    session = client.session
    session[entering.CONFIRMED] -= confirming.GOOD_FOR
    session.save()
    return client


def test_confirming_asks_for_the_password_and_the_second_step(alice: User) -> None:
    client, made = long_signed_in(alice), set_up(alice)
    assert client.get("/confirm?next=/second-steps/passkey").status_code == 200
    assert client.post("/confirm", {"password": "wrong"}).status_code == 403
    answer = client.post("/confirm", {"password": PASSWORD, "next": "/second-steps/passkey"})
    assert answer["Location"].startswith("/second-step?")
    assert client.get("/second-steps/passkey").status_code == 302, "the password alone does not do"
    answer = client.post("/second-step", {"code": code(made), "next": "/second-steps/passkey"})
    assert answer["Location"] == "/second-steps/passkey"
    assert client.get("/second-steps/passkey").status_code == 200
    sign_ins.end([SignIn.objects.get()])
    assert not is_in(client), "it is still the session that the list knows"
    assert AuditEntry.objects.filter(kind="confirmed", user=alice).exists()


def test_signing_in_once_more_confirms_no_more_than_the_password_does(alice: User) -> None:
    made, client = set_up(alice), Client()
    with_password(client)
    client.post("/second-step", {"code": code(made)})
    session = client.session
    session[entering.CONFIRMED] -= confirming.GOOD_FOR
    session.save()
    assert with_password(client)["Location"].startswith("/second-step?")
    assert client.post("/second-steps/remove")["Location"].startswith("/confirm?"), "the password alone does not do"
    client.post("/second-step", {"code": code(made, 1)})
    assert client.post("/second-steps/remove")["Location"].endswith("done=removed")


@pytest.mark.parametrize("came", ["http://[", "http://testserver//evil.example/", "no address"])
def test_a_strange_referrer_leads_nowhere(alice: User, came: str) -> None:
    answer = long_signed_in(alice).post("/second-steps/remove", headers={"referer": came})
    assert answer["Location"].startswith("/confirm?next=")
    assert "evil" not in Client().get(f"/sign-in?{answer['Location'].partition('?')[2]}").content.decode()


def test_another_person_s_password_confirms_nothing(alice: User) -> None:
    client = long_signed_in(alice)
    User.objects.filter(pk=alice.pk).update(email="moved@example.org")
    factories.person("alice@example.org2")
    assert client.post("/confirm", {"password": "not-hers"}).status_code == 403


def test_keys_are_rotated(alice: User, settings: Settings, environment: Callable[..., None]) -> None:
    made = set_up(alice)
    old = settings.ENV.credential_keys
    environment(credential_keys=("another-key-of-the-tests-" * 3, *old))
    assert second.reseal(None) == (1, 0)
    environment(credential_keys=("another-key-of-the-tests-" * 3,))
    assert second.takes(alice, code(made))
