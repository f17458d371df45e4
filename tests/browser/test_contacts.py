"""People and identities by what somebody does with them: people on a phone, the settings on a desk."""

import re

from playwright.sync_api import Page, expect

from tests.browser.people import faults, sign_in
from tests.servers.chromium import Record
from tests.servers.dovecot import User
from tests.servers.whimbrel import Whimbrel


def write_down(screen: Page, first: str, last: str, address: str) -> None:
    screen.get_by_role("link", name="New contact").click()
    screen.get_by_role("textbox", name="First name").fill(first)
    screen.get_by_role("textbox", name="Last name").fill(last)
    screen.get_by_role("textbox", name="Email").first.fill(address)
    screen.get_by_role("button", name="Add contact").click()
    expect(screen.get_by_text("Saved.")).to_be_visible()
    screen.get_by_role("link", name="Contacts", exact=True).first.click()


def test_who_is_there_twice_is_merged_and_had_back(
    phone: Page, whimbrel: Whimbrel, noor: User, page_record: Record
) -> None:
    sign_in(phone, whimbrel, noor)
    phone.get_by_role("button", name="Switch account").first.click()
    phone.get_by_role("menuitem", name="Contacts").click()
    write_down(phone, "Wren", "Calloway", "wren@example.org")
    write_down(phone, "Wren", "Calloway", "w@home.example")
    expect(phone.get_by_role("heading", name="Contacts", level=1)).to_be_visible()
    assert faults(phone) == []
    phone.get_by_role("link", name="Find duplicates").click()
    phone.get_by_role("button", name="Look at the merged contact").click()
    assert faults(phone) == []
    phone.get_by_role("button", name="Merge", exact=True).click()
    expect(phone.get_by_role("link", name="Wren Calloway")).to_have_count(1)
    phone.get_by_role("button", name="Undo").click()
    expect(phone.get_by_role("link", name="Wren Calloway")).to_have_count(2)
    phone.get_by_role("link", name="Wren Calloway").first.click()
    assert faults(phone) == []
    assert page_record.faults == []


def test_the_sections_of_the_settings(page: Page, whimbrel: Whimbrel, noor: User, page_record: Record) -> None:
    sign_in(page, whimbrel, noor)
    page.goto(f"{whimbrel.url}/settings")
    sections = page.get_by_role("navigation", name="Settings")
    sections.get_by_role("link", name="Accounts and identities").click()
    assert faults(page) == []
    page.get_by_role("link", name="Add identity").click()
    page.get_by_role("textbox", name="Name people see").fill("Fair desk")
    page.get_by_role("textbox", name="Address", exact=True).fill("fair@press.example")
    page.get_by_role("switch", name="New messages are written as this").check()
    page.get_by_role("button", name="Add identity").click()
    expect(page.get_by_role("link", name="Edit Fair desk, fair@press.example")).to_be_visible()
    sections.get_by_role("link", name="Signatures").click()
    page.get_by_role("link", name="Edit signature of Fair desk").click()
    expect(page.get_by_role("button", name="Bold")).to_be_visible()  # the editor has come
    page.get_by_role("textbox", name="With formatting").click()
    page.get_by_role("button", name="Bold").click()
    page.keyboard.type("Fair desk")
    assert faults(page) == []
    page.get_by_role("button", name="Save changes").click()
    saved = page.frame_locator("iframe[title='Signature as it was saved']")
    expect(saved.locator("b", has_text="Fair desk")).to_be_visible()
    page.get_by_role("button", name="Edit as HTML").click()
    expect(page.get_by_role("textbox", name="With formatting")).to_have_value(re.compile("<b>Fair desk</b>"))
    sections.get_by_role("link", name="Contacts").click()
    expect(page.get_by_role("heading", name="Connect an address book")).to_be_visible()
    assert faults(page) == []
    assert page_record.faults == []
