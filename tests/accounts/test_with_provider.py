"""Coming back from a provider: who is let in, and every answer that must let nobody in."""

import html
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings as live_settings
from django.test import Client
from joserfc.jwk import ECKey, OctKey

from accounts import providers
from accounts.entering import CONFIRMED
from accounts.models import MailAccount, User
from accounts.oauth import door, metadata
from tests.servers.certificates import CertificateAuthority
from tests.servers.oidc import CLIENT, SECRET, OidcProvider
from tests.servers.process import private_directory, running

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def _provider() -> Iterator[OidcProvider]:
    with running(OidcProvider(CertificateAuthority(private_directory("oidc")))) as server:
        yield server


@pytest.fixture
def provider(_provider: OidcProvider, environment: Callable[..., None], tmp_path: Path) -> OidcProvider:
    _provider.clear()
    metadata.forget()
    environment(oauth_file=_provider.file(tmp_path), tls_ca_file=str(_provider.authority.path))
    return _provider


def begin(client: Client, **typed: str) -> str:
    """Where the browser is sent to."""
    answer = client.post("/sign-in/with/work", typed)
    assert answer.status_code == 200, words(answer)
    return str(answer["Refresh"].removeprefix("0;url="))


def come_back(client: Client, url: str) -> Any:
    parts = urlsplit(url)
    return client.get(f"{parts.path}?{parts.query}")


def words(answer: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())).split())


def is_refused(client: Client, answer: Any, saying: str) -> None:
    assert answer.status_code in {403, 503}
    assert saying in words(answer)
    assert "_auth_user_id" not in client.session
    assert not User.objects.exists()


def test_the_page_has_a_button_for_it(provider: OidcProvider, client: Client) -> None:
    assert "Sign in with Work" in words(client.get("/sign-in"))


def test_what_is_asked(provider: OidcProvider, client: Client) -> None:
    url = begin(client, address="ann@example.org", next="https://evil.example/")
    assert url.startswith(f"{provider.issuer}/authorize?")
    for part in (
        "client_id=whimbrel", "code_challenge_method=S256", "scope=openid+email+offline_access", "nonce=", "state=",
        "login_hint=ann%40example.org", "redirect_uri=http%3A%2F%2Flocalhost%3A8000%2Fsign-in%2Fwith%2Fwork%2Fback",
    ):  # fmt: skip
        assert part in url
    [asked] = client.session["providers-asked"].values()
    assert asked["next"] == ""
    assert client.get("/sign-in/with/work").status_code == 405
    assert client.post("/sign-in/with/nobody").status_code == 404


def test_who_shows_once_more_that_it_is_they_is_asked_by_the_provider_too(
    provider: OidcProvider, client: Client
) -> None:
    assert "max_age" not in begin(client)
    client.force_login(User.objects.create_user("ann@example.org"), live_settings.AUTHENTICATION_BACKENDS[0])
    assert "max_age=0" in begin(client, address="ann@example.org", next="/second-steps/passkey")
    session = client.session
    session[CONFIRMED] = int(time.time())
    session.save()
    assert "max_age" not in begin(client, join="1"), "one more mailbox confirms nothing"


@pytest.mark.threat("F4")
def test_a_sign_in_that_the_provider_remembers_proves_nothing(provider: OidcProvider, client: Client) -> None:
    """Of a provider that says when it asked; one that does not is believed."""
    client.force_login(User.objects.create_user("ann@example.org"), live_settings.AUTHENTICATION_BACKENDS[0])
    answer = client.post("/sign-in/with/work", {"join": "1"})
    assert answer["Location"] == "/settings/accounts/new", "who has not shown it lately adds no mailbox"
    for said in (int(time.time()) - HOUR, "now"):
        provider.lies.claims = {"auth_time": said}
        answer = come_back(client, provider.approve(begin(client), "ann@example.org"))
        assert (answer.status_code, OTHERS in words(answer)) == (403, True)
        assert CONFIRMED not in client.session


HOUR = 3600
OTHERS = "belong to a sign-in that was begun here"


@pytest.mark.parametrize(
    ("lies", "saying"),
    [
        ({"back": {"state": "another"}}, OTHERS),
        ({"back": {"state": ""}}, OTHERS),
        ({"back": {"iss": "https://other.example"}}, OTHERS),
        ({"back": {"iss": ""}}, OTHERS),
        ({"back": {"code": "", "error": "access_denied"}}, "did not give"),
        ({"back": {"code": "guessed"}}, "did not take"),
        ({"claims": {"nonce": "another"}}, OTHERS),
        ({"claims": {"nonce": None}}, OTHERS),
        ({"claims": {"aud": "another"}}, OTHERS),
        ({"claims": {"aud": [CLIENT, "another"]}}, OTHERS),
        ({"claims": {"azp": "another"}}, OTHERS),
        ({"claims": {"iss": "https://other.example"}}, OTHERS),
        ({"claims": {"exp": int(time.time()) - HOUR}}, OTHERS),
        ({"claims": {"iat": int(time.time()) + HOUR}}, OTHERS),
        ({"claims": {"sub": None}}, OTHERS),
        ({"key": ECKey.generate_key("P-256", {"kid": "one"}, private=True)}, OTHERS),
        ({"key": OctKey.import_key(SECRET), "algorithm": "HS256"}, OTHERS),
        ({"tokens": {"id_token": None}}, OTHERS),
        ({"tokens": {"token_type": "mac"}}, OTHERS),
        ({"tokens": {"refresh_token": None}}, "does not let this webmail"),
        ({"claims": {"email_verified": False}}, "does not say which mailbox"),
        ({"claims": {"email_verified": None}}, "does not say which mailbox"),
        ({"claims": {"email": "ann@elsewhere.example"}}, "does not say which mailbox"),
        ({"claims": {"email": "ann@example.org\r\nx"}}, "does not say which mailbox"),
    ],
)
def test_what_lets_nobody_in(provider: OidcProvider, client: Client, lies: dict[str, Any], saying: str) -> None:
    vars(provider.lies).update(lies)
    is_refused(client, come_back(client, provider.approve(begin(client), "ann@example.org")), saying)


