"""Mail passwords at rest."""

import base64
import copy
import io
import json
import pickle
from collections.abc import Callable

import pytest
from cryptography.exceptions import InvalidTag
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from accounts import secrets
from accounts.models import MailAccount, MailDomain
from accounts.secrets import Secret, SecretUnreadable

OLD, NEW = "o" * 40, "n" * 40
PASSWORD = "correct-horse-Ω"
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@given(texts, st.binary(max_size=300))
def test_every_password_comes_back(password: str, binding: bytes) -> None:
    assert secrets._decrypt(secrets._encrypt(password, binding), binding) == password


@given(texts, st.binary(max_size=60), st.binary(max_size=60))
def test_no_other_binding_opens_it(password: str, binding: bytes, other: bytes) -> None:
    sealed = secrets._encrypt(password, binding)
    if other != binding:
        with pytest.raises(InvalidTag):
            secrets._decrypt(sealed, other)


def test_two_sealings_of_one_password_share_nothing() -> None:
    first, second = (secrets._encrypt(PASSWORD, b"").split(".") for _ in range(2))
    assert first[:2] == second[:2]
    assert not set(first[2:]) & set(second[2:])
    assert PASSWORD not in ".".join(first)


def test_the_form_is_the_documented_one() -> None:
    version, key_id, *parts = secrets._encrypt("ab", b"").split(".")
    assert version == "v1"
    assert len(key_id) == 8
    assert [len(base64.urlsafe_b64decode(part + "==")) for part in parts] == [16, 12, 2 + 16]


def test_seal_and_open(alice: MailAccount) -> None:
    secrets.seal(alice, PASSWORD)
    assert secrets.open_(alice).reveal() == PASSWORD
    assert alice.secret_version == 1


@pytest.mark.parametrize("secret", ["", "v1", "v2.a.b.c.d", "v1.00000000.AAAA.AAAA.AAAA", "v1.....", "ü.ü.ü.ü.ü"])
def test_nonsense_is_unreadable(alice: MailAccount, secret: str) -> None:
    alice.secret = secret
    with pytest.raises(SecretUnreadable):
        secrets.open_(alice)


def test_a_changed_letter_anywhere_makes_it_unreadable(alice: MailAccount) -> None:
    secrets.seal(alice, PASSWORD)
    sealed = alice.secret
    for place in range(len(sealed)):
        # The last letter of each part holds bits that base64 does not use.
        if sealed[place] == "." or sealed[place + 1 : place + 2] in {"", "."}:
            continue
        alice.secret = sealed[:place] + ("A" if sealed[place] != "A" else "B") + sealed[place + 1 :]
        with pytest.raises(SecretUnreadable):
            secrets.open_(alice)


def test_a_secret_copied_to_another_persons_row_opens_nothing(alice: MailAccount, bob: MailAccount) -> None:
    secrets.seal(alice, PASSWORD)
    bob.secret = alice.secret
    with pytest.raises(SecretUnreadable):
        secrets.open_(bob)


@pytest.mark.parametrize(("field", "value"), [("user_id", 999), ("id", 999), ("username", "root")])
def test_it_belongs_to_person_account_and_user_name(alice: MailAccount, field: str, value: object) -> None:
    secrets.seal(alice, PASSWORD)
    setattr(alice, field, value)
    with pytest.raises(SecretUnreadable):
        secrets.open_(alice)


@pytest.mark.parametrize("changed", [{"imap_host": "evil.example.org"}, {"imap_port": 143}])
def test_it_does_not_go_to_another_server(alice: MailAccount, changed: dict[str, object]) -> None:
    secrets.seal(alice, PASSWORD)
    MailDomain.objects.create(name="example.org", **{"imap_host": "mail.example.org", **changed})
    with pytest.raises(SecretUnreadable):
        secrets.open_(alice)


def test_without_servers_it_is_unreadable(alice: MailAccount, environment: Callable[..., None]) -> None:
    secrets.seal(alice, PASSWORD)
    environment(imap_host="")
    with pytest.raises(SecretUnreadable):
        secrets.open_(alice)


def test_an_older_key_opens_and_the_first_one_seals(alice: MailAccount, environment: Callable[..., None]) -> None:
    environment(credential_keys=(OLD,))
    secrets.seal(alice, PASSWORD)
    environment(credential_keys=(NEW, OLD))
    assert secrets.open_(alice).reveal() == PASSWORD
    secrets.seal(alice, PASSWORD)
    environment(credential_keys=(NEW,))
    assert secrets.open_(alice).reveal() == PASSWORD
    environment(credential_keys=(OLD,))
    with pytest.raises(SecretUnreadable):
        secrets.open_(alice)


def test_rotatekeys_seals_all_with_the_first_key(
    alice: MailAccount, bob: MailAccount, environment: Callable[..., None]
) -> None:
    environment(credential_keys=(OLD,))
    for account in (alice, bob):
        secrets.seal(account, f"password of {account}")
        account.save()
    environment(credential_keys=(NEW, OLD))
    said = io.StringIO()
    call_command("rotatekeys", stdout=said)
    assert said.getvalue() == "2 passwords sealed with the first key.\n"
    environment(credential_keys=(NEW,))
    for account in MailAccount.objects.all():
        assert secrets.open_(account).reveal() == f"password of {account}"
        assert account.secret_version == 1  # warm connections live on
    again = io.StringIO()
    call_command("rotatekeys", stdout=again)
    assert again.getvalue() == "0 passwords sealed with the first key.\n"


def test_rotatekeys_tells_of_what_no_key_opens(
    alice: MailAccount, bob: MailAccount, environment: Callable[..., None]
) -> None:
    environment(credential_keys=(OLD,))
    secrets.seal(alice, PASSWORD)
    alice.save()
    environment(credential_keys=(NEW,))
    said = io.StringIO()
    call_command("rotatekeys", stdout=io.StringIO(), stderr=said)
    assert said.getvalue().startswith("1 passwords cannot be opened")
    assert MailAccount.objects.get(pk=alice.pk).secret == alice.secret


def test_a_secret_shows_itself_to_nobody() -> None:
    secret = Secret(PASSWORD)
    shown = [
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret!r:>20}",
        repr([secret]),
        repr({"a": secret}),
    ]
    assert not [text for text in shown if PASSWORD in text]
    for store in (pickle.dumps, copy.copy, copy.deepcopy, json.dumps):
        with pytest.raises(TypeError):
            store(secret)
