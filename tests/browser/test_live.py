"""Open pages follow: what one browser does the other shows, and whatever breaks in between is made good by itself."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, WebSocketRoute, expect

from tests.browser.people import letter, sign_in, table_plan
from tests.servers.chromium import Chromium, Record
from tests.servers.dovecot import Dovecot, User
from tests.servers.whimbrel import Whimbrel

SOON = 6_000
"""Milliseconds: less than until the clock asks, so that what comes in time came by push."""
BY_THE_CLOCK = 40_000


@pytest.fixture
def other(chromium: Chromium, page: Page, page_options: dict[str, Any]) -> Iterator[Page]:
    """The same person's second browser; it may complain, for it is the one that is cut off."""
    second = chromium.page(**page_options)
    yield second
    second.context.close()


def star(page: Page) -> Locator:
    return page.get_by_role("button", name="Star: Re: Table plan")


def press_star(page: Page) -> None:
    page.locator(".row", has_text="Table plan").hover()
    star(page).click()
    page.mouse.move(0, 0)


def listens(page: Page) -> None:
    """Wait until the page's socket is open and has been answered."""
    asked = "performance.getEntriesByType('resource').some(each => each.name.includes('/changes?'))"
    for _ in range(100):
        if page.evaluate(asked):
            return
        page.wait_for_timeout(100)
    raise AssertionError("the page does not listen")


def both(whimbrel: Whimbrel, user: User, *pages: Page) -> None:
    for page in pages:
        sign_in(page, whimbrel, user)
        listens(page)


def test_what_one_does_the_other_shows(page: Page, other: Page, whimbrel: Whimbrel, noor: User) -> None:
    both(whimbrel, noor, page, other)
    unread = other.get_by_role("link", name=re.compile(r"^Inbox, (\d+) unread"))
    before = unread.get_attribute("aria-label")
    press_star(page)
    expect(star(other)).to_have_attribute("aria-pressed", "true", timeout=SOON)
    table_plan(page)
    expect(other.locator(".row", has_text="Table plan")).not_to_have_class(re.compile("is-unread"), timeout=SOON)
    expect(unread).not_to_have_attribute("aria-label", before or "", timeout=SOON)
    expect(other).to_have_title(re.compile(r"^Inbox, \d+ unread – Whimbrel$"))


def test_a_page_at_another_mailbox_counts_along(page: Page, other: Page, whimbrel: Whimbrel, noor: User) -> None:
    both(whimbrel, noor, page, other)
    unread = other.get_by_role("link", name=re.compile(r"^Inbox, (\d+) unread"))
    before = unread.get_attribute("aria-label")
    other.get_by_role("link", name="Sent").click()
    expect(other.get_by_role("heading", name="Sent", level=1)).to_be_visible()
    listens(other)
    table_plan(page)
    expect(unread).not_to_have_attribute("aria-label", before or "", timeout=SOON)


def test_a_page_that_nobody_sees_tells_of_new_mail_and_asks_for_the_rest_when_it_is_seen(
    page: Page, other: Page, whimbrel: Whimbrel, noor: User, dovecot: Dovecot
) -> None:
    both(whimbrel, noor, page, other)
    other.evaluate("Object.defineProperty(document, 'hidden', { get: () => !window.seen })")
    title = other.title()
    arrive(page, dovecot, noor, "Cargo bike")
    expect(other).not_to_have_title(title, timeout=SOON)
    press_star(page)
    other.wait_for_timeout(1500)
    expect(star(other)).to_have_attribute("aria-pressed", "false")
    other.evaluate("window.seen = true; document.dispatchEvent(new Event('visibilitychange'))")
    expect(star(other)).to_have_attribute("aria-pressed", "true", timeout=SOON)


def test_the_web_process_dies_and_comes_back(
    page: Page, other: Page, whimbrel: Whimbrel, noor: User, page_record: Record
) -> None:
    both(whimbrel, noor, page, other)
    web = whimbrel.processes["web"]
    web.kill()
    expect(other.locator("#offline")).to_be_visible(timeout=15_000)
    web.restart()
    expect(other.locator("#offline")).not_to_be_visible(timeout=BY_THE_CLOCK)
    expect(page.locator("#offline")).not_to_be_visible(timeout=BY_THE_CLOCK)
    press_star(page)
    expect(star(other)).to_have_attribute("aria-pressed", "true", timeout=BY_THE_CLOCK)
    page_record.faults.clear()  # it could not connect, and the browser said so


def test_a_socket_that_breaks_is_opened_again_and_what_it_missed_is_asked_for(
    page: Page, other: Page, whimbrel: Whimbrel, noor: User
) -> None:
    opened: list[WebSocketRoute] = []

    def through(socket: WebSocketRoute) -> None:
        opened.append(socket)
        if len(opened) == 2:  # not yet
            socket.close()
        else:
            socket.connect_to_server()

    other.route_web_socket("**/changes", through)
    both(whimbrel, noor, page, other)
    opened[-1].close()
    press_star(page)
    expect(star(other)).to_have_attribute("aria-pressed", "true", timeout=SOON)
    press_star(page)
    expect(star(other)).to_have_attribute("aria-pressed", "false", timeout=SOON)


