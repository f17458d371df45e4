"""Alice, whose mail it is, in a browser that runs no script; Bob, who has mail of his own; Charlie, who has none."""

import time
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.entering import CONFIRMED
from accounts.models import MailAccount, User
from imapbridge import client as bridge
from imapbridge.models import Mailbox
from tests import factories


@dataclass
class Person:
    """Someone at a browser."""

    user: User
    account: MailAccount
    inbox: Mailbox
    client: Client

    def get(self, address: str, **headers: str) -> Any:
        return self.client.get(address, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def script(self, address: str, region: str) -> Any:
        """As a script asks for one region of a page."""
        return self.client.get(address, headers={"Region": region})

    def text(self, address: str) -> str:
        answer = self.client.get(address)
        assert answer.status_code == 200, answer.status_code
        return str(answer.content.decode())


def confirm(client: Client, *, ago: float = 0) -> None:
    """As somebody who showed that it is they so many seconds ago."""
    session = client.session
    session[CONFIRMED] = int(time.time() - ago)
    session.save()


def _person(address: str) -> Person:
    user, account = factories.person(address, secret="sealed")
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    confirm(client)
    return Person(user, account, factories.mailbox(account), client)


@pytest.fixture
def alice(db: None) -> Person:
    return _person("alice@example.com")


@pytest.fixture
def bob(db: None) -> Person:
    return _person("bob@example.com")


@pytest.fixture
def charlie(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_user("charlie@example.com"), backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


@pytest.fixture(autouse=True)
def replayed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Accounts whose bridge was told of work; no bridge runs in these tests."""
    told: list[int] = []
    monkeypatch.setattr(bridge, "replay", told.append)
    return told
