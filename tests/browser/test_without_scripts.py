"""Everything works as plain links and forms."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import PDF, sign_in, table_plan
from tests.servers.dovecot import User
from tests.servers.whimbrel import Whimbrel


def test_reading_starring_paging_and_leaving(plain: Page, whimbrel: Whimbrel, noor: User) -> None:
    sign_in(plain, whimbrel, noor)
    inbox = plain.url
    plain.get_by_role("link", name="Older").click()
    expect(plain).to_have_url(re.compile(r"\?before="))
    plain.get_by_role("link", name="Newer", exact=True).click()
    expect(plain).to_have_url(inbox)
    table_plan(plain)
    plain.get_by_role("button", name="Star", exact=True).click()
    expect(plain.get_by_role("button", name="Star", exact=True)).to_have_attribute("aria-pressed", "true")
    read = plain.get_by_role("button", name="Mark as read", exact=True)
    widths = read.locator("span").evaluate_all("spans => spans.map(span => span.getBoundingClientRect().width)")
    assert max(widths) > 20, "its words are to be seen"
    read.click()
    expect(plain.get_by_role("button", name="Mark as unread", exact=True)).to_be_visible()
    with plain.expect_download() as download:
        plain.get_by_role("button", name="Download table-plan.pdf").click()
    assert download.value.path().read_bytes() == PDF
    plain.get_by_role("button", name="Older conversation").click()
    expect(plain.get_by_role("heading", level=2, name="No. 41: on leaving margins wide")).to_be_visible()
    expect(plain.frame_locator("iframe[title=Message]").get_by_role("heading", name="Margins")).to_be_visible()
    plain.goto(inbox)
    plain.get_by_role("button", name="Refresh").click()
    expect(plain).to_have_url(inbox)
    plain.get_by_role("button", name="Switch account").filter(visible=True).click()
    plain.get_by_role("menuitem", name="Sign out").click()
    plain.goto(inbox)
    expect(plain).to_have_url(re.compile("/sign-in"))


@pytest.mark.parametrize("plain", ["phone"], indirect=True)
def test_filter_and_drawer_open_without_a_script(plain: Page, whimbrel: Whimbrel, noor: User) -> None:
    sign_in(plain, whimbrel, noor)
    plain.get_by_role("button", name="Filter").click()
    plain.get_by_role("menuitemradio", name="Unread", exact=True).click()
    expect(plain).to_have_url(re.compile(r"\?only=unread"))
    plain.get_by_role("button", name="Open mailboxes").click()
    plain.get_by_role("link", name="Sent").click()
    expect(plain.get_by_role("heading", name="Sent", level=1)).to_be_visible()
