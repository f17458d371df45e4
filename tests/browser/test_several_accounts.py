"""Two accounts of one person in a real browser: one is added, both inboxes are read as one list, each keeps its own."""

import re

from playwright.sync_api import Page, expect

from tests.browser.people import faults, letter, sign_in
from tests.browser.test_live import SOON, listens
from tests.servers.dovecot import Dovecot, User
from tests.servers.process import wait_until
from tests.servers.whimbrel import Whimbrel


def test_a_second_account_beside_the_first(page: Page, whimbrel: Whimbrel, noor: User, dovecot: Dovecot) -> None:
    fair = dovecot.user()
    dovecot.append(fair, "INBOX", letter("Stand 14", "By the door.", minutes=10).as_bytes())
    sign_in(page, whimbrel, noor)

    page.goto(f"{whimbrel.url}/settings/accounts/new")
    page.get_by_label("Email address").fill(fair.address)
    page.get_by_label("Password of this mailbox").fill("wrong")
    page.get_by_role("button", name="Add account").click()
    expect(page.get_by_role("alert")).to_contain_text("did not accept")
    page.get_by_label("Password of this mailbox").fill(fair.password)
    page.get_by_role("button", name="Add account").click()
    expect(page.get_by_text("Connected. Its mail comes in a moment.")).to_be_visible()
    whimbrel.wait_until_synced(fair)

    page.goto(f"{whimbrel.url}/")
    page.get_by_role("link", name=re.compile("All inboxes")).click()
    stand = page.get_by_role("link", name=re.compile(f"Stand 14.*{fair.address.partition('@')[0]}"))
    expect(stand).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name=re.compile("Switch account")).filter(visible=True).click()
    expect(page.get_by_role("menuitemradio")).to_have_count(2)
    page.keyboard.press("Escape")

    page.mouse.move(0, 0)
    page.evaluate("document.activeElement.blur()")
    listens(page)
    dovecot.append(fair, "INBOX", letter("Keys for the hall", "With Wren.", minutes=1).as_bytes())
    keys = page.get_by_role("link", name=re.compile("Keys for the hall"))
    expect(keys).to_be_visible(timeout=SOON)

    keys.click()
    expect(page.get_by_role("heading", name="Keys for the hall", level=2)).to_be_visible()
    page.keyboard.press("e")
    expect(keys).to_have_count(0)
    with dovecot.client(fair) as phone:
        whimbrel.wait_until_synced(fair)
        expect(page.get_by_text("Archived “Keys for the hall”")).to_be_visible()
        page.keyboard.press("z")
        expect(keys).to_be_visible()
        wait_until(lambda: len(phone.uids("INBOX")) == 2, "the message, back in its inbox", 20)

    page.keyboard.press("g")
    page.keyboard.press("2")
    expect(page.get_by_role("heading", name="Inbox", level=1)).to_be_visible()
    expect(page.get_by_role("button", name=f"Switch account: {fair.address}").filter(visible=True)).to_be_visible()
    expect(page.locator("#list .row")).to_have_count(2)
