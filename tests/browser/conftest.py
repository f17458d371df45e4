"""Noor, whose mailbox every browser test opens, and a browser that runs no script."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.people import fill
from tests.servers.chromium import PHONE, Chromium
from tests.servers.dovecot import Dovecot, User


@pytest.fixture
def noor(dovecot: Dovecot, mail_user: User) -> User:
    fill(dovecot, mail_user)
    return mail_user


@pytest.fixture(params=["desktop", "phone"])
def plain(request: pytest.FixtureRequest, chromium: Chromium) -> Iterator[Page]:
    """A browser that runs no script."""
    page = chromium.page(java_script_enabled=False, **(PHONE if request.param == "phone" else {}))
    yield page
    page.context.close()
    chromium.suspend()
