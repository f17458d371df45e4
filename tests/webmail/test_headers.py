"""The headers of every answer, route by route."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client, RequestFactory
from whitenoise.middleware import WhiteNoiseFileResponse

from tests import factories
from tests.webmail.routes import addresses
from webmail import csp
from webmail.middleware import SecurityHeaders

pytestmark = pytest.mark.django_db

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "media-src 'self'; connect-src 'self' ws://localhost:8000; frame-src 'self'; manifest-src 'self'; "
    "worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
OF_SCRIPTS = "; require-trusted-types-for 'script'; trusted-types whimbrel dompurify; report-uri /csp"
PAGE = {
    "Content-Security-Policy": PAGE_POLICY + OF_SCRIPTS,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "Cache-Control": "no-store",
}

TEMPLATES = Path(__file__).parent.parent.parent / "templates"
ADMIN = {
    # Scripts of Django's administration write markup from strings.
    "Content-Security-Policy": PAGE_POLICY,
    "Cache-Control": "max-age=0, no-cache, no-store, must-revalidate, private",
}
OTHER = {"/admin/": ADMIN, "/admin/login/": ADMIN}


@pytest.fixture
def alice(client: Client) -> Client:
    """Alice's browser, signed in."""
    user, _account = factories.person("alice@example.org")
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def found(answer: Any, names: dict[str, str] = PAGE) -> dict[str, str]:
    return {name: answer.headers[name] for name in names if name in answer.headers}


@pytest.mark.parametrize("address", [*addresses(), *OTHER, "/nowhere"])
def test_every_route_has_them_all(client: Client, address: str) -> None:
    assert found(client.get(address)) == PAGE | OTHER.get(address, {})


def test_our_files_have_what_means_something_on_them(client: Client) -> None:
    """A page has some twenty of them, so every header counts."""
    names = ("X-Content-Type-Options", "Cross-Origin-Resource-Policy")
    answer = client.get("/static/icons.svg")
    assert found(answer) == {name: PAGE[name] for name in names} | {"Cache-Control": "max-age=60, public"}


@pytest.mark.parametrize("address", [*addresses(), "/nowhere"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_and_for_somebody_who_is_signed_in(alice: Client, address: str, method: str) -> None:
    answer = getattr(alice, method)(address)
    assert answer.status_code < 500 or address == "/health/ready"  # it says that nobody works here
    assert found(answer) == PAGE


def test_nothing_is_said_of_what_serves(client: Client) -> None:
    assert not {"Server", "X-Powered-By"} & set(client.get("/sign-in").headers)


NOBODYS = {
    "/sign-in",
    "/sign-in/with/x",
    "/sign-in/with/x/back",
    "/sign-out",
    "/csp",
    "/health/live",
    "/health/ready",
    "/metrics",
    "/manifest.webmanifest",
    "/service-worker.js",
    "/offline",
    "/brand/999999/x.css",
    "/brand/999999/x.png",
}


@pytest.mark.parametrize("address", [address for address in addresses() if address not in NOBODYS])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_is_sent_to_sign_in(client: Client, address: str, method: str) -> None:
    answer = getattr(client, method)(address)
    assert answer.status_code in {302, 405}
    if answer.status_code == 302:
        assert answer["Location"].startswith("/sign-in")


def answered(response: Any) -> Any:
    return SecurityHeaders(lambda request: response)(RequestFactory().get("/"))


def test_a_view_may_say_otherwise() -> None:
    response = HttpResponse(headers={csp.HEADER: csp.attachment(), "Cache-Control": "private, immutable"})
    assert answered(response)[csp.HEADER] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert response["Cache-Control"] == "private, immutable"
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_what_never_changes_is_not_asked_about() -> None:
    for caching, names in (("max-age=315360000, public, immutable", set()), ("max-age=60", {"ETag", "Last-Modified"})):
        file = WhiteNoiseFileResponse(
            io.BytesIO(b"x"), headers={"Cache-Control": caching, "ETag": "e", "Last-Modified": "l"}
        )
        assert {"ETag", "Last-Modified"} & set(answered(file).headers) == names


@pytest.mark.threat("A6", "A9", "A10")
def test_a_message_body_is_framed_by_us_alone_and_runs_nothing() -> None:
    policy = csp.message_body(RequestFactory().get("/", headers={"host": "localhost:8000"}))
    assert policy == (
        "default-src 'none'; img-src http://localhost:8000/message/ http://localhost:8000/proxy/ data:; "
        "style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; "
        "sandbox allow-popups allow-popups-to-escape-sandbox allow-same-origin"
    )
    assert answered(HttpResponse(headers={csp.HEADER: policy}))["X-Frame-Options"] == "SAMEORIGIN"


def test_the_bodys_route_says_so(client: Client) -> None:
    user, account = factories.person("alice@example.org")
    letter = factories.message(factories.mailbox(account), text="Hello")
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    answer = client.get(f"/message/{letter.pk}/body")
    expected = {
        csp.HEADER: csp.message_body(RequestFactory().get("/")),
        "X-Frame-Options": "SAMEORIGIN",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "private, max-age=604800, immutable",
    }
    assert found(answer) == PAGE | expected


@pytest.mark.threat("A9")
def test_the_sandbox_never_lets_scripts_forms_or_the_window_go() -> None:
    words = csp.SANDBOX.split()
    assert not {"allow-scripts", "allow-forms"} & set(words)
    assert not [word for word in words if "top-navigation" in word or "modals" in word]
    frames = re.findall(r"<iframe[^>]*>", "".join(page.read_text() for page in TEMPLATES.rglob("*.html")))
    assert {tuple(re.findall(r'sandbox="([^"]*)"', frame)) for frame in frames} == {(csp.SANDBOX,)}


@pytest.mark.parametrize("policy", [csp.app(), csp.attachment()])
def test_nothing_inline_and_no_eval(policy: str) -> None:
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'")


def test_every_kind_of_answer(alice: Client) -> None:
    """A page, a part of one, a piece of data, a redirect, each kind of error, and the admin."""
    box = factories.mailbox(factories.MailAccount.objects.get())
    alice.handler.enforce_csrf_checks = True
    page = f"/mailbox/{box.pk}/"
    token = alice.get(page).wsgi_request.META["CSRF_COOKIE"]
    answers = {
        200: [alice.get(page), alice.get(page, headers={"region": "list"}), alice.get("/manifest.webmanifest")],
        302: [alice.get("/")],
        400: [alice.get(page, headers={"host": "evil.example"})],
        403: [alice.post("/undo")],
        404: [alice.get("/nowhere")],
        405: [alice.delete("/undo", headers={"x-csrftoken": token})],
    }
    for status, group in answers.items():
        for answer in group:
            assert answer.status_code == status
            assert found(answer) == PAGE
