"""The admin: its own password, its own throttle, and nothing of a mailbox's secrets."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import MailAccount, MailDomain, User

pytestmark = pytest.mark.django_db
PASSWORD = "a-password-of-our-own"


@pytest.fixture
def operator() -> User:
    return User.objects.create_superuser("root@example.org", PASSWORD)


@pytest.fixture
def desk(operator: User) -> Client:
    client = Client()
    answer = client.post("/admin/login/", {"username": "Root@example.org", "password": PASSWORD, "next": "/admin/"})
    assert answer.status_code == 302
    return client


@pytest.mark.parametrize("model", ["user", "maildomain", "mailaccount", "signin"])
def test_every_list_and_form_opens(desk: Client, alice: MailAccount, model: str) -> None:
    answer = desk.get(f"/admin/accounts/{model}/")
    assert answer.status_code == 200
    assert "Whimbrel</a>" in answer.text
    assert desk.get(f"/admin/accounts/{model}/add/").status_code == (403 if model == "signin" else 200)


def test_a_mail_account_shows_no_secret(desk: Client, alice: MailAccount) -> None:
    MailAccount.objects.update(secret="v1.sealed.marker")
    answer = desk.get(f"/admin/accounts/mailaccount/{alice.pk}/change/")
    assert answer.status_code == 200
    assert b"sealed" not in answer.content


def test_people_can_be_added_and_changed(desk: Client, alice: MailAccount) -> None:
    fields = {
        "email": "new@example.org",
        "usable_password": "false",
        "preferences-TOTAL_FORMS": 0,
        "preferences-INITIAL_FORMS": 0,
    }
    assert desk.post("/admin/accounts/user/add/", fields).status_code == 302
    assert not User.objects.get(email="new@example.org").has_usable_password()
    assert desk.get(f"/admin/accounts/user/{alice.user_id}/change/").status_code == 200


def test_a_domain_is_stored_as_it_is_compared(desk: Client) -> None:
    values = {
        "name": "BÜCHER.example", "imap_host": "imap.example", "imap_port": 993, "imap_security": "tls",
        "smtp_host": "", "smtp_port": 465, "smtp_security": "tls", "sieve_port": 4190, "sieve_security": "tls",
        "least_tls": "1.2",
    }  # fmt: skip
    assert desk.post("/admin/accounts/maildomain/add/", values).status_code == 302
    assert MailDomain.objects.get().name == "xn--bcher-kva.example"


def test_a_domain_without_encryption_is_refused(desk: Client) -> None:
    values = {
        "name": "example.net", "imap_host": "imap.example", "imap_port": 143, "imap_security": "plain",
        "smtp_host": "", "smtp_port": 465, "smtp_security": "tls", "sieve_port": 4190, "sieve_security": "tls",
        "least_tls": "1.2",
    }  # fmt: skip
    answer = desk.post("/admin/accounts/maildomain/add/", values)
    assert b"WEBMAIL_ALLOW_PLAINTEXT" in answer.content
    assert not MailDomain.objects.exists()


def test_a_mailboxs_password_opens_no_admin(operator: User, client: Client) -> None:
    client.force_login(operator, backend="imapbridge.login.MailboxBackend")
    assert client.get("/admin/")["Location"].startswith("/admin/login/")


def test_a_person_is_no_operator(alice: MailAccount, client: Client) -> None:
    client.force_login(alice.user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/admin/")["Location"].startswith("/admin/login/")


@pytest.mark.usefixtures("still_clock")
def test_guessing_is_slow_here_too(operator: User, environment: Callable[..., None], client: Client) -> None:
    for _attempt in range(5):
        client.post("/admin/login/", {"username": "root@example.org", "password": "wrong"})
    answer = client.post("/admin/login/", {"username": "root@example.org", "password": PASSWORD})
    assert b"This was tried too often" in answer.content
    assert "_auth_user_id" not in client.session
