"""Marks in the list: by mouse, by keys, by touch, and without scripts; and that they stay while the list changes."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import faults, letter, sign_in
from tests.servers.chromium import Record
from tests.servers.dovecot import Dovecot, User
from tests.servers.whimbrel import Whimbrel

BAR = "Actions for selected conversations"


@pytest.fixture
def five(dovecot: Dovecot, mail_user: User) -> User:
    """Five conversations, the newest first in the list: Plan 1 to Plan 5."""
    for number in range(5, 0, -1):
        dovecot.append(mail_user, "INBOX", letter(f"Plan {number}", "So?", minutes=number * 10).as_bytes())
    return mail_user


def marked(page: Page) -> list[str]:
    boxes = page.locator(".row-lead > :checked")
    return boxes.evaluate_all("boxes => boxes.map(box => box.getAttribute('aria-label').replace('Select ', ''))")


def bar(page: Page) -> str:
    return page.get_by_role("toolbar", name=BAR).locator(".count").inner_text()


def test_by_mouse_one_and_a_run(page: Page, whimbrel: Whimbrel, five: User, page_record: Record) -> None:
    sign_in(page, whimbrel, five)
    expect(page.get_by_role("toolbar", name=BAR)).to_have_count(0)
    page.get_by_role("checkbox", name="Select Plan 2").click()
    assert bar(page) == "1 selected"
    page.get_by_role("checkbox", name="Select Plan 4").click(modifiers=["Shift"])
    assert marked(page) == ["Plan 2", "Plan 3", "Plan 4"]
    assert bar(page) == "3 selected"
    expect(page.get_by_role("heading", name="Inbox", level=1)).to_have_count(1)
    assert faults(page) == []
    page.get_by_role("checkbox", name="Select all").click()
    assert len(marked(page)) == 5
    page.get_by_role("checkbox", name="Select all").click()
    assert marked(page) == []
    expect(page.get_by_role("toolbar", name=BAR)).to_have_count(0)
    page_record.faults.clear()


def test_nothing_moves_with_the_first_mark_and_the_bar_fits(
    page: Page, whimbrel: Whimbrel, dovecot: Dovecot, mail_user: User
) -> None:
    """More than is loaded is offered with all marks only; however long its name, each button is within reach."""
    dovecot.fill(mail_user, "INBOX", 130)
    page.set_viewport_size({"width": 1024, "height": 800})
    sign_in(page, whimbrel, mail_user)
    row = page.locator(".row").nth(3)
    before = row.bounding_box()
    row.get_by_role("checkbox").click()
    assert row.bounding_box() == before
    expect(row.locator(".row-meta .num")).to_be_visible()
    everything = page.get_by_role("checkbox", name="All in Inbox: 130 messages")
    expect(everything).to_have_count(0)
    page.get_by_role("checkbox", name="Select all").click()
    everything.check()
    tools = page.get_by_role("toolbar", name=BAR).get_by_role("button")
    for number in range(tools.count()):
        tools.nth(number).click(trial=True)
    before = row.bounding_box()
    row.get_by_role("checkbox").click()
    expect(everything).not_to_be_checked()
    assert row.bounding_box() == before


def test_by_keys(page: Page, whimbrel: Whimbrel, five: User) -> None:
    sign_in(page, whimbrel, five)
    for key in ("j", "j", "x"):
        page.keyboard.press(key)
    expect(page.get_by_role("toolbar", name=BAR)).to_contain_text("1 selected")
    assert marked(page) == ["Plan 2"]
    for key in ("Shift+J", "Shift+J"):
        page.keyboard.press(key)
    expect(page.locator(".row-lead > :checked")).to_have_count(3)
    assert marked(page) == ["Plan 2", "Plan 3", "Plan 4"]
    for keys, count in (("*a", 5), ("*n", 0), ("*u", 5)):
        for key in keys:
            page.keyboard.press(key)
        expect(page.locator(".row-lead > :checked")).to_have_count(count)
    page.keyboard.press("Escape")
    expect(page.locator(".row-lead > :checked")).to_have_count(0)
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("checkbox", name="Select Plan 4")).to_be_focused()
    page.keyboard.press("Space")
    assert marked(page) == ["Plan 4"]


def test_a_phone_marks_by_the_avatar(phone: Page, whimbrel: Whimbrel, five: User, page_record: Record) -> None:
    sign_in(phone, whimbrel, five)
    row = phone.locator(".row", has_text="Plan 2")
    before = row.bounding_box()
    row.locator(".row-lead").tap()
    expect(phone.get_by_role("toolbar", name=BAR)).to_contain_text("1 selected")
    assert row.bounding_box() == before
    phone.get_by_role("button", name="Select all", exact=True).tap()
    expect(phone.get_by_role("toolbar", name=BAR)).to_contain_text("5 selected")
    archive = phone.get_by_role("toolbar", name=BAR).get_by_role("button", name="Archive")
    box = archive.bounding_box()
    assert box
    assert box["height"] >= 44
    assert box["y"] > 700, "within reach of the thumb"
    assert faults(phone) == []
    phone.get_by_role("button", name="Clear selection").tap()
    expect(phone.get_by_role("toolbar", name=BAR)).to_have_count(0)
    assert marked(phone) == []
    page_record.faults.clear()


def test_a_phone_shows_each_label_whole(phone: Page, whimbrel: Whimbrel, five: User) -> None:
    sign_in(phone, whimbrel, five)
    phone.get_by_role("link", name=re.compile("Plan 2")).tap()
    seen = phone.get_by_role("toolbar", name="Conversation actions").get_by_role("button", name="Mark as unread")
    expect(seen.get_by_text("Unread", exact=True)).to_be_visible()
    seen.tap()
    seen = phone.get_by_role("toolbar", name="Conversation actions").get_by_role("button", name="Mark as read")
    expect(seen.get_by_text("Read", exact=True)).to_be_visible()


def test_marks_stay_while_the_list_changes(page: Page, whimbrel: Whimbrel, five: User, dovecot: Dovecot) -> None:
    sign_in(page, whimbrel, five)
    page.get_by_role("checkbox", name="Select Plan 2").click()
    page.get_by_role("checkbox", name="Select Plan 3").click()
    with dovecot.client(five) as client:
        client.flag("INBOX", [4], "\\Flagged")
        client.delete("INBOX", [3])
    page.evaluate("document.querySelector('[formaction$=\"/refresh\"]').click()")
    expect(page.get_by_role("button", name="Star: Plan 2")).to_have_attribute("aria-pressed", "true", timeout=15_000)
    page.mouse.move(5, 5)
    expect(page.locator(".row", has_text="Plan 3")).to_have_count(0)
    assert marked(page) == ["Plan 2"]
    assert bar(page) == "1 selected"


def test_without_scripts_the_bar_comes_with_the_first_mark(whimbrel: Whimbrel, five: User, plain: Page) -> None:
    sign_in(plain, whimbrel, five)
    expect(plain.get_by_role("toolbar", name=BAR)).to_have_count(0)
    plain.get_by_role("checkbox", name=re.compile("Select Plan 2")).check(force=True)
    plain.get_by_role("checkbox", name=re.compile("Select Plan 4")).check(force=True)
    plain.get_by_role("toolbar", name=BAR).get_by_role("button", name="Archive").click()
    expect(plain.locator(".row")).to_have_count(3)
    expect(plain.get_by_text("Archived 2 conversations")).to_be_visible()
    expect(plain.locator(".toast kbd")).to_be_hidden()
    plain.get_by_role("button", name="Undo").click()
    expect(plain.locator(".row")).to_have_count(5)


def test_everything_is_archived_and_comes_back(
    page: Page, whimbrel: Whimbrel, dovecot: Dovecot, mail_user: User, page_record: Record
) -> None:
    """More than is loaded: by its box, a key, and `z`, which knows of it after a reload too."""
    dovecot.fill(mail_user, "INBOX", 130)
    sign_in(page, whimbrel, mail_user)
    everything = page.get_by_role("checkbox", name="All in Inbox: 130 messages")
    expect(page.locator(".row")).to_have_count(50)
    expect(everything).to_have_count(0)
    page.get_by_role("checkbox", name="Select all").click()
    everything.check()
    assert bar(page) == "All in Inbox: 130 messages"
    assert faults(page) == []
    page.keyboard.press("e")
    page.mouse.move(5, 5)  # no row goes away under the pointer
    expect(page.get_by_text("Inbox to Archive").first).to_be_visible()
    with dovecot.client(mail_user) as client:
        whimbrel.wait_until(lambda: len(client.uids("Archive")) == 130, "all in the archive")
    expect(page.get_by_text("Nothing waiting")).to_be_visible(timeout=15_000)
    page.reload()
    expect(page.get_by_text("Nothing waiting")).to_be_visible()
    page.keyboard.press("z")
    with dovecot.client(mail_user) as client:
        whimbrel.wait_until(lambda: len(client.uids("INBOX")) == 130, "all in the inbox again")
    expect(page.locator(".row").first).to_be_visible(timeout=15_000)
    page_record.faults.clear()
