"""Searching in a browser: as it is typed, what the mail server finds besides, and the way back."""

import re

from playwright.sync_api import Page, expect

from tests.browser.people import faults, is_phone, letter, sign_in
from tests.servers.dovecot import Dovecot, User
from tests.servers.process import wait_until
from tests.servers.whimbrel import Whimbrel

LONG = "The meeting began late and nothing of note was said before lunch. " * 20

MARKED = "[...(CSS.highlights.get('found') ?? [])].map((range) => `${range}`)"


def test_what_is_typed_is_found_here_and_on_the_server(
    screen: Page, whimbrel: Whimbrel, dovecot: Dovecot, noor: User
) -> None:
    page = screen
    minutes = letter("Minutes of March", f"{LONG} We share the zeppelin. हिन्दी में 다음 회의록", minutes=10)
    dovecot.append(noor, "INBOX", minutes.as_bytes())
    sign_in(page, whimbrel, noor)
    box = page.get_by_role("searchbox", name="Search mail").or_(page.get_by_role("combobox", name="Search mail"))
    if not is_phone(page):
        page.keyboard.press("/")
        expect(box).to_be_focused()
    box.click()
    box.fill("table pl")
    expect(page.get_by_role("listbox", name="Search suggestions").get_by_role("option").first).to_be_visible()
    box.press("Enter")
    expect(page.get_by_role("heading", name="Results")).to_be_visible()
    expect(page.get_by_role("list", name="Subjects and people").locator("mark").first).to_have_text("Table")
    box.fill("zeppelin हिन्दी 회의")  # nothing here has it but a text that nobody has opened
    found = page.get_by_role("list", name="Message text").locator(".row")
    expect(found).to_have_count(1, timeout=30_000)  # the mail server is asked, folder by folder
    expect(found).to_contain_text("Minutes of March")
    expect(page.get_by_role("group", name="Filters")).to_be_visible()
    told = page.get_by_role("status").filter(has_text="1 more message found on the server.")
    expect(told).to_be_visible(timeout=30_000)
    assert faults(page) == []
    found.get_by_role("link").click()
    expect(page.locator("#subject")).to_contain_text("Minutes of March")
    wait_until(lambda: page.evaluate(MARKED) == ["zeppelin", "हिन्दी", "회의"], "the words, marked", 10)
    page.go_back()
    expect(page).to_have_url(re.compile(r"/search\?q=zeppelin"))
    expect(found.get_by_role("link")).to_be_visible()
    page.reload()
    expect(found).to_contain_text("Minutes of March")
