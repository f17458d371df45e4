"""The whole way, with nothing but the product's own processes: mail is delivered, no page is open, a push comes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.people import letter
from tests.servers.dovecot import Dovecot, User
from tests.servers.process import running
from tests.servers.push_service import Browser, PushService
from tests.servers.visitor import Visitor
from tests.servers.whimbrel import Whimbrel

BY_WATCH = 50
"""Seconds: less than until beat says for the first time whose mail is expected."""


@pytest.fixture
def own_service() -> Iterator[PushService]:
    with running(PushService()) as service:
        yield service


@pytest.fixture
def product(dovecot: Dovecot, own_service: PushService) -> Iterator[Whimbrel]:
    made = Whimbrel(dovecot, beat=False, environ={"WEBMAIL_PUSH_HOSTS": "localhost"})
    with Path(made.environ["WEBMAIL_TLS_CA_FILE"]).open("ab") as trusted:
        trusted.write(own_service.authority.path.read_bytes())
    with running(made):
        yield made


def test_mail_reaches_a_browser_without_a_page(
    product: Whimbrel, dovecot: Dovecot, mail_user: User, own_service: PushService
) -> None:
    def deliver(subject: str) -> None:
        dovecot.deliver(mail_user, letter(subject, "Collect from 07:30.", minutes=0).as_bytes())

    deliver("Of yesterday")
    browser = own_service.browser()
    with Visitor(product.url) as visitor:
        visitor.sign_in(mail_user.address, mail_user.password)
        product.wait_until_synced(mail_user)
        visitor.get("/settings/notifications")
        assert subscribe(visitor, browser) == 204
        deliver("Cargo bike")
        own_service.wait(browser, 1, BY_WATCH)
        deliver("Paint")
        own_service.wait(browser, 2, BY_WATCH)
        assert browser.bodies == ["Cargo bike", "Paint"]
        note = browser.messages[1]["notes"][0]
        assert visitor.post("/notifications/read", {"token": note["token"]}).status == 204
        with dovecot.client(mail_user) as phone:
            product.wait_until(lambda: len(phone.uids("INBOX", "UNSEEN")) == 2, "the mark on the mail server")
        visitor.get("/settings/notifications")
        visitor.post("/sign-out", {})
    assert product.rows("SELECT count(*) FROM accounts_pushsubscription") == [(0,)]
    assert own_service.faults == []


def subscribe(visitor: Visitor, browser: Browser) -> int:
    values = {"endpoint": browser.endpoint, "key": browser.key, "secret": browser.secret}
    return visitor.post("/settings/notifications/device", values).status
