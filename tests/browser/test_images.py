"""Remote images: nothing is asked for until the reader says so, and then by the server, never by the browser."""

from playwright.sync_api import Page, expect

from tests.browser.people import faults, letter, sign_in
from tests.mail.pictures import picture
from tests.servers.chromium import Record
from tests.servers.dovecot import Dovecot, User
from tests.servers.web_host import Reply, WebHost
from tests.servers.whimbrel import Whimbrel


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
    page: Page, page_record: Record, whimbrel: Whimbrel, dovecot: Dovecot, mail_user: User, web_host: WebHost
) -> None:
    deliver(dovecot, mail_user, web_host)
    sign_in(page, whimbrel, mail_user)
    page.get_by_role("link", name="The quay").click()
    expect(page.get_by_text("1 remote image is blocked to keep your reading private.")).to_be_visible()
    expect(page.get_by_text("1 tracking pixel is left out: localhost.")).to_be_visible()
    assert drawn(page) == 0
    assert faults(page) == []
    page.get_by_role("button", name="Show images").click()
    expect(page.get_by_text("1 remote image is blocked")).not_to_be_visible()
    expect(page.get_by_role("heading", name="Wren Calloway", level=3)).to_be_focused()
    page.wait_for_function(
        "() => document.querySelector('iframe').contentDocument.querySelector('img[src]')?.naturalWidth === 120"
    )
    assert web_host.paths == ["/boat.png"]
    assert not [url for url in page_record.requests if url.startswith(web_host.url)]
    page.go_back()
    expect(page.get_by_role("heading", name="Inbox", level=1)).to_be_visible()
    page.get_by_role("link", name="The quay").click()
    page.get_by_role("button", name="Always for Wren").click()
    expect(page.get_by_role("button", name="Always for Wren")).to_have_count(0)
    page.reload()
    page.wait_for_function(
        "() => document.querySelector('iframe').contentDocument.querySelector('img[src]')?.naturalWidth === 120"
    )
    expect(page.get_by_role("button", name="Show images")).to_have_count(0)
    page.get_by_text("to Noor").click()
    expect(page.get_by_text("Always shown from this address.")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="Block again").click()
    expect(page.get_by_role("button", name="Show images")).to_be_visible()
    assert web_host.paths == ["/boat.png"]  # the browser kept it