def test_a_deaf_socket_is_noticed(page: Page, other: Page, whimbrel: Whimbrel, noor: User) -> None:
    opened: list[WebSocketRoute] = []

    def through(socket: WebSocketRoute) -> None:
        opened.append(socket)
        server = socket.connect_to_server()
        is_deaf = len(opened) == 1
        server.on_message(lambda said: None if is_deaf else socket.send(said))

    other.route_web_socket("**/changes", through)
    sign_in(page, whimbrel, noor)
    whimbrel.wait_until_synced(noor)  # until then a page also asks every few seconds
    other.context.add_cookies(page.context.cookies())
    other.goto(f"{whimbrel.url}/")
    press_star(page)
    expect(star(other)).to_have_attribute("aria-pressed", "true", timeout=15_000)
    other.wait_for_timeout(2000)  # it asks at once, and connects again after a pause
    assert len(opened) > 1


def test_where_sockets_are_blocked_the_page_asks_by_the_clock(
    page: Page, other: Page, whimbrel: Whimbrel, noor: User
) -> None:
    other.route_web_socket("**/changes", lambda socket: socket.close())
    sign_in(page, whimbrel, noor)
    sign_in(other, whimbrel, noor)
    press_star(page)
    expect(star(other)).to_have_attribute("aria-pressed", "true", timeout=BY_THE_CLOCK)
    expect(other.locator("#offline")).to_have_count(0)


def test_offline_is_said_and_forgotten(other: Page, page: Page, whimbrel: Whimbrel, noor: User) -> None:
    both(whimbrel, noor, page, other)
    other.context.set_offline(True)
    expect(other.locator("#offline")).to_be_visible(timeout=15_000)
    press_star(page)
    other.context.set_offline(False)
    expect(other.locator("#offline")).to_have_count(0, timeout=BY_THE_CLOCK)
    expect(star(other)).to_have_attribute("aria-pressed", "true", timeout=BY_THE_CLOCK)


def test_signing_out_reaches_the_other_tabs_of_the_session(page: Page, whimbrel: Whimbrel, noor: User) -> None:
    sign_in(page, whimbrel, noor)
    second = page.context.new_page()
    second.goto(f"{whimbrel.url}/")
    listens(second)
    page.get_by_role("button", name="Switch account").filter(visible=True).click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(second).to_have_url(re.compile(r"/sign-in\?next="), timeout=15_000)


# --- New rows in a list that is in use --------------------------------------------------------------------------------


def arrive(page: Page, dovecot: Dovecot, user: User, subject: str) -> None:
    """New mail, and a sync that is asked for in this browser."""
    dovecot.append(user, "INBOX", letter(subject, "Collect from 07:30.", minutes=1).as_bytes())
    page.get_by_role("button", name="Refresh").click()


def rows(page: Page) -> Any:
    return page.locator("#list .row .row-subj").all_inner_texts()


def test_rows_wait_while_the_list_is_in_use(
    page: Page, other: Page, whimbrel: Whimbrel, noor: User, dovecot: Dovecot
) -> None:
    both(whimbrel, noor, page, other)
    other.locator(".row").nth(3).hover()
    before = rows(other)
    arrive(page, dovecot, noor, "Cargo bike")
    waiting = other.get_by_role("button", name="1 new message")
    expect(waiting).to_be_visible(timeout=15_000)
    arrive(page, dovecot, noor, "Paint")
    waiting = other.get_by_role("button", name="2 new messages")
    expect(waiting).to_be_visible(timeout=15_000)
    assert rows(other) == before
    waiting.click()
    # Two letters of the same second stand in either order.
    assert {*rows(other)[:2]} == {"Paint", "Cargo bike"}
    assert rows(other)[2] == before[0]
    expect(waiting).to_be_hidden()
    expect(other.locator(".row-subj a").first).to_be_focused()


def test_rows_that_wait_come_when_the_pointer_has_gone(
    page: Page, other: Page, whimbrel: Whimbrel, noor: User, dovecot: Dovecot
) -> None:
    both(whimbrel, noor, page, other)
    other.locator(".row").nth(3).hover()
    arrive(page, dovecot, noor, "Cargo bike")
    expect(other.get_by_role("button", name="1 new message")).to_be_visible(timeout=15_000)
    other.mouse.move(0, 0)
    expect(other.get_by_role("link", name=re.compile("Cargo bike"))).to_be_visible()
    assert rows(other)[0] == "Cargo bike"


def test_new_mail_is_announced(page: Page, other: Page, whimbrel: Whimbrel, noor: User, dovecot: Dovecot) -> None:
    both(whimbrel, noor, page, other)
    arrive(page, dovecot, noor, "Cargo bike")
    expect(other.locator("#announcer")).to_have_text("New message from Wren Calloway: Cargo bike", timeout=20_000)


def test_a_row_never_leaves_from_under_the_pointer(
    page: Page, other: Page, whimbrel: Whimbrel, noor: User, dovecot: Dovecot
) -> None:
    both(whimbrel, noor, page, other)
    row = other.locator(".row", has_text="No. 41")
    row.hover()
    with dovecot.client(noor) as client:
        client.delete("INBOX", [121])
    page.get_by_role("button", name="Refresh").click()
    expect(row).to_have_class(re.compile("is-leaving"), timeout=15_000)
    other.mouse.move(0, 0)
    expect(row).to_have_count(0)


def test_what_is_pressed_stays_what_it_is_while_its_row_changes(
    page: Page, other: Page, whimbrel: Whimbrel, noor: User
) -> None:
    both(whimbrel, noor, page, other)
    row = other.locator(".row", has_text="Table plan")
    expect(row).to_have_class(re.compile("is-unread"))
    row.hover()
    row.get_by_role("button", name="Mark as read").hover()
    other.mouse.down()
    press_star(page)
    expect(star(other)).to_have_attribute("aria-pressed", "true", timeout=SOON)
    other.mouse.up()
    expect(row).not_to_have_class(re.compile("is-unread"))
    expect(row.get_by_role("button", name="Mark as unread")).to_be_visible()
