"""Domains are made, changed and removed, by the file and in the admin, also while their people are signed in."""

from collections.abc import Callable, Iterator
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts import applying, brands, secrets
from accounts.autoconfig import Endpoint, servers_for
from accounts.models import AuditEntry, MailAccount, MailDomain, User
from accounts.secrets import SecretUnreadable
from accounts.signals import passwords_forgotten, servers_changed
from accounts.staff import OWN_PASSWORD

pytestmark = pytest.mark.django_db

TWO = """
["example.org"]
imap = { host = "imap.example.org" }
sieve = { host = "sieve.example.org" }
least_tls = "1.3"
["example.net"]
imap = { host = "imap.example.net" }
hosts = ["mail.example.net"]
"""
ONE = TWO.partition('["example.net"]')[0]


@pytest.fixture(autouse=True)
def _no_brands() -> Iterator[None]:
    brands.forget()
    yield
    brands.forget()


@pytest.fixture
def domains(tmp_path: Path) -> Callable[..., str]:
    """Runs the command on a text; what it prints."""

    def run(what: str, text: str) -> str:
        (tmp_path / "domains.toml").write_text(text)
        out = StringIO()
        call_command("domains", what, str(tmp_path / "domains.toml"), stdout=out, stderr=out)
        return out.getvalue()

    return run


@pytest.fixture
def dropped() -> Iterator[list[tuple[str, list[int]]]]:
    """Whose connections were ended, and whether the password went with them."""
    told: list[tuple[str, list[int]]] = []

    def passwords(sender: object, account_ids: list[int], **_: object) -> None:
        told.append(("password", account_ids))

    def servers(sender: object, account_ids: list[int], **_: object) -> None:
        told.append(("server", account_ids))

    passwords_forgotten.connect(passwords)
    servers_changed.connect(servers)
    yield told
    passwords_forgotten.disconnect(passwords)
    servers_changed.disconnect(servers)


@pytest.fixture
def signed_in(alice: MailAccount) -> MailAccount:
    MailDomain.objects.create(name="example.org", imap_host="imap.example.org", smtp_host="smtp.example.org")
    secrets.seal(alice, "pass word")
    alice.save()
    return alice


def test_the_file_is_checked_applied_and_applied_again(domains: Callable[..., str]) -> None:
    assert domains("check", TWO).splitlines()[:2] == ["example.org: added", "example.net: added"]
    assert not MailDomain.objects.exists()
    said = domains("apply", TWO)
    assert "mail.example.net is not in WEBMAIL_ALLOWED_HOSTS" in said
    assert set(MailDomain.objects.values_list("name", "is_declared")) == {("example.org", True), ("example.net", True)}
    assert domains("apply", TWO).splitlines()[:2] == ["example.org: kept", "example.net: kept"]
    servers = servers_for("a@example.org")
    assert servers.imap == Endpoint("imap.example.org", 993, "tls", "1.3")
    assert servers.sieve == Endpoint("sieve.example.org", 4190, "starttls", "1.3")
    changed = TWO.replace('"1.3"', '"1.2"')
    assert domains("apply", changed).startswith("example.org: changed (least_tls)")
    assert [entry.facts["did"] for entry in AuditEntry.objects.order_by("pk")] == ["added", "added", "changed"]


def test_what_leaves_the_file_goes_and_the_admins_stay(domains: Callable[..., str]) -> None:
    MailDomain.objects.create(name="own.example", imap_host="imap.own.example")
    domains("apply", TWO)
    assert "example.net: removed" in domains("apply", ONE)
    assert set(MailDomain.objects.values_list("name", flat=True)) == {"example.org", "own.example"}


def test_a_domain_of_the_admins_is_taken_over(domains: Callable[..., str]) -> None:
    MailDomain.objects.create(name="example.org", imap_host="old.example.org", recipients_per_message=3)
    said = domains("apply", ONE)
    assert said.startswith("example.org: changed (imap_host, sieve_host, least_tls, recipients_per_message)")
    row = MailDomain.objects.get()
    assert (row.imap_host, row.recipients_per_message, row.is_declared) == ("imap.example.org", None, True)


def test_with_a_fault_nothing_is_changed(domains: Callable[..., str]) -> None:
    MailDomain.objects.create(name="own.example", imap_host="imap.own.example", hosts="mail.example.net")
    with pytest.raises(CommandError, match=r"mail\.example\.net is a web address of own\.example"):
        domains("apply", TWO)
    with pytest.raises(CommandError, match="port"):
        domains("apply", '["a.example"]\nimap = { host = "x", port = 0 }')
    assert MailDomain.objects.count() == 1


