"""What is written down of people's sign-ins, sending and settings, and who reads it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import audit
from accounts.audit import Kind, record
from accounts.models import AuditEntry, MailAccount, User
from accounts.staff import OWN_PASSWORD
from accounts.trail import TrailIsFixed

pytestmark = pytest.mark.django_db


def test_every_kind_has_a_sentence() -> None:
    assert set(audit.SENTENCES) == set(Kind)


def test_what_is_written_down(alice: MailAccount) -> None:
    record(Kind.SIGN_IN, alice.user, network="192.0.2.0/24", device="Firefox", empty="", none=None, count=3)
    entry = AuditEntry.objects.get()
    assert (entry.kind, entry.user_id, entry.address) == ("sign-in", alice.user_id, "alice@example.org")
    assert (entry.network, entry.facts) == ("192.0.2.0/24", {"device": "Firefox", "count": 3})


def test_a_fact_is_short() -> None:
    assert len(record(Kind.SIGN_OUT, address="a@example.org", device="x" * 5000).facts["device"]) == audit.LONGEST


@pytest.mark.database
def test_what_a_server_says_is_written_down_whatever_it_is() -> None:
    record(Kind.FORWARDING_CHANGED, address="a@example.org", script="a\0b\u2028")
    assert AuditEntry.objects.get().facts == {"script": "ab\u2028"}


@pytest.mark.parametrize("name", ["password", "token", "subject", "body", "recipients"])
def test_neither_secrets_nor_content(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        record(Kind.SIGN_IN, None, address="a@example.org", **{name: "x"})
    assert not AuditEntry.objects.exists()


@pytest.mark.database
def test_nothing_changes_what_stands_there(alice: MailAccount) -> None:
    entry = record(Kind.SIGN_IN, alice.user)
    with pytest.raises(TrailIsFixed):
        entry.save()
    with pytest.raises(TrailIsFixed):
        entry.delete()
    with pytest.raises(TrailIsFixed):
        AuditEntry.objects.all().update(kind="sign-out")
    with pytest.raises(DatabaseError, match="not changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_auditentry SET kind = 'sign-out'")
    assert AuditEntry.objects.get().kind == "sign-in"


def test_it_outlives_whom_it_is_about(alice: MailAccount) -> None:
    record(Kind.SIGN_IN, alice.user)
    alice.user.delete()
    assert AuditEntry.objects.get().address == "alice@example.org"


def test_each_person_reads_her_own(alice: MailAccount, bob: MailAccount) -> None:
    record(Kind.SIGN_IN, alice.user)
    record(Kind.SIGN_IN_REFUSED, address="Alice@example.org", network="198.51.100.0/24")
    record(Kind.SIGN_IN, bob.user)
    record(Kind.DOMAIN_CHANGED, alice.user, domain="example.org")
    assert [entry.kind for entry in audit.of_person(alice.user)] == ["sign-in-refused", "sign-in"]
    assert [entry.kind for entry in audit.of_person(bob.user)] == ["sign-in"]


def test_it_is_kept_as_long_as_the_operator_says(alice: MailAccount, environment: Callable[..., None]) -> None:
    record(Kind.SIGN_IN, alice.user)
    AuditEntry.objects.create(kind=Kind.SIGN_OUT, at=timezone.now() - timedelta(days=31))
    environment(audit_days=0)
    assert audit.sweep() == 0
    environment(audit_days=30)
    assert audit.sweep() == 1
    assert AuditEntry.objects.get().kind == "sign-in"


@pytest.fixture
def desk(db: None) -> Client:
    client = Client()
    root = User.objects.create_user("root@example.org", is_staff=True, is_superuser=True)
    client.force_login(root, backend=OWN_PASSWORD)
    return client


def test_the_operator_reads_filters_and_takes_along_but_changes_nothing(desk: Client) -> None:
    entry = record(Kind.SIGN_IN_REFUSED, address="=cmd()@example.org", network="192.0.2.0/24", reason="too-many")
    record(Kind.SIGN_OUT, address="bob@example.org")
    place = "/admin/accounts/auditentry/"
    listed = desk.get(f"{place}?kind=sign-in-refused").content.decode()
    assert "reason: too-many" in listed
    assert "bob@example.org" not in listed
    assert "bob@example.org" in desk.get(f"{place}?q=bob").content.decode()
    table = desk.post(place, {"action": "export", "_selected_action": [entry.pk]})
    lines = b"".join(table.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert lines[0] == "at,kind,address,network,facts"
    assert ",sign-in-refused,'=cmd()@example.org,192.0.2.0/24,reason: too-many" in lines[1]
    assert desk.get(f"{place}add/").status_code == 403
    assert desk.post(f"{place}{entry.pk}/delete/", {"post": "yes"}).status_code == 403
    assert desk.post(f"{place}{entry.pk}/change/", {"kind": "x"}).status_code == 403


def test_the_admins_own_door(client: Client, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a tenth of a second less each
    User.objects.create_superuser("root@example.org", "right")
    for password in ("wrong", "right"):
        client.post("/admin/login/", {"username": "root@example.org", "password": password, "next": "/admin/"})
    kinds = [(entry.kind, entry.facts["place"]) for entry in AuditEntry.objects.order_by("pk")]
    assert kinds == [("sign-in-refused", "admin"), ("sign-in", "admin")]


def test_who_is_told_to_wait_stands_there_once() -> None:
    for _ in range(3):
        audit.refused("too-many", "a@example.org", "192.0.2.0/24")
    audit.refused("timed-out", "a@example.org", "192.0.2.0/24")
    assert AuditEntry.objects.get().facts == {"reason": "too-many"}
