"""Alice, who is signed in in a browser that is told of new mail by a push service on this machine."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import MailAccount, PushSubscription, SignIn, User
from imapbridge.models import Mailbox
from tests import factories
from tests.servers.process import running
from tests.servers.push_service import Browser, PushService
from webmail.push import subscriptions


@pytest.fixture(scope="session")
def _push_service() -> Iterator[PushService]:
    with running(PushService()) as service:
        yield service


@pytest.fixture
def push_service(_push_service: PushService, settings: Any) -> PushService:
    settings.ENV = replace(settings.ENV, push_hosts=("localhost",), tls_ca_file=str(_push_service.authority.path))
    _push_service.answers.clear()
    _push_service.faults.clear()
    _push_service.requests.clear()
    return _push_service


@dataclass
class Told:
    """A person with a browser that is told."""

    user: User
    account: MailAccount
    inbox: Mailbox
    browser: Browser
    subscription: PushSubscription

    def tell(self) -> None:
        subscriptions.deliver(self.subscription.pk)

    def marks(self) -> Any:
        self.subscription.refresh_from_db()
        return self.subscription.told


def sign_in(user: User, device: str = "Firefox on Linux", days: int = 14) -> SignIn:
    number = SignIn.objects.count()
    expires = timezone.now() + timedelta(days=days)
    return SignIn.objects.create(user=user, session_digest=f"digest {number}", device=device, expires_at=expires)


@pytest.fixture
def alice(transactional_db: None, push_service: PushService) -> Told:
    user, account = factories.person(secret="sealed")
    inbox = factories.mailbox(account)
    factories.message(inbox, "Of yesterday", seen=False)
    browser, row = push_service.browser(), sign_in(user)
    subscriptions.subscribe(row, browser.endpoint, browser.key, browser.secret)
    return Told(user, account, inbox, browser, row.push)