def test_an_answer_counts_once_and_in_the_browser_that_asked(provider: OidcProvider, client: Client) -> None:
    url = provider.approve(begin(client), "ann@example.org")
    is_refused(Client(), come_back(Client(), url), OTHERS)
    provider.lies.claims = {"nonce": "another"}
    come_back(client, url)
    is_refused(client, come_back(client, url), OTHERS)
    assert provider.calls.count("/token") == 1


def test_an_answer_comes_back_to_who_was_asked(
    provider: OidcProvider, client: Client, environment: Callable[..., None], tmp_path: Path
) -> None:
    path = Path(provider.file(tmp_path))
    path.write_text(path.read_text() + path.read_text().replace("[work]", "[other]"))
    environment(oauth_file=str(path))
    url = provider.approve(begin(client), "ann@example.org").replace("/with/work/", "/with/other/")
    is_refused(client, come_back(client, url), OTHERS)
    assert "/token" not in provider.calls


@pytest.mark.parametrize(
    ("said", "saying"),
    [
        ({"issuer": "https://other.example"}, OTHERS),
        ({"token_endpoint": "http://localhost/token"}, OTHERS),
        ({"authorization_endpoint": "javascript:alert(1)"}, OTHERS),
    ],
)
def test_metadata_that_is_not_believed(
    provider: OidcProvider, client: Client, said: dict[str, str], saying: str
) -> None:
    provider.lies.metadata = said
    is_refused(client, client.post("/sign-in/with/work"), saying)


@pytest.mark.threat("D5")
@pytest.mark.parametrize("name", ["token_endpoint", "jwks_uri"])
def test_metadata_leads_nowhere_inside(provider: OidcProvider, client: Client, name: str) -> None:
    inside = provider.issuer.replace("localhost", "127.0.0.1")  # where only `localhost` was listed
    provider.lies.metadata = {name: f"{inside}/inside"}
    answer = come_back(client, provider.approve(begin(client), "ann@example.org"))
    is_refused(client, answer, "does not answer")
    assert "/inside" not in provider.calls


def test_a_host_that_the_operator_listed_may_be_inside(
    provider: OidcProvider, client: Client, environment: Callable[..., None], tmp_path: Path
) -> None:
    environment(oauth_file=provider.file(tmp_path, hosts=["127.0.0.1"]))
    provider.lies.metadata = {"jwks_uri": f"{provider.issuer.replace('localhost', '127.0.0.1')}/jwks"}
    provider.lies.claims = {"email_verified": False}  # which is looked at after the keys
    answer = come_back(client, provider.approve(begin(client), "ann@example.org"))
    is_refused(client, answer, "does not say which mailbox")


def test_who_answers_a_letter_at_a_time_is_not_waited_for(
    provider: OidcProvider, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "DEADLINE", 0.4)
    provider.lies.slow = 0.05
    is_refused(client, client.post("/sign-in/with/work"), "does not answer")


def test_who_is_broken_is_not_believed(provider: OidcProvider, client: Client) -> None:
    provider.lies.status = 500
    is_refused(client, client.post("/sign-in/with/work"), "does not answer")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("nonsense", "is no TOML"),
        ("a = 1", "beside tables"),
        ("[Work]", "beside tables"),
        ("[work]\nclient_id = 'x'", "lacks in [work]: issuer, domains"),
        ("[work]\nclient = 'x'", "not known in [work]: client"),
        ("[work]\ndomains = 'x'", "wrong kind in [work]: domains"),
        ("[work]\nissuer = 'http://x'\nclient_id = 'x'\ndomains = ['x']", "begins with https"),
        ("[microsoft]\nclient_id = 'x'\ndomains = ['x']", "lacks in [microsoft]: issuer"),
    ],
)
def test_faults_of_the_file(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=re.escape(fault)):
        providers.parse(text)


def test_what_is_known_of_the_large_ones() -> None:
    google, microsoft = providers.parse(
        "[google]\nclient_id = 'a'\nclient_secret = 'b'\ndomains = ['Gmail.com']\n"
        "[microsoft]\nclient_id = 'c'\ntenant = 'common'\ndomains = ['outlook.com']\n"
    )
    assert (google.issuer, google.domains) == ("https://accounts.google.com", frozenset({"gmail.com"}))
    assert ("access_type", "offline") in google.asks
    assert not google.vouches
    assert microsoft.issuer == "https://login.microsoftonline.com/common/v2.0"
    assert (microsoft.any_tenant, microsoft.address_claim) == (True, "preferred_username")
    assert "b" not in repr(google).split("'")


def test_no_account_is_made_before_the_mail_server_has_spoken(provider: OidcProvider, client: Client) -> None:
    answer = come_back(client, provider.approve(begin(client), "ann@example.org"))
    assert answer.status_code == 503  # there is no bridge to ask
    assert not MailAccount.objects.exists()
