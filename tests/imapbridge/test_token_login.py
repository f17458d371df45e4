"""A provider's word in place of a mail password: a Dovecot that asks the provider about our access tokens, and what
becomes of the tokens: renewed in time by one at a time, ended, given back."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client
from pytest_django import Settings

from accounts import providers, secrets, sign_ins
from accounts.models import AuditEntry, LeftToken, MailAccount, SignIn
from accounts.oauth import metadata, returning
from accounts.oauth.grants import Tokens
from accounts.secrets import Secret
from accounts.steps import Authenticator
from imapbridge import submit
from imapbridge.errors import CommandFailed, ProviderAway, SignInRefused
from imapbridge.pool import credentials
from imapbridge.submit.link import Link
from imapbridge.sync import bulk
from imapbridge.wire.drivers import BlockingConnection, Server
from tests import factories
from tests.servers.bridge import at, running_bridge
from tests.servers.dovecot import Dovecot
from tests.servers.dovecot_config import Options
from tests.servers.oidc import OidcProvider
from tests.servers.process import running
from tests.servers.smtp import SmtpServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.servers]


@pytest.fixture(scope="module")
def _servers() -> Iterator[tuple[Dovecot, OidcProvider]]:
    dovecot = Dovecot()
    with running(OidcProvider(dovecot.authority)) as provider:
        dovecot.options = Options(extra=provider.dovecot(dovecot.directory / "tokens.conf"))
        with running(dovecot):
            yield dovecot, provider


@pytest.fixture
def server(_servers: tuple[Dovecot, OidcProvider], settings: Settings, tmp_path: Path) -> Dovecot:
    _servers[1].clear()
    metadata.forget()
    settings.ENV = at(settings.ENV, _servers[0], oauth_file=_servers[1].file(tmp_path))
    return _servers[0]


@pytest.fixture
def provider(server: Dovecot, _servers: tuple[Dovecot, OidcProvider]) -> OidcProvider:
    return _servers[1]


@pytest.fixture
def account(provider: OidcProvider, server: Dovecot) -> MailAccount:
    """Somebody who has signed in with the provider, an hour ago or so: no access token is at hand."""
    _user, account = factories.person(server.user("ann").address)
    provider.refresh["first"] = account.address
    work = providers.named("work")
    assert work is not None
    secrets.seal_token(account, work, Secret("first"))
    account.save()
    return account


def kept(account: MailAccount) -> str:
    """The refresh token that the account has now."""
    account.refresh_from_db()
    return secrets.open_(account).reveal()


def refreshes(provider: OidcProvider) -> int:
    return provider.calls.count("/token")


def sign_in(provider: OidcProvider, client: Client, whose: str, **typed: str) -> Any:
    url = client.post("/sign-in/with/work", typed)["Refresh"].removeprefix("0;url=")
    back = urlsplit(provider.approve(url, whose))
    return client.get(f"{back.path}?{back.query}")


def test_from_the_button_to_the_mailbox(
    provider: OidcProvider, server: Dovecot, settings: Settings, client: Client
) -> None:
    ann, bob = server.user("ann").address, server.user("bob").address
    with running_bridge(settings):
        answer = sign_in(provider, client, ann, address=bob, next="/settings", stay="on")
        assert (answer.status_code, answer["Location"]) == (302, "/settings")
        account = MailAccount.objects.get()
        assert (account.address, account.provider) == (ann, "work")
        assert client.session["_auth_user_id"] == str(account.user_id)
        assert provider.refresh == {kept(account): ann}
        assert AuditEntry.objects.filter(kind="grant-given").count() == 1
        bulk.connect(account.pk).close()
        assert refreshes(provider) == 1, "the access token that came with the sign-in is used"
        # An access token of Ann's with an id token that says Bob: the mail server decides.
        provider.lies.claims = {"email": bob}
        other = Client()
        assert sign_in(provider, other, ann).status_code == 403
        assert "_auth_user_id" not in other.session
        assert MailAccount.objects.count() == 1
        # Bob's mailbox too, for Ann who is signed in.
        provider.lies.claims = {}
        sign_in(provider, client, bob, join="yes")
        assert client.session["_auth_user_id"] == str(account.user_id)
        joined = MailAccount.objects.get(address=bob)
        assert (joined.user_id, joined.provider) == (account.user_id, "work")
        bulk.connect(joined.pk).close()
        joined.delete()
        # The second step is asked for here too.
        program = Authenticator.objects.create(user=account.user, secret="sealed")
        answer = sign_in(provider, other, ann, next="/settings")
        assert (answer.status_code, answer["Location"].partition("?")[2]) == (302, "next=%2Fsettings")
        assert "_auth_user_id" not in other.session
        program.delete()
        token = kept(account)
        client.post("/sign-out")
    assert not MailAccount.objects.exclude(secret="").exists()
    assert token not in LeftToken.objects.get().token
    returning.return_some()
    assert provider.revoked == [token]
    assert not LeftToken.objects.exists()


@pytest.mark.parametrize(("code", "is_refused"), [("AUTHENTICATIONFAILED", True), ("UNAVAILABLE", False)])
def test_only_a_refusal_of_the_new_token_is_one(
    account: MailAccount, monkeypatch: pytest.MonkeyPatch, code: str, is_refused: bool
) -> None:
    answers = iter(["AUTHENTICATIONFAILED", code])

    def refuse(_login: object) -> None:
        raise CommandFailed("NO", next(answers), "no", "AUTHENTICATE")

    monkeypatch.setattr(bulk, "_connect", refuse)
    with pytest.raises(CommandFailed):
        bulk.connect(account.pk)
    account.refresh_from_db()
    assert account.refused is is_refused


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
def test_both_mechanisms(mechanism: str, account: MailAccount, server: Dovecot) -> None:
    _version, login = credentials.open_login(account.pk)
    for secret in (login.secret, Secret("made-up")):
        link = BlockingConnection.connect(login.server, timeout=10)
        link.session.capabilities -= {f"AUTH={name}" for name in ("XOAUTH2", "OAUTHBEARER") if name != mechanism}
        try:
            link.run(replace(login, secret=secret).sign_in(link.session), timeout=10)
            assert secret is login.secret
        except CommandFailed as refused:
            assert (refused.command, secret.reveal()) == ("AUTHENTICATE", "made-up")
        finally:
            link.close()


def test_one_refreshes_at_a_time_and_what_it_gets_is_kept(provider: OidcProvider, account: MailAccount) -> None:
    def opened(_n: int) -> str:
        try:
            return credentials.open_login(account.pk)[1].secret.reveal()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        [token] = set(pool.map(opened, range(4)))
    assert refreshes(provider) == 1
    assert provider.refresh == {kept(account): account.address}
    assert account.secret_version == 1, "the older connections live on"
    stored = [value for key in cache._cache.get_client().keys("*") for value in [_value(key)]]  # type: ignore[attr-defined]
    assert stored
    assert not any(token.encode() in value or kept(account).encode() in value for value in stored)


def _value(key: bytes) -> bytes:
    redis = cache._cache.get_client()  # type: ignore[attr-defined]
    return redis.get(key) or b"" if redis.type(key) == b"string" else b""


def test_it_is_renewed_before_its_end(provider: OidcProvider, account: MailAccount) -> None:
    provider.lasts = 1  # three quarters of which are no whole second
    first, second = (credentials.open_login(account.pk)[1].secret.reveal() for _ in range(2))
    assert first != second
    assert refreshes(provider) == 2
    assert provider.refresh == {kept(account): account.address}


def test_one_that_the_server_refuses_is_replaced_once(provider: OidcProvider, account: MailAccount) -> None:
    bulk.connect(account.pk).close()
    provider.access.clear()
    bulk.connect(account.pk).close()
    assert refreshes(provider) == 2
    provider.access.clear()
    provider.refresh = dict.fromkeys(provider.refresh, "somebody.else@example.org")
    with pytest.raises(CommandFailed):
        bulk.connect(account.pk)
    account.refresh_from_db()
    assert account.refused
    with pytest.raises(SignInRefused):
        bulk.connect(account.pk)
    assert refreshes(provider) == 3


def test_a_permission_that_has_ended_is_asked_for_once(provider: OidcProvider, account: MailAccount) -> None:
    provider.refresh.clear()
    for _ in range(3):
        with pytest.raises(SignInRefused):
            credentials.open_login(account.pk)
    account.refresh_from_db()
    assert account.refused
    assert refreshes(provider) == 1
    assert AuditEntry.objects.get().kind == "grant-lost"


def test_a_provider_that_is_away_is_left_alone_for_a_while(provider: OidcProvider, account: MailAccount) -> None:
    provider.lies.status = 503
    for _ in range(3):
        with pytest.raises(ProviderAway):
            credentials.open_login(account.pk)
    account.refresh_from_db()
    assert not account.refused
    assert len(provider.calls) == 1
    provider.lies.status = 200
    cache.clear()
    credentials.open_login(account.pk)


def test_who_signs_out_meanwhile_leaves_nothing(
    provider: OidcProvider, account: MailAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(_provider: object, token: Secret) -> Tokens:
        sign_ins.forget_where_nobody_is([account.user_id])
        return Tokens(Secret("access"), Secret("second"), 2e9)

    monkeypatch.setattr("accounts.oauth.grants.refresh", slowly)
    with pytest.raises(SignInRefused):
        credentials.open_login(account.pk)
    account.refresh_from_db()
    assert account.secret == ""
    assert not SignIn.objects.exists()
    monkeypatch.undo()
    returning.return_some()
    assert sorted(provider.revoked) == ["first", "second"]


def test_a_token_is_bound_to_its_provider(account: MailAccount, settings: Settings, tmp_path: Path) -> None:
    path = Path(settings.ENV.oauth_file)
    other = tmp_path / "other.toml"
    for was, now in (
        ('"whimbrel"', '"another"'),
        ("https://localhost", "https://localhost.example"),
        ("[work]", "[x]"),
    ):
        other.write_text(path.read_text().replace(was, now))
        settings.ENV = replace(settings.ENV, oauth_file=str(other))
        providers._read.cache_clear()
        with pytest.raises(secrets.SecretUnreadable):
            secrets.open_(account)
    settings.ENV = replace(settings.ENV, oauth_file=str(path))
    assert kept(account) == "first"
    account.provider = ""
    with pytest.raises(secrets.SecretUnreadable):
        secrets.open_(account)
    assert connection.vendor


def test_mail_is_handed_in_with_it(
    provider: OidcProvider, account: MailAccount, smtp_server: SmtpServer, settings: Settings, tmp_path: Path
) -> None:
    authorities = tmp_path / "both.pem"
    authorities.write_bytes(Path(settings.ENV.tls_ca_file).read_bytes() + smtp_server.authority.path.read_bytes())
    settings.ENV = replace(
        settings.ENV, smtp_host="localhost", smtp_port=smtp_server.tls_port, tls_ca_file=str(authorities)
    )
    smtp_server.tokens = provider.access
    for gone in (False, True):
        if gone:  # what is at hand has ended before its time
            provider.access.clear()
        login = credentials.open_submission(account.pk)
        link = Link.connect(login.server, "[127.0.0.1]")
        submit._sign_in(link, account.pk, login)
        link.close()
    assert smtp_server.signed_in == [account.address, account.address]
    assert refreshes(provider) == 2
    server = Server("localhost", smtp_server.tls_port, "tls", ca_file=str(authorities))
    link = Link.connect(server, "[127.0.0.1]")
    with pytest.raises(CommandFailed) as refused:
        link.login_by_token(account.address, "made-up")
    link.close()
    assert (refused.value.code, "made-up" in str(refused.value)) == ("AUTHENTICATIONFAILED", False)
