"""The walk, on a desk and a phone: sign in, read the inbox, open a message, download what is attached, sign out."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.people import PDF, faults, is_phone, set_theme, sign_in, sign_in_by_hand, table_plan
from tests.servers.chromium import Record
from tests.servers.dovecot import Dovecot, User
from tests.servers.whimbrel import Whimbrel


def test_the_walk(screen: Page, whimbrel: Whimbrel, noor: User, page_record: Record) -> None:
    sign_in_by_hand(screen, whimbrel, noor)
    table_plan(screen)
    expect(screen.get_by_role("article").get_by_text("Final version is attached.")).to_be_visible()
    assert screen.locator("#list-pane").is_visible() != is_phone(screen)
    with screen.expect_download() as download:
        screen.get_by_role("button", name="Download table-plan.pdf").click()
    assert download.value.suggested_filename == "table-plan.pdf"
    assert Path(download.value.path()).read_bytes() == PDF
    if is_phone(screen):
        screen.get_by_role("link", name="Back to Inbox").click()
    screen.get_by_role("button", name="Switch account").filter(visible=True).click()
    screen.get_by_role("menuitem", name="Sign out").click()
    expect(
        screen.get_by_role("textbox", name="Email address").or_(screen.get_by_text("signed out")).first
    ).to_be_visible()
    screen.goto(f"{whimbrel.url}/")
    expect(screen).to_have_url(f"{whimbrel.url}/sign-in?next=/")
    assert not page_record.outside


def test_opening_marks_as_read_here_and_on_the_server(
    page: Page, whimbrel: Whimbrel, noor: User, dovecot: Dovecot
) -> None:
    sign_in(page, whimbrel, noor)
    row = page.locator(".row", has_text="Table plan")
    expect(row).to_have_class("row is-unread is-current")
    table_plan(page)
    expect(row).not_to_have_class("row is-unread is-open is-current")
    with dovecot.client(noor) as client:
        whimbrel.wait_until(lambda: "\\Seen" in client.flags("INBOX")[123], "the server hears of it")


def test_html_is_framed_shown_and_does_nothing(page: Page, whimbrel: Whimbrel, noor: User, page_record: Record) -> None:
    sign_in(page, whimbrel, noor)
    page.get_by_role("link", name="No. 41").click()
    expect(page.get_by_text("1 tracking pixel is left out: tracker.example.")).to_be_visible()
    frame = page.frame_locator("iframe[title=Message]")
    expect(frame.get_by_role("heading", name="Margins")).to_be_visible()
    inside = frame.locator("html").evaluate("element => element.getBoundingClientRect().height")
    outside = page.locator("iframe").evaluate("element => element.getBoundingClientRect().height")
    assert abs(inside - outside) <= 1
    expect(page).to_have_title("No. 41: on leaving margins wide – Whimbrel")
    assert not page_record.outside


def test_nothing_for_axe_to_find(screen: Page, whimbrel: Whimbrel, noor: User, page_record: Record) -> None:
    set_theme(screen)
    screen.goto(f"{whimbrel.url}/sign-in")
    assert faults(screen) == []
    sign_in(screen, whimbrel, noor)
    assert faults(screen) == []
    screen.get_by_role("button", name="Filter").click()
    assert faults(screen) == []
    screen.keyboard.press("Escape")
    if is_phone(screen):
        screen.get_by_role("button", name="Open mailboxes").click()
        expect(screen.get_by_role("navigation", name="Mailboxes")).to_be_visible()
        assert faults(screen) == []
        screen.keyboard.press("Escape")
    table_plan(screen)
    assert faults(screen) == []
    for address in ("/settings", "/nowhere"):
        screen.goto(f"{whimbrel.url}{address}")
        assert faults(screen) == []
    page_record.faults.clear()  # axe measures colours by inline styles, which our policy refuses
