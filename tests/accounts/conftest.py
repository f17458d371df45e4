"""People and settings that these tests share."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pytest_django import Settings

from accounts import throttle
from accounts.models import MailAccount, User


@pytest.fixture
def environment(settings: Settings) -> Callable[..., None]:
    """Change what the operator said: `environment(imap_host="mail.example.com")`."""

    def change(**values: Any) -> None:
        settings.ENV = replace(settings.ENV, **values)

    change(imap_host="mail.example.org")
    return change


@pytest.fixture
def still_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The throttle's clock stands, so that no attempt of a test falls into the next count."""
    monkeypatch.setattr(throttle, "time", lambda: 20_000 * 86_400 + 43_000.0)


@pytest.fixture
def alice(db: None, environment: Callable[..., None]) -> MailAccount:
    """Alice's mail account, which has no password yet."""
    user = User.objects.create_user("alice@example.org")
    return MailAccount.objects.create(user=user, address="alice@example.org", username="alice@example.org")


@pytest.fixture
def bob(db: None, environment: Callable[..., None]) -> MailAccount:
    user = User.objects.create_user("bob@example.org")
    return MailAccount.objects.create(user=user, address="bob@example.org", username="bob@example.org")
