"""Signing in, from the form through the bridge to a real mail server and back, and what may be in the way."""

import html
import logging
import re
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings as live_settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from accounts import secrets, staying
from accounts.models import Identity, MailAccount, MailDomain, SignIn, User
from tests.servers.bridge import Bridge, at, running_bridge
from tests.servers.dovecot import Dovecot
from tests.servers.dovecot import User as MailUser
from tests.servers.scripted import Expect, Say, ScriptedServer

pytestmark = pytest.mark.django_db(transaction=True)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"


def sign_in(client: Client, address: str, password: str = "wrong", **fields: Any) -> Any:
    return client.post(
        "/sign-in", {"address": address, "password": password, **fields}, headers={"user-agent": FIREFOX}
    )


def words(answer: HttpResponse) -> str:
    """What the page says, without markup."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())).split())


def queued() -> int:
    """Tasks that wait for a worker."""
    redis = cache._cache.get_client()  # type: ignore[attr-defined]
    return int(redis.llen("whimbrel:fast"))


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_the_mailboxs_password_lets_in(
    security: str, bridge: Bridge, dovecot: Dovecot, mail_user: MailUser, settings: Settings, client: Client
) -> None:
    settings.ENV = at(settings.ENV, dovecot, security)
    answer = sign_in(client, mail_user.address.upper(), mail_user.password)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    account = MailAccount.objects.get(address=mail_user.address)
    assert secrets.open_(account).reveal() == mail_user.password
    assert client.session["_auth_user_id"] == str(account.user_id)
    assert Identity.objects.get(account=account).address == mail_user.address
    assert not account.user.has_usable_password()
    assert queued() == 1


def test_a_sign_in_is_written_down(bridge: Bridge, mail_user: MailUser, client: Client) -> None:
    sign_in(client, mail_user.address, mail_user.password)
    row = SignIn.objects.get(user__email=mail_user.address)
    assert (row.device, row.network) == ("Firefox on Linux", "127.0.0.0/24")
    assert row.session_digest not in {"", client.session.session_key}


@pytest.mark.parametrize("stay", ["on", None])
def test_staying_signed_in(bridge: Bridge, mail_user: MailUser, client: Client, stay: str | None) -> None:
    """The session goes with the browser; what stays is a token that opens another."""
    sign_in(client, mail_user.address, mail_user.password, **({"stay": stay} if stay else {}))
    cookie = client.cookies[live_settings.SESSION_COOKIE_NAME]
    assert cookie["max-age"] == ""
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert (staying.COOKIE in client.cookies) == (stay is not None)
    assert SignIn.objects.get().stays == (stay is not None)


@pytest.mark.threat("E2")
def test_no_session_is_carried_over(bridge: Bridge, mail_user: MailUser, client: Client) -> None:
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    sign_in(client, mail_user.address, mail_user.password)
    assert client.session.session_key != before
    assert not client.session.exists(before or "")


@pytest.mark.threat("E3")
@pytest.mark.parametrize(
    ("target", "location"),
    [
        ("/mailbox/7/?only=unread", "/mailbox/7/?only=unread"),
        ("//evil.example/", "/"),
        ("https://evil.example/", "/"),
        ("http://testserver/", "http://testserver/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("\nhttps://evil.example", "/"),
        ("", "/"),
    ],
)
def test_next_leads_nowhere_but_here(
    bridge: Bridge, mail_user: MailUser, client: Client, target: str, location: str
) -> None:
    assert sign_in(client, mail_user.address, mail_user.password, next=target)["Location"] == location


def test_a_wrong_password(bridge: Bridge, mail_user: MailUser, client: Client) -> None:
    answer = sign_in(client, mail_user.address, "not-the-password-7d1")
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "localhost did not accept this address and password. Check both and try again." in words(answer)
    assert "<title>Error: Sign in" in page
    assert 'role="alert"' in page
    assert f'value="{mail_user.address}"' in page
    assert "not-the-password-7d1" not in page
    assert re.search(
        r'id="password"[^>]*aria-invalid="true"[^>]*aria-describedby="problem password-hint"[^>]*autofocus', page
    )
    assert not User.objects.filter(email=mail_user.address).exists()
    assert "_auth_user_id" not in client.session


@pytest.mark.threat("E5")
def test_an_unknown_person_reads_the_same(bridge: Bridge, mail_user: MailUser, client: Client) -> None:
    pages = []
    for address in (mail_user.address, "nobody.at.all@example.org"):
        answer = sign_in(client, address)
        page = answer.content.decode().replace(address, "ADDRESS")
        pages.append((answer.status_code, re.sub(r'value="[^"]{64}"', "TOKEN", page)))
    assert pages[0] == pages[1]


def test_a_new_password_replaces_the_old(bridge: Bridge, dovecot: Dovecot, mail_user: MailUser, client: Client) -> None:
    sign_in(client, mail_user.address, mail_user.password)
    account = MailAccount.objects.get(address=mail_user.address)
    MailAccount.objects.update(refused=True)
    assert f'value="{mail_user.address}"' in client.get("/sign-in").content.decode()
    changed = dovecot.set_password(mail_user, "another-password")
    assert sign_in(client, changed.address, changed.password).status_code == 302
    renewed = MailAccount.objects.get(pk=account.pk)
    assert secrets.open_(renewed).reveal() == "another-password"
    assert (renewed.refused, renewed.secret_version) == (False, account.secret_version + 1)
    assert SignIn.objects.count() == 1


def test_the_same_password_leaves_connections_alone(bridge: Bridge, mail_user: MailUser) -> None:
    for _browser in range(2):
        sign_in(Client(), mail_user.address, mail_user.password)
    assert MailAccount.objects.get(address=mail_user.address).secret_version == 1
    assert SignIn.objects.count() == 2


def test_somebody_who_was_shut_out_is_not_let_in(bridge: Bridge, mail_user: MailUser, client: Client) -> None:
    User.objects.create_user(mail_user.address, is_active=False)
    assert sign_in(client, mail_user.address, mail_user.password).status_code == 403
    assert not MailAccount.objects.exclude(secret="").exists()


def test_another_person_takes_over_the_browser(bridge: Bridge, dovecot: Dovecot, client: Client) -> None:
    first, second = dovecot.user(), dovecot.user()
    sign_in(client, first.address, first.password)
    sign_in(client, second.address, second.password)
    assert list(SignIn.objects.values_list("user__email", flat=True)) == [second.address]
    assert MailAccount.objects.get(address=first.address).secret == ""


@pytest.mark.threat("B6", "E2")
def test_nobody_can_be_signed_in_by_a_foreign_page(bridge: Bridge, mail_user: MailUser) -> None:
    browser = Client(enforce_csrf_checks=True)
    answer = sign_in(browser, mail_user.address, mail_user.password)
    assert answer.status_code == 403
    assert "This page was too old" in words(answer)
    assert not SignIn.objects.exists()


# --- What may be in the way -------------------------------------------------------------------------------------------


def test_a_certificate_of_nobody_we_trust(
    dovecot: Dovecot, mail_user: MailUser, settings: Settings, client: Client
) -> None:
    settings.ENV = replace(at(settings.ENV, dovecot), tls_ca_file="")
    with running_bridge(settings):
        answer = sign_in(client, mail_user.address, mail_user.password)
    assert mail_user.address not in dovecot.log
    assert answer.status_code == 503
    assert "The connection to localhost is not safe" in words(answer)
    assert "its certificate has expired or is not trusted" in words(answer)


def test_a_server_that_is_not_there(bridge: Bridge, settings: Settings, client: Client) -> None:
    with ScriptedServer() as gone:
        port = gone.port
    settings.ENV = replace(settings.ENV, imap_host="localhost", imap_port=port)
    answer = sign_in(client, "ann@example.org")
    assert answer.status_code == 503
    assert "localhost cannot be reached." in words(answer)


def test_a_server_that_hangs(bridge: Bridge, settings: Settings, client: Client) -> None:
    with ScriptedServer() as silent:
        settings.ENV = replace(settings.ENV, imap_host="localhost", imap_port=silent.port, imap_timeout=1)
        answer = sign_in(client, "ann@example.org")
        assert silent.connections == 1
    assert answer.status_code == 503
    assert "localhost did not answer in time." in words(answer)


@pytest.mark.servers
def test_the_servers_words_stay_outside(settings: Settings, client: Client) -> None:
    evil = b"<script>alert(1)</script>"
    script = [
        Say(b"* OK [CAPABILITY IMAP4rev1] " + evil + b"\r\n"),
        Expect(rb"LOGIN"),
        Say(b"{tag} NO [AUTHENTICATIONFAILED] " + evil + b"\r\n"),
    ]
    with ScriptedServer(script) as server:
        settings.ENV = replace(
            settings.ENV, imap_host="localhost", imap_port=server.port, imap_security="plain", allow_plaintext=True,
            imap_timeout=5,
        )  # fmt: skip
        with running_bridge(settings):
            answer = sign_in(client, "ann@example.org", "secret")
        assert server.faults == []
    assert answer.status_code == 403
    assert b"alert(1)" not in answer.content


def test_the_bridge_is_not_running(settings: Settings, client: Client) -> None:
    settings.ENV = replace(settings.ENV, imap_host="localhost", bridge="/nowhere/bridge.sock")
    answer = sign_in(client, "ann@example.org")
    assert answer.status_code == 503
    assert "A part of this webmail is not running at the moment." in words(answer)


def test_redis_is_not_running(settings: Settings, client: Client) -> None:
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "unix:///nowhere/redis.sock"}}
    answer = sign_in(client, "ann@example.org")
    assert answer.status_code == 503
    assert "A part of this webmail is not running at the moment." in words(answer)


def test_a_domain_without_servers(client: Client) -> None:
    answer = sign_in(client, "ann@nowhere.example")
    assert answer.status_code == 400
    assert "No mail server is set up here for addresses at nowhere.example." in words(answer)
    assert re.search(r'id="address"[^>]*aria-invalid="true"[^>]*autofocus', answer.content.decode())


def test_a_domain_without_encryption(client: Client) -> None:
    MailDomain.objects.create(name="example.net", imap_host="localhost", imap_security="plain")
    answer = sign_in(client, "ann@example.net")
    assert "set up without encryption" in words(answer)


@pytest.mark.usefixtures("still_clock")
def test_too_many_attempts(bridge: Bridge, mail_user: MailUser, client: Client) -> None:
    for _attempt in range(5):
        assert sign_in(client, mail_user.address).status_code == 403
    answer = sign_in(client, mail_user.address, mail_user.password)
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 15
    assert f"Wait {answer['Retry-After']} second" in words(answer)
    other = Client(REMOTE_ADDR="198.51.100.7")
    assert sign_in(other, mail_user.address, mail_user.password).status_code == 302


def test_an_outage_counts_against_nobody(settings: Settings, client: Client) -> None:
    settings.ENV = replace(settings.ENV, imap_host="localhost", bridge="/nowhere/bridge.sock")
    assert {sign_in(client, "ann@example.org").status_code for _ in range(10)} == {503}


@pytest.mark.parametrize(
    ("address", "password"),
    [
        ("", ""),
        ("ann", "secret"),
        ("ann@example.org", ""),
        ("ann@example.org", "a\r\nb LOGIN c d"),
        ("ann@example.org", "a\0b"),
        ("ann\r\n@example.org", "secret"),
        ("ann@example.org\0", "secret"),
        ("a" * 5000 + "@example.org", "secret"),
        ("ann@example.org", "s" * 5000),
        ("<script>alert(1)</script>@example.org", "secret"),
        ('"><script>alert(1)</script>', "secret"),
    ],
)
def test_what_cannot_be_an_address_or_a_password(client: Client, address: str, password: str) -> None:
    answer = sign_in(client, address, password)
    assert answer.status_code == 400
    assert "Enter your whole email address" in words(answer)
    assert b"<script>alert" not in answer.content


@pytest.mark.threat("E7")
def test_the_password_is_written_nowhere(
    dovecot: Dovecot, mail_user: MailUser, settings: Settings, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """E7: neither logs, nor Redis with sessions and tasks in it, nor the database."""
    caplog.set_level(logging.DEBUG)
    settings.ENV = replace(at(settings.ENV, dovecot), log_level="DEBUG")
    with running_bridge(settings) as bridge:
        sign_in(client, mail_user.address, f"{mail_user.password}-mistyped")
        sign_in(client, mail_user.address, mail_user.password)
        said = bridge.log
    redis = cache._cache.get_client()  # type: ignore[attr-defined]
    kept = repr([redis.dump(key) for key in redis.keys("*")])
    assert MailAccount.objects.exclude(secret="").count() == 1
    for place in (caplog.text, said, kept, _whole_database()):
        assert len(place) > 0
        assert mail_user.password not in place


def _whole_database() -> str:
    with connection.cursor() as cursor:
        rows = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows += cursor.fetchall()
    return repr(rows)
