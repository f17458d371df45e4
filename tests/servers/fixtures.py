"""The servers as pytest fixtures. One of each for a worker's whole session; a test gets its own user or database.

A test that stops or changes a server makes its own: `with running(Dovecot(...)) as dovecot`.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.servers.chromium import PHONE, Chromium, Record
from tests.servers.dovecot import Dovecot, User
from tests.servers.postgres import PostgreSQL
from tests.servers.process import running
from tests.servers.redis import Redis
from tests.servers.smtp import SmtpServer
from tests.servers.web_host import WebHost
from tests.servers.whimbrel import Whimbrel


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    with running(Dovecot()) as server:
        yield server


@pytest.fixture
def mail_user(dovecot: Dovecot) -> User:
    """A fresh mail user with empty mailboxes."""
    return dovecot.user()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Redis]:
    with running(Redis()) as server:
        yield server


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgreSQL]:
    with running(PostgreSQL()) as server:
        yield server


@pytest.fixture(scope="session")
def _smtp_session() -> Iterator[SmtpServer]:
    with running(SmtpServer()) as server:
        yield server


@pytest.fixture
def smtp_server(_smtp_session: SmtpServer) -> SmtpServer:
    """The submission server, with nothing received and nothing refused."""
    _smtp_session.clear()
    return _smtp_session


@pytest.fixture(scope="session")
def _web_session() -> Iterator[WebHost]:
    with running(WebHost()) as host:
        yield host


@pytest.fixture
def web_host(_web_session: WebHost) -> WebHost:
    """Somebody's web server, with nothing on it."""
    _web_session.clear()
    return _web_session


@pytest.fixture(scope="session")
def whimbrel(dovecot: Dovecot, _smtp_session: SmtpServer) -> Iterator[Whimbrel]:
    """The product, with SQLite, in front of the session's Dovecot; `whimbrel.url` is its address. Nothing happens by
    the clock, and images may come from this machine."""
    environ = {"WEBMAIL_INNER_HOSTS": "localhost"}
    with running(Whimbrel(dovecot, _smtp_session, beat=False, environ=environ)) as product:
        yield product


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    with running(Chromium()) as browser:
        yield browser


@pytest.fixture
def page_record() -> Record:
    """What the test's pages did. The test fails at its end when `faults` is not empty; clear what was expected."""
    return Record()


@pytest.fixture
def page_options() -> dict[str, Any]:
    """What all pages of a module have, of Playwright's `new_context`. Those that need a service worker say so."""
    return {"service_workers": "block"}


@pytest.fixture
def page(chromium: Chromium, page_record: Record, page_options: dict[str, Any]) -> Iterator[Page]:
    """A page on a desk, 1440 by 900."""
    with _page(chromium, page_record, **page_options) as page:
        yield page


@pytest.fixture
def phone(chromium: Chromium, page_record: Record, page_options: dict[str, Any]) -> Iterator[Page]:
    """A page on a phone, 390 by 844, with touch."""
    with _page(chromium, page_record, **PHONE, **page_options) as page:
        yield page


@pytest.fixture(params=["desktop", "phone"])
def screen(
    request: pytest.FixtureRequest, chromium: Chromium, page_record: Record, page_options: dict[str, Any]
) -> Iterator[Page]:
    """The same test on both."""
    with _page(chromium, page_record, **(PHONE if request.param == "phone" else {}), **page_options) as page:
        yield page


@contextlib.contextmanager
def _page(chromium: Chromium, record: Record, **options: Any) -> Iterator[Page]:
    page = chromium.page(record, **options)
    try:
        yield page
        page.context.close()
    finally:
        chromium.suspend()
    assert not record.faults, "the page complained: " + "; ".join(record.faults)
