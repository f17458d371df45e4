"""Answers to what is asked for a second step that no program of the person's gives: refused, each in the same way."""

import hashlib
import json
from base64 import urlsafe_b64encode
from dataclasses import asdict
from time import time

import pytest
from django.conf import settings as live_settings
from django.test import Client

from accounts import entering, second
from accounts.entering import Pending
from accounts.models import Authenticator, User
from tests import factories
from tests.accounts.test_staying import browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    user, account = factories.person("alice@example.org", secret="sealed")
    factories.mailbox(account)
    return user


def at_the_second_step(user: User) -> Client:
    """Whose password was right."""
    client = Client()
    session = client.session
    found = Pending(user.pk, live_settings.AUTHENTICATION_BACKENDS[0], stay=False, place="", at=int(time()))
    session[entering.FIELD] = asdict(found)
    session.save()
    client.cookies[live_settings.SESSION_COOKIE_NAME] = str(session.session_key)
    return client


def test_who_may_not_sign_in_any_more_begins_anew(alice: User) -> None:
    client = at_the_second_step(alice)
    User.objects.update(is_active=False)
    assert client.get("/second-step")["Location"].startswith("/sign-in")
    assert client.get("/sign-in").status_code == 200


@pytest.mark.parametrize("typed", ["", "é", "１２３４５６", "\0", "1" * 20])
def test_what_is_no_code_sets_up_nothing(alice: User, typed: str) -> None:
    client = browser(alice, stay=False)
    answer = client.post("/second-steps/authenticator", {"sealed": second.new_secret(alice), "code": typed})
    assert answer.status_code == 422
    assert not Authenticator.objects.exists()


DEEP = "[" * 20_000
WITHOUT_ALGORITHM = (
    '{"id":"AAAA","rawId":"AAAA","type":"public-key","response":{"clientDataJSON":"%s","attestationObject":"%s"}}'
)


@pytest.mark.parametrize("answer", ["", "1", "[]", '{"id":1}', '"\\u0000"', DEEP])
def test_what_is_no_passkey_s_answer_is_refused(alice: User, answer: str) -> None:
    waiting, client = at_the_second_step(alice), browser(alice, stay=False)
    waiting.post("/second-step/passkey")
    assert waiting.post("/second-step", {"passkey": answer}).status_code == 403
    client.post("/second-steps/passkey/options")
    assert client.post("/second-steps/passkey", {"passkey": answer, "name": "\0"}).status_code == 422
    assert not alice.passkeys.exists()


def test_a_passkey_of_no_kind_is_refused(alice: User) -> None:
    client = browser(alice, stay=False)
    challenge = client.post("/second-steps/passkey/options").json()["challenge"]
    said = {"type": "webauthn.create", "challenge": challenge, "origin": "http://testserver"}
    begun = hashlib.sha256(b"testserver").digest() + b"\x41\0\0\0\1" + bytes(16) + b"\0\4" + b"AAAA"
    # A map of one entry (RFC 8949), where a key would say of which algorithm it is.
    made = b"\xa3cfmtdnonegattStmt\xa0hauthDataX" + bytes([len(begun) + 3]) + begun + b"\xa1\1\2"
    answer = WITHOUT_ALGORITHM % (url_text(json.dumps(said).encode()), url_text(made))
    assert client.post("/second-steps/passkey", {"passkey": answer}).status_code == 422


def url_text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
