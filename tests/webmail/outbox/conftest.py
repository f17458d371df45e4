"""Alice, who sends by the tests' submission server, and whose mail server is asked nothing."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import secrets
from accounts.models import MailAccount, MailDomain
from imapbridge import client as bridge
from imapbridge.mime.build import Composed, new_message_id
from imapbridge.models import Mailbox
from imapbridge.terms.envelope import Address
from tests import factories
from tests.servers.smtp import SmtpServer
from webmail.compose import outbox, posting
from webmail.models import Outgoing


@dataclass
class Sender:
    """Somebody with an outbox."""

    account: MailAccount
    inbox: Mailbox
    sent: Mailbox
    server: SmtpServer

    def send(self, *to: str, due_at: datetime | None = None, **given: Any) -> Outgoing:
        keys = ("draft", "answers", "dsn")
        rest = {key: given.pop(key) for key in keys if key in given}
        one = self.composed(*to, **given)
        return outbox.send(self.account, one, due_at=due_at or timezone.now(), **rest)

    def composed(self, *to: str, **given: Any) -> Composed:
        values = {
            "message_id": new_message_id("example.com"), "date": datetime(2026, 11, 26, 9, tzinfo=UTC),
            "from_": Address("Alice", self.account.address), "subject": "Hello", "text": "Hello\n.\n..dots\n",
        }  # fmt: skip
        return Composed(to=tuple(Address("", one) for one in to), **(values | given))

    def post(self, row: Outgoing) -> Outgoing:
        """Its time has come."""
        Outgoing.objects.filter(pk=row.pk, state="waiting").update(due_at=timezone.now())
        posting.post(row.pk)
        row.refresh_from_db()
        return row

    def later(self, row: Outgoing) -> Outgoing:
        """Whoever was at it is dead, and the clock has found it."""
        Outgoing.objects.filter(pk=row.pk).update(due_at=timezone.now() - timedelta(seconds=1))
        posting.look()
        posting.post(row.pk)
        row.refresh_from_db()
        return row

    @property
    def ids(self) -> list[int]:
        return [self.account.pk]

    def got(self) -> list[list[str]]:
        """Whom each message that the server took was for."""
        return [sorted(one.recipients) for one in self.server.received]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Messages that the worker was told of; none runs here."""
    told: list[int] = []
    monkeypatch.setattr(posting, "_ask", lambda pk, seconds=0: told.append(pk))
    return told


@pytest.fixture
def new_sender(
    db: None, settings: Any, smtp_server: SmtpServer, asked: list[int], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Sender]:
    monkeypatch.setattr(bridge, "replay", lambda _account: None)

    def make(*, port: int = 0, security: str = "starttls") -> Sender:
        settings.ENV = replace(settings.ENV, tls_ca_file=str(smtp_server.authority.path))
        MailDomain.objects.update_or_create(
            name="example.com",
            defaults={
                "imap_host": "localhost", "smtp_host": "localhost", "smtp_port": port or smtp_server.port,
                "smtp_security": security,
            },
        )  # fmt: skip
        _, account = factories.person()
        secrets.seal(account, "geheim ü")
        account.save()
        sent = factories.mailbox(account, "Sent", special_use="sent")
        return Sender(account, factories.mailbox(account), sent, smtp_server)

    return make


@pytest.fixture
def alice(new_sender: Callable[..., Sender]) -> Sender:
    return new_sender()
