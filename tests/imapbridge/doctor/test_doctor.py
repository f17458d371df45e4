"""`manage.py doctor`: on a Dovecot that has everything, and on what does not work."""

import json
import stat
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import Settings

from accounts import secrets
from accounts.models import MailAccount
from imapbridge.management.commands import doctor
from imapbridge.sync.account import sync
from tests import factories
from tests.servers.bridge import at
from tests.servers.dovecot import Dovecot, User
from tests.servers.smtp import SmtpServer

Found = dict[tuple[str, str], Any]
"""What was found, by area and code."""
pytestmark = [pytest.mark.django_db, pytest.mark.servers]


@pytest.fixture
def ann(dovecot: Dovecot, mail_user: User, smtp_server: SmtpServer, settings: Settings, tmp_path: Path) -> MailAccount:
    """Somebody whose mail is kept here, with a folder whose name is nobody's business."""
    authorities = tmp_path / "both.pem"
    authorities.write_bytes(dovecot.authority.path.read_bytes() + smtp_server.authority.path.read_bytes())
    ways: dict[str, Any] = {"smtp_host": "localhost", "smtp_port": smtp_server.tls_port, "smtp_security": "tls"}
    settings.ENV = replace(at(settings.ENV, dovecot, **ways), tls_ca_file=str(authorities))
    with dovecot.client(mail_user) as client:
        client.create_mailbox("Divorce")
    _person, account = factories.person(mail_user.address)
    secrets.seal(account, mail_user.password)
    account.save()
    while sync(account.pk):
        pass
    return account


def run(address: str, *options: str) -> tuple[int, Found]:
    """The exit code, and what was found by its codes."""
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", address, "--json", *options, stdout=out)
    said = json.loads(out.getvalue())
    return int(ended.value.code or 0), {(row["area"], row["code"]): row for row in said["findings"]}


def test_all_is_looked_at(ann: MailAccount, mail_user: User, tmp_path: Path) -> None:
    path = tmp_path / "transcript.txt"
    code, found = run(ann.address, "--clock", "--transcript", str(path))
    assert {row["level"] for row in found.values()} <= {"fine", "note"}, found
    assert code == 0
    assert found[("reading", "certificate")]["facts"]["days"] > 20
    assert abs(found[("reading", "clock")]["facts"]["seconds"]) < 30
    for each in (
        ("reading", "signed-in"), ("reading", "latency"), ("reading", "mailboxes"), ("reading", "server-kind"),
        ("sending", "may-send"), ("sending", "size"), ("sending", "certificate"),
        ("mirror", "synced"), ("mirror", "counts-equal"), ("mirror", "nothing-owed"), ("mirror", "verified"),
    ):  # fmt: skip
        assert each in found, each
    text = path.read_text()
    assert "C: A1 AUTHENTICATE PLAIN [...]" in text
    assert "EHLO" in text
    assert mail_user.password not in text
    assert "Divorce" not in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_it_changes_nothing_there(ann: MailAccount, dovecot: Dovecot, mail_user: User) -> None:
    run(ann.address, "--clock", "--quick")
    with dovecot.client(mail_user) as client:
        assert client.uids("Trash") == []


def test_what_the_copy_lacks_is_told(ann: MailAccount, dovecot: Dovecot, mail_user: User) -> None:
    dovecot.append(mail_user, "INBOX", b"Subject: new\r\n\r\nHello\r\n")
    code, found = run(ann.address)
    assert code == 1
    assert found[("mirror", "counts-differ")]["facts"] == {"count": 1}
    assert found[("mirror", "differences")]["facts"]["count"] >= 1


def test_a_password_that_is_typed(ann: MailAccount, mail_user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    MailAccount.objects.update(secret="")
    monkeypatch.setattr(doctor, "getpass", lambda _prompt: mail_user.password)
    code, found = run(ann.address, "--ask")
    assert code == 0
    assert ("reading", "signed-in") in found
    monkeypatch.setattr(doctor, "getpass", lambda _prompt: "wrong")
    code, found = run(ann.address, "--ask")
    assert code == 2
    assert found[("reading", "sign-in-refused")]["level"] == "fault"


def test_nobody_is_signed_in(ann: MailAccount) -> None:
    MailAccount.objects.update(secret="")
    code, found = run(ann.address)
    assert code == 1
    assert ("address", "nobody-signed-in") in found
    assert ("reading", "certificate") in found
    assert ("reading", "signed-in") not in found


@pytest.fixture
def elsewhere(ann: MailAccount, settings: Settings) -> Iterator[Any]:
    """Change where the servers are said to be."""

    def change(**values: Any) -> tuple[int, Found]:
        settings.ENV = replace(settings.ENV, **values)
        return run(ann.address, "--quick")

    yield change


def test_what_does_not_work_is_told(elsewhere: Any, smtp_server: SmtpServer, dovecot: Dovecot) -> None:
    port = dovecot.ports.imap
    for values, told in (
        ({"imap_host": "nowhere.invalid"}, ("reading", "no-address")),
        ({"imap_host": "localhost", "imap_port": 1}, ("reading", "not-connected")),
        ({"imap_port": port}, ("reading", "no-tls")),
        ({"imap_port": port, "imap_security": "starttls", "smtp_port": 1}, ("sending", "not-connected")),
        (
            {"tls_ca_file": str(dovecot.authority.path), "smtp_port": smtp_server.tls_port},
            ("sending", "certificate-refused"),
        ),
        ({"imap_host": ""}, ("address", "no-servers")),
    ):
        code, found = elsewhere(**values)
        assert code == 2, values
        assert found[told]["level"] == "fault"
        assert found[told]["sentence"]
