"""Threats to sessions and transport, each by its number in the catalogue of threats (E: sessions, B6: sign-in).

E6 is held in `test_settings`, E7 also in `accounts/test_sign_in`, E8 in `imapbridge/test_pool`, D3 in
`imapbridge/wire/test_drivers`.
"""

import ast
import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from asgiref.testing import ApplicationCommunicator
from django.conf import settings as live_settings
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts import entering, throttle
from accounts.networks import client_network
from accounts.throttle import Attempt, TooMany
from tests import factories
from tests.webmail.routes import addresses
from webmail.reading import plaintext
from webmail.views import broken

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("accounts", "imapbridge", "webmail")
pytestmark = pytest.mark.django_db


def alice(*, checks: bool = False) -> Client:
    user, account = factories.person("alice@example.org")
    factories.mailbox(account)
    client = Client(enforce_csrf_checks=checks)
    client.force_login(user, backend=live_settings.AUTHENTICATION_BACKENDS[0])
    return client


# --- E1: cross-site websockets ----------------------------------------------------------------------------------------


@pytest.mark.threat("E1")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("origin", "opens"),
    [
        (b"http://localhost", True),
        (b"http://evil.example", False),
        (b"http://localhost.evil.example", False),
        (b"null", False),
        (b"", False),
        (None, False),
    ],
)
def test_e1_no_other_site_s_page_opens_the_socket(origin: bytes | None, opens: bool) -> None:
    """With the person's own cookie, as a browser would send it."""
    from webmail.asgi import application

    cookie = f"{live_settings.SESSION_COOKIE_NAME}={alice().session.session_key}"
    headers = [(b"host", b"localhost"), (b"cookie", cookie.encode())]
    headers += [(b"origin", origin)] if origin is not None else []

    async def answered() -> str:
        scope = {"type": "websocket", "path": "/changes", "query_string": b"", "headers": headers}
        tab = ApplicationCommunicator(application, scope)
        await tab.send_input({"type": "websocket.connect"})
        found = str((await tab.receive_output(timeout=5))["type"])
        await tab.send_input({"type": "websocket.disconnect", "code": 1001})
        return found

    assert asyncio.run(answered()) == ("websocket.accept" if opens else "websocket.close")


# --- E2, B6: forged requests ------------------------------------------------------------------------------------------


WITH_A_TOKEN_OF_ITS_OWN = "/notifications/read"
"""A notification's button has no page's token; a signed one takes its place."""
BROWSERS_TELL = "/csp"
"""By themselves, without a token: nothing comes of it but a line for the operator, whoever asks."""


@pytest.mark.threat("E2")
def test_e2_no_form_of_another_site_is_taken() -> None:
    """Of nobody's (signing in) and of somebody's who is signed in."""
    client = alice(checks=True)
    taken = [
        address
        for each in (Client(enforce_csrf_checks=True), client)
        for address in addresses()
        if address not in {WITH_A_TOKEN_OF_ITS_OWN, BROWSERS_TELL} and each.post(address).status_code not in {403, 405}
    ]
    assert taken == []
    assert client.post(WITH_A_TOKEN_OF_ITS_OWN).status_code in {400, 403}
    with CaptureQueriesContext(connection) as queries:
        report = {"csp-report": {"effective-directive": "script-src", "blocked-uri": "inline", "document-uri": "/"}}
        assert client.post(BROWSERS_TELL, json.dumps(report), content_type=broken.TYPE).status_code == 204
    assert not queries.captured_queries


@pytest.mark.threat("B6")
def test_b6_nobody_is_signed_in_by_another_site_and_no_header_says_who_asks(
    settings: Settings, rf: RequestFactory
) -> None:
    client = Client(enforce_csrf_checks=True)
    for address in ("/sign-in", "/second-step", "/admin/login/"):
        answer = client.post(address, {"address": "a@example.org", "password": "x"}, headers={"origin": "http://evil"})
        assert answer.status_code == 403
    headers = {"x-real-ip": "192.0.2.1", "x-forwarded-for": "192.0.2.1", "forwarded": "for=192.0.2.1"}
    asked = rf.get("/", headers=headers, REMOTE_ADDR="203.0.113.9")
    settings.ENV = replace(settings.ENV, trusted_proxies=0)
    assert client_network(asked) == "203.0.113.0/24"
    settings.ENV = replace(settings.ENV, trusted_proxies=1)
    assert client_network(asked) == "192.0.2.0/24", "the operator's own proxy is believed"


