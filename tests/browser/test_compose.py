"""Writing: no word is lost whatever dies, what is sent arrives as it was written, and nothing is in anybody's way."""

import contextlib
from typing import Any

import pytest
from playwright.sync_api import Error, Locator, Page, expect

from tests.browser.people import faults, sign_in, table_plan
from tests.servers.chromium import Record
from tests.servers.dovecot import Dovecot, User
from tests.servers.process import wait_until
from tests.servers.smtp import SmtpServer
from tests.servers.whimbrel import Whimbrel

PIXEL = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\r"
    b"IDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)


@pytest.fixture
def page_options() -> dict[str, Any]:
    """With a service worker."""
    return {}


CAN_WRITE = """async () => navigator.serviceWorker.controller
  && !!await caches.match(document.querySelector("mail-composer").dataset.sheet)"""


def composer(page: Page) -> Locator:
    """The one that is open, ready to be typed into."""
    found = page.locator("mail-composer:not([hidden])")
    expect(found.get_by_role("textbox", name="Message")).to_be_visible()
    return found


def leave_the_net(page: Page) -> None:
    """This tab alone: a service worker that dies with a tab could not be told that the net is back."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    nothing = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    session.send("Network.emulateNetworkConditions", {"offline": True, **nothing})


def crash(page: Page) -> None:
    """The tab dies without a word."""
    with contextlib.suppress(Error):
        page.goto("chrome://crash", timeout=2000)
    page.close()


def test_not_a_word_is_lost(page: Page, whimbrel: Whimbrel, noor: User, page_record: Record) -> None:
    sign_in(page, whimbrel, noor)
    page.keyboard.press("c")
    open_ = composer(page)
    open_.get_by_role("combobox", name="To").fill("ann@example.org")
    open_.get_by_role("textbox", name="Subject").fill("Minutes")
    text = open_.get_by_role("textbox", name="Message")
    text.click()
    page.keyboard.type("Said before the server died. ")
    expect(open_.get_by_role("status")).to_contain_text("Saved")
    wait_until(lambda: page.evaluate(CAN_WRITE), "a page without a connection that can be written on")
    whimbrel.kill()
    page.keyboard.type("Said while it was dead. ")
    expect(open_.get_by_role("status")).to_contain_text("kept on this device", timeout=15_000)
    context = page.context
    context.set_offline(True)  # the socket of a server that is killed here would keep who calls waiting
    page.reload()
    text = composer(page).get_by_role("textbox", name="Message")
    expect(text).to_have_text("Said before the server died. Said while it was dead. ")
    expect(page.get_by_role("heading", name="You are offline")).to_be_attached()
    text.click()
    page.keyboard.press("Control+End")
    page.keyboard.type("The last words.")
    page.wait_for_timeout(100)  # nobody dies within the same keystroke
    context.set_offline(False)
    crash(page)
    whimbrel.revive()
    page_record.faults.clear()  # requests to a dead server
    again = context.new_page()
    page_record.watch(again)
    again.goto(f"{whimbrel.url}/")
    found = composer(again)
    expect(found.get_by_role("textbox", name="Message")).to_have_text(
        "Said before the server died. Said while it was dead. The last words."
    )
    expect(found.get_by_text("ann@example.org")).to_be_visible()
    expect(found.get_by_role("status")).to_contain_text("Saved")
    again.keyboard.press("Escape")
    found.get_by_role("button", name="Save and close").last.click()
    expect(found).to_have_count(0)
    rows = whimbrel.rows("SELECT subject, text FROM webmail_draft WHERE subject = %s", "Minutes")
    assert rows == [("Minutes", "Said before the server died. Said while it was dead. The last words.")]


def test_an_answer_arrives_as_it_was_written(
    page: Page, whimbrel: Whimbrel, smtp_server: SmtpServer, noor: User
) -> None:
    sign_in(page, whimbrel, noor)
    table_plan(page)
    page.get_by_role("button", name="More for this message").last.click()
    page.get_by_role("menuitem", name="Forward", exact=True).locator("visible=true").click()
    composer(page).get_by_role("button", name="Save and close").locator("visible=true").click()
    expect(page.locator("mail-composer")).to_have_count(0)
    page.get_by_role("button", name="Open in composer").click()
    open_ = composer(page)
    assert (open_.get_by_role("textbox", name="Subject")).input_value() == "Re: Table plan"
    text = open_.get_by_role("textbox", name="Message")
    open_.get_by_role("button", name="More options").click()
    open_.get_by_label("Plain text").uncheck()
    page.keyboard.press("Escape")
    text.click()
    page.keyboard.press("Control+Home")
    page.keyboard.type("Dear ")
    page.keyboard.press("Control+b")
    page.keyboard.type("Wren")
    page.keyboard.press("Control+b")
    open_.get_by_role("button", name="Emoji").click()
    expect(open_.get_by_role("dialog", name="Emoji").get_by_role("button").first).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    files = [{"name": "plan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF" + bytes(3_000_000)}]
    open_.locator("input[type=file]").set_input_files(files)
    expect(open_.get_by_role("button", name="Remove plan.pdf")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(open_).to_have_count(0)
    toast = page.locator(".toast", has_text="Sent")
    toast.get_by_role("button", name="Undo").click()
    expect(composer(page).get_by_role("textbox", name="Message")).to_contain_text("Dear Wren")
    page.keyboard.type("!")  # the cursor is where it was
    page.keyboard.press("Control+Enter")
    expect(page.locator("mail-composer")).to_have_count(0)
    wait_until(lambda: smtp_server.received, "the message", 40)
    sent = smtp_server.received[0].message
    html = sent.get_body(("html",))
    assert html is not None
    assert "Dear <b>Wren</b>😃!" in html.get_content().replace("&nbsp;", " ").replace("\u200b", "")
    assert "Final version is attached." in html.get_content()
    assert sent["References"].split()[-1] == sent["In-Reply-To"]
    assert [len(part.get_content()) for part in sent.iter_attachments()] == [3_000_004]


def test_nothing_for_axe_to_find(phone: Page, whimbrel: Whimbrel, noor: User, page_record: Record) -> None:
    phone.emulate_media(color_scheme="dark")
    sign_in(phone, whimbrel, noor)
    phone.get_by_role("link", name="Compose").click()
    open_ = composer(phone)
    expect(open_.get_by_role("combobox", name="To")).to_be_focused()
    phone.keyboard.type("wren@example, Ann <ann@example.org>,")
    expect(open_.get_by_role("button", name="Remove wren@example, not a complete address")).to_be_visible()
    assert faults(phone) == []
    page_record.faults.clear()  # axe measures colours by inline styles, which our policy refuses
    open_.get_by_role("button", name="Send", exact=True).tap()
    expect(open_.get_by_role("alert")).to_contain_text("wren@example")
    open_.locator(".recip", has_text="Ann").locator("span").last.tap()
    open_.get_by_role("menuitem", name="Bcc").tap()
    expect(open_.get_by_role("group", name="Bcc").get_by_role("button", name="Remove Ann")).to_be_visible()
    phone.keyboard.press("Escape")
    expect(open_).to_have_count(0)


def test_a_message_begun_without_a_connection(
    page: Page, whimbrel: Whimbrel, smtp_server: SmtpServer, dovecot: Dovecot, noor: User, page_record: Record
) -> None:
    """It is typed, the tab dies, somebody else signs in and sees nothing of it; when its person is here again it is
    there, and is sent once."""
    sign_in(page, whimbrel, noor)
    page.keyboard.press("c")
    composer(page)
    blank = "Object.keys(localStorage).some((name) => name.startsWith('blank-message of '))"
    wait_until(lambda: page.evaluate(blank), "a blank message that is kept")
    page.keyboard.press("Escape")
    expect(page.locator("mail-composer")).to_have_count(0)
    context = page.context
    leave_the_net(page)
    page.keyboard.press("c")
    open_ = composer(page)
    open_.get_by_role("combobox", name="To").fill("ann@example.org")
    open_.get_by_role("textbox", name="Subject").fill("From the train")
    open_.get_by_role("textbox", name="Message").click()
    page.keyboard.type("No signal here.")
    expect(open_.get_by_role("status")).to_contain_text("kept on this device", timeout=15_000)
    page.keyboard.press("Control+Enter")
    expect(open_.get_by_role("alert")).to_contain_text("it is sent only once")
    crash(page)
    page_record.faults.clear()  # requests to nobody
    again = context.new_page()
    page_record.watch(again)
    noors = context.cookies()
    context.clear_cookies()
    sign_in(again, whimbrel, dovecot.user())
    again.keyboard.press("c")
    found = composer(again)
    expect(found).to_have_count(1)
    expect(found.get_by_role("textbox", name="Message")).to_have_text("")
    again.keyboard.press("Escape")
    expect(found).to_have_count(0)
    context.clear_cookies()
    context.add_cookies(noors)
    again.goto(f"{whimbrel.url}/")
    expect(found.get_by_role("textbox", name="Message")).to_have_text("No signal here.")
    expect(found.get_by_role("status")).to_contain_text("Saved")
    found.get_by_role("textbox", name="Message").click()
    again.keyboard.press("Control+Enter")
    expect(again.locator("mail-composer")).to_have_count(0)
    wait_until(lambda: smtp_server.received, "the message", 40)
    assert [one.message["Subject"] for one in smtp_server.received] == ["From the train"]
    assert whimbrel.rows("SELECT id FROM webmail_draft WHERE subject = %s AND outgoing IS NULL", "From the train") == []
