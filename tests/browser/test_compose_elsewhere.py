"""One draft open in two browsers of one person: who comes to it is told, and what gives way can be had back."""

from playwright.sync_api import Page, expect

from tests.browser.people import faults, sign_in
from tests.browser.test_compose import composer
from tests.servers.chromium import DESKTOP, Record
from tests.servers.dovecot import User
from tests.servers.whimbrel import Whimbrel

TOLD = "This draft is being written in another window or on another device."


def test_a_draft_goes_on_where_its_person_says(page: Page, whimbrel: Whimbrel, noor: User, page_record: Record) -> None:
    sign_in(page, whimbrel, noor)
    page.keyboard.press("c")
    first = composer(page)
    text = first.get_by_role("textbox", name="Message")
    text.click()
    page.keyboard.type("From the desk.")
    expect(first.get_by_role("status")).to_contain_text("Saved")
    browser = page.context.browser
    assert browser is not None
    other = browser.new_context(**DESKTOP, locale="en-GB").new_page()
    page_record.watch(other)
    other.context.add_cookies(page.context.cookies())
    other.goto(f"{whimbrel.url}/compose/{first.get_attribute('data-draft')}/")
    second = composer(other)
    expect(second.get_by_role("alert")).to_contain_text(TOLD)
    expect(first.get_by_role("alert")).to_be_empty()
    second.get_by_role("button", name="Take over here").click()
    expect(first.get_by_role("alert")).to_contain_text(TOLD)
    expect(second.get_by_role("alert")).to_be_empty()
    second.get_by_role("textbox", name="Message").click()
    other.keyboard.press("Control+End")
    other.keyboard.type(" On the train.")
    expect(second.get_by_role("status")).to_contain_text("Saved")
    assert faults(page) == []
    text.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" At the desk.")
    first.get_by_role("button", name="Take the other").click()
    expect(composer(page).get_by_role("textbox", name="Message")).to_have_text("From the desk. On the train.")
    first.get_by_role("button", name="More options").click()
    first.get_by_role("button", name="From the desk. At the desk.").click()
    expect(composer(page).get_by_role("textbox", name="Message")).to_have_text("From the desk. At the desk.")
    first.get_by_role("button", name="More options").click()
    expect(first.get_by_role("button", name="From the desk. On the train.")).to_be_visible()
    page_record.faults[:] = [one for one in page_record.faults if "409" not in str(one)]
    other.context.close()
