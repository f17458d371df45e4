"""Settings, Connection: asked for by the person, done by a worker, shown without scripts."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import MailAccount
from imapbridge.doctor.values import Area, Finding, Level, Report
from tests import factories
from webmail import checkups, tasks

pytestmark = pytest.mark.django_db
FOUND = (
    Finding(Area.READING, Level.FINE, "connected", {"milliseconds": 12}),
    Finding(Area.READING, Level.WARNING, "no-idle", {"seconds": 90}),
    Finding(Area.SENDING, Level.FAULT, "certificate-refused", {"host": "<b>", "reason": "expired"}),
)


@pytest.fixture
def account(client: Client) -> MailAccount:
    user, account = factories.person("ann@example.com")
    factories.mailbox(account)
    client.force_login(user, "imapbridge.login.MailboxBackend")
    return account


def queued() -> int:
    return int(cache._cache.get_client().llen("whimbrel:fast"))  # type: ignore[attr-defined]


def test_it_is_asked_for_and_waited_for(account: MailAccount, client: Client) -> None:
    page = client.get("/settings/connection")
    assert "Check the connection" in page.content.decode()
    assert "Refresh" not in page
    for _ in range(3):
        assert client.post("/settings/connection/check")["Location"] == "/settings/connection"
    assert queued() == 1
    page = client.get("/settings/connection")
    assert (page["Refresh"], page.status_code) == ("3", 200)
    assert "are being asked" in page.content.decode()


def test_what_was_found_is_shown(account: MailAccount, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    report = Report(account.address, 1_790_000_000.0, FOUND, "C: A1 NOOP\n")
    monkeypatch.setattr(checkups, "examine", lambda *_: report)
    checkups.ask(account.pk)
    tasks.examine_account(account.pk)
    page = client.get("/settings/connection").content.decode()
    for words in (
        "Something does not work.",
        "Connected in 12 ms.",
        "asked every 90 seconds",
        "&lt;b&gt;",
        "Check again",
    ):
        assert words in page
    saved = client.get("/settings/connection/transcript")
    assert saved.content == b"C: A1 NOOP\n"
    assert saved["Content-Disposition"].startswith("attachment")


def test_a_worker_that_fails_is_not_waited_for(account: MailAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(checkups, "examine", broken)
    checkups.ask(account.pk)
    with pytest.raises(RuntimeError):
        tasks.examine_account(account.pk)
    assert not checkups.found(account.pk).runs


def test_it_is_for_the_signed_in_and_by_post(client: Client, account: MailAccount) -> None:
    assert client.get("/settings/connection/check").status_code == 405
    assert client.get("/settings/connection/transcript").status_code == 404
    for path in ("connection", "connection/transcript"):
        assert Client().get(f"/settings/{path}").status_code == 302