def test_another_imap_server_gets_nobodys_password(
    signed_in: MailAccount,
    bob: MailAccount,
    dropped: list[tuple[str, list[int]]],
    domains: Callable[..., str],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    before = signed_in.secret_version
    with django_capture_on_commit_callbacks(execute=True):
        domains("apply", ONE.replace("imap.example.org", "other.example.org"))
    assert dropped == [("password", [signed_in.pk])]
    signed_in.refresh_from_db()
    assert (signed_in.secret, signed_in.secret_version) == ("", before + 1)


def test_a_domain_that_is_gone_leaves_people_who_sign_in_again(
    signed_in: MailAccount,
    dropped: list[tuple[str, list[int]]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        applying.remove(MailDomain.objects.get())
    assert dropped == [("password", [signed_in.pk])]
    with pytest.raises(SecretUnreadable):
        secrets.open_(MailAccount.objects.get(pk=signed_in.pk))
    assert signed_in.user.accounts.count() == 1


def test_any_other_change_of_servers_keeps_the_password(
    signed_in: MailAccount,
    dropped: list[tuple[str, list[int]]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    row = MailDomain.objects.get()
    row.least_tls = "1.3"
    with django_capture_on_commit_callbacks(execute=True):
        applying.save(row)
    row.brand_name = "Example"
    with django_capture_on_commit_callbacks(execute=True):
        applying.save(row)
    assert dropped == [("server", [signed_in.pk])]
    assert secrets.open_(MailAccount.objects.get(pk=signed_in.pk)).reveal() == "pass word"


@pytest.fixture
def desk() -> Client:
    client = Client()
    root = User.objects.create_user("root@example.org", is_staff=True, is_superuser=True)
    client.force_login(root, backend=OWN_PASSWORD)
    return client


SENT = {
    "name": "Example.COM", "hosts": "Mail.example.com, post.example.com", "imap_host": "imap.example.com",
    "imap_port": 993, "imap_security": "tls", "smtp_host": "", "smtp_port": 465, "smtp_security": "tls",
    "sieve_host": "", "sieve_port": 4190, "sieve_security": "starttls", "least_tls": "1.2",
    "brand_name": "Example Mail", "accent": "#7a1f5c",
}  # fmt: skip


def _picture() -> BytesIO:
    made = BytesIO()
    Image.new("RGB", (60, 60), "teal").save(made, "PNG")
    made.seek(0)
    made.name = "logo.png"
    return made


def test_the_operators_hand(desk: Client) -> None:
    answer = desk.post("/admin/accounts/maildomain/add/", SENT | {"new_logo": _picture()})
    assert answer.status_code == 302, answer.content.decode()
    row = MailDomain.objects.get()
    assert (row.name, row.host_names) == ("example.com", ["mail.example.com", "post.example.com"])
    assert row.logo_digest
    page = desk.get(f"/admin/accounts/maildomain/{row.pk}/change/").content.decode()
    assert ": 1 in the light theme" in page
    desk.post(f"/admin/accounts/maildomain/{row.pk}/change/", SENT | {"recipients_per_message": 5, "no_logo": "on"})
    row.refresh_from_db()
    assert (row.logo_digest, row.recipients_per_message) == ("", 5)
    desk.post("/admin/accounts/maildomain/", {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
    told = [(entry.address, entry.facts["did"], entry.facts["how"]) for entry in AuditEntry.objects.order_by("pk")]
    assert told == [("root@example.org", did, "admin") for did in ("added", "changed", "removed")]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("accent", "teal", "Write the colour as #00687e."),
        ("hosts", "a b/c", "is not a host name"),
        ("hosts", "taken.example.net", "taken.example.net is a web address of other.example already."),
        ("imap_port", 0, "greater than or equal to 1"),
        ("sieve_security", "plain", "This sends passwords readable."),
    ],
)
def test_what_the_operator_is_told(desk: Client, field: str, value: object, said: str) -> None:
    MailDomain.objects.create(name="other.example", imap_host="x.example", hosts="taken.example.net")
    answer = desk.post("/admin/accounts/maildomain/add/", SENT | {field: value})
    assert answer.status_code == 200
    assert said in answer.content.decode()


def test_what_the_file_says_is_only_looked_at(desk: Client, domains: Callable[..., str]) -> None:
    domains("apply", ONE)
    row = MailDomain.objects.get()
    assert desk.get(f"/admin/accounts/maildomain/{row.pk}/change/").status_code == 200
    assert desk.post(f"/admin/accounts/maildomain/{row.pk}/change/", SENT).status_code == 403
    assert desk.post(f"/admin/accounts/maildomain/{row.pk}/delete/", {"post": "yes"}).status_code == 403