# --- E3, E4: where links lead -----------------------------------------------------------------------------------------


@pytest.mark.threat("E3")
@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
        "http:evil.example", "///evil.example", "https:///evil.example", "\thttps://evil.example", "http://testserver@evil",
    ],
)  # fmt: skip
def test_e3_next_leads_to_no_other_site(target: str, rf: RequestFactory) -> None:
    for request in (rf.get("/sign-in", {"next": target}), rf.post("/second-step", {"next": target})):
        assert entering.wanted(request) == ""


def test_e3_next_leads_to_pages_of_ours(rf: RequestFactory) -> None:
    assert entering.wanted(rf.get("/", {"next": "/mailbox/7/?only=unread"})) == "/mailbox/7/?only=unread"


@pytest.mark.threat("E4")
def test_e4_no_link_is_made_of_what_a_request_says_of_itself() -> None:
    """Whoever can set Host or Origin would have it lead to them."""
    assert Client().get("/sign-in", headers={"host": "evil.example"}).status_code == 400
    made = [
        path for path, text in sources() if re.search(r"build_absolute_uri|headers\[.origin|HTTP_ORIGIN", text, re.I)
    ]
    assert made == []


# --- E5: guessing -----------------------------------------------------------------------------------------------------


@pytest.mark.threat("E5")
def test_e5_addresses_of_one_home_are_one_network(rf: RequestFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who rents a machine has 2^64 addresses to change between."""
    monkeypatch.setattr(throttle, "time", lambda: 20_000 * 86_400 + 43_000.0)
    with pytest.raises(TooMany):
        for number in range(6):
            Attempt("ann@example.org", client_network(rf.get("/", REMOTE_ADDR=f"2001:db8::{number:x}:1")))
    with pytest.raises(TooMany):
        for number in range(31):
            Attempt(f"p{number}@example.org", client_network(rf.get("/", REMOTE_ADDR=f"2001:db8:7::{number:x}")))


# --- E7: secrets in tracebacks ----------------------------------------------------------------------------------------

SECRETS = {"password", "code", "typed", "verifier"}
SIGN_IN = (
    "accounts/attempts.py",
    "accounts/proving.py",
    "accounts/second.py",
    "accounts/secrets.py",
    "imapbridge/login.py",
)


@pytest.mark.threat("E7")
def test_e7_what_is_given_a_secret_hides_it_from_tracebacks() -> None:
    """`Secret` hides itself; these have it as plain text."""
    bare = [f"{path}:{function.name}" for path in SIGN_IN for function in _functions(path) if _shows(function)]
    assert bare == []


def _functions(path: str) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.FunctionDef):
            yield node


def _shows(function: ast.FunctionDef) -> bool:
    given = {each.arg for each in [*function.args.args, *function.args.kwonlyargs]} & SECRETS
    hidden = {
        value.value
        for decorator in function.decorator_list
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).startswith("sensitive_")
        for value in decorator.args
        if isinstance(value, ast.Constant)
    }
    return not given <= hidden


# --- E9: helpers that take for ever -----------------------------------------------------------------------------------


@pytest.mark.threat("E9")
def test_e9_django_s_helpers_for_text_of_strangers_are_not_used() -> None:
    slow = r"\burlize|strip_?tags|truncat(e|or)\w*_?html|utils\.html import .*\b(urlize|strip_tags)"
    assert [path for path, text in sources() if re.search(slow, text)] == []


@pytest.mark.threat("E9")
@pytest.mark.parametrize(
    "text", ["<" * plaintext.MAX_ENTITIES + " &", "x" * plaintext.MAX_LINKED, "\n".join(["> a", "b"] * 3000)]
)
def test_e9_text_that_would_take_for_ever_is_shown_without_what_takes_so_long(text: str) -> None:
    shown = plaintext.to_html(f"https://example.org/ {text}")
    assert "<details" not in shown.html
    assert ("<a " in shown.html) == text.startswith(">"), "only its quotes are too many"


def test_e9_text_is_shown_up_to_a_length() -> None:
    assert plaintext.to_html("x" * (plaintext.MAX_SHOWN + 1)).cut


def sources() -> Iterator[tuple[str, str]]:
    for package in (*PACKAGES, "templates"):
        for path in sorted((ROOT / package).rglob("*.*")):
            if path.suffix in {".py", ".html"}:
                yield str(path.relative_to(ROOT)), path.read_text()
