"""Remote images: nothing is asked for until the reader says so, and then by the server, never by the browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import faults, letter, sign_in
from tests.mail.pictures import picture
from tests.servers.chromium import Record
from tests.servers.dovecot import Dovecot, User
from tests.servers.process import running
from tests.servers.web_host import Reply, WebHost
from tests.servers.whimbrel import Whimbrel


@pytest.fixture(scope="module")
def product(dovecot: Dovecot) -> Iterator[Whimbrel]:
    """With images from this machine."""
    with running(Whimbrel(dovecot, environ={"WEBMAIL_INNER_HOSTS": "localhost"})) as product:
        yield product


def deliver(dovecot: Dovecot, user: User, host: WebHost) -> None:
    host.answers["/boat.png"] = Reply(picture("image/png", 120, 80), slowly=0.001)
    news = letter("The quay", "Boats", minutes=5)
    news.add_alternative(
        f'<p>Boats.</p><img src="{host.url}/boat.png" alt="A boat"><img src="{host.url}/o.gif" width="1" height="1">',
        subtype="html",
    )
    dovecot.append(user, "INBOX", news.as_bytes())


def drawn(page: Page) -> int:
    """The width of the picture as it was decoded."""
    image = page.frame_locator("iframe[title=Message]").get_by_role("img", name="A boat")
    return int(image.evaluate("image => image.naturalWidth"))


def test_images_are_shown_when_they_are_asked_for(
    screen: Page, page_record: Record, product: Whimbrel, dovecot: Dovecot, mail_user: User, web_host: WebHost
) -> None:
    deliver(dovecot, mail_user, web_host)
    sign_in(screen, product, mail_user)
    screen.get_by_role("link", name="The quay").click()
    expect(screen.get_by_text("1 remote image is blocked to keep your reading private.")).to_be_visible()
    expect(screen.get_by_text("1 tracking pixel is left out: localhost.")).to_be_visible()
    assert drawn(screen) == 0
    assert faults(screen) == []
    screen.get_by_role("button", name="Show images").click()
    expect(screen.get_by_text("1 remote image is blocked")).not_to_be_visible()
    expect(screen.get_by_role("heading", name="Wren Calloway", level=3)).to_be_focused()
    screen.wait_for_function(
        "() => document.querySelector('iframe').contentDocument.querySelector('img[src]')?.naturalWidth === 120"
    )
    assert web_host.paths == ["/boat.png"]
    assert not [url for url in page_record.requests if url.startswith(web_host.url)]
    screen.go_back()
    expect(screen.get_by_role("heading", name="Inbox", level=1)).to_be_visible()
    screen.get_by_role("link", name="The quay").click()
    screen.get_by_role("button", name="Always for Wren").click()
    expect(screen.get_by_role("button", name="Always for Wren")).to_have_count(0)
    screen.reload()
    screen.wait_for_function(
        "() => document.querySelector('iframe').contentDocument.querySelector('img[src]')?.naturalWidth === 120"
    )
    expect(screen.get_by_role("button", name="Show images")).to_have_count(0)
    screen.get_by_text("to Noor").click()
    expect(screen.get_by_text("Always shown from this address.")).to_be_visible()
    assert faults(screen) == []
    screen.get_by_role("button", name="Block again").click()
    expect(screen.get_by_role("button", name="Show images")).to_be_visible()
    assert web_host.paths == ["/boat.png"]  # the browser kept it
