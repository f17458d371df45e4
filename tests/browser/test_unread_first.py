"""The list with what is unread first, followed by an open page: what is read goes down, what is unread comes up."""

from playwright.sync_api import Page, expect

from tests.browser.people import sign_in
from tests.browser.test_live import SOON, listens
from tests.servers.dovecot import Dovecot, User
from tests.servers.whimbrel import Whimbrel

ROWS = "rows => rows.map(row => row.id)"


def test_rows_move_between_what_is_unread_and_everything_else(
    page: Page, whimbrel: Whimbrel, noor: User, dovecot: Dovecot
) -> None:
    unread = page.locator("#list [aria-labelledby=g-unread] > .row")
    headings = page.locator("#list h2")
    with dovecot.client(noor) as phone:
        uids = phone.uids("INBOX")
        phone.flag("INBOX", uids, "\\Seen")
        phone.flag("INBOX", [uids[20], uids[60], uids[-1]], "\\Seen", add=False)
        sign_in(page, whimbrel, noor)
        page.get_by_role("button", name="Filter").click()
        page.get_by_role("menuitemradio", name="Unread first").click()
        expect(headings).to_have_text(["Unread", "Everything else"])
        expect(unread).to_have_count(3)
        page.mouse.move(0, 0)
        listens(page)

        phone.flag("INBOX", uids[-1:], "\\Seen")
        expect(unread).to_have_count(2, timeout=SOON)
        phone.flag("INBOX", uids, "\\Seen")
        expect(headings).to_have_text(["Everything else"], timeout=SOON)
        phone.flag("INBOX", uids[-3:-2], "\\Seen", add=False)
    expect(headings).to_have_text(["Unread", "Everything else"], timeout=SOON)
    expect(unread).to_have_count(1)
    shown = page.locator("#list .row").evaluate_all(ROWS)
    page.reload()
    assert page.locator("#list .row").evaluate_all(ROWS)[: len(shown)] == shown
