"""What people choose in the settings is what happens on the screen."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import letter, sign_in, table_plan
from tests.servers.chromium import Record
from tests.servers.dovecot import Dovecot, User
from tests.servers.whimbrel import Whimbrel

LABELS = {
    "read": "Mark as read", "after": "After archiving or deleting, show", "pane": "Reading pane",
    "flat": "Show mail as",
}  # fmt: skip


def choose(page: Page, product: Whimbrel, **chosen: str) -> None:
    """Radios by their group, the rest by its label; then back to the inbox."""
    page.goto(f"{product.url}/settings")
    for group, name in chosen.items():
        asked = page.get_by_label(LABELS.get(group, group.title()), exact=True)
        if group in {"read", "after"}:
            asked.select_option(name)
        else:
            asked.get_by_role("radio", name=name, exact=True).check(force=True)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.goto(f"{product.url}/")
    expect(page.get_by_role("heading", name="Inbox", level=1)).to_be_visible()


def box(page: Page, place: str) -> dict[str, float]:
    found = page.locator(place).bounding_box()
    assert found
    return dict(found)


def test_where_a_conversation_is_read(page: Page, whimbrel: Whimbrel, noor: User) -> None:
    sign_in(page, whimbrel, noor)
    choose(page, whimbrel, pane="Below the list")
    table_plan(page)
    listed, read = box(page, "#list-pane"), box(page, "#reader")
    assert listed["width"] == read["width"]
    assert listed["y"] + listed["height"] <= read["y"]
    choose(page, whimbrel, pane="Off")
    expect(page.locator("#reader")).to_be_hidden()
    page.mouse.move(800, 500)
    page.mouse.wheel(0, 600)
    page.wait_for_function("document.getElementById('list').scrollTop > 100")
    page.locator("#list .row-subj > a").nth(12).click()
    expect(page.locator("#list-pane")).to_be_hidden()
    expect(page.locator("#subject")).to_be_focused()
    page.get_by_role("link", name="Back to Inbox").click()
    expect(page.locator("#list-pane")).to_be_visible()
    expect(page.locator("#reader")).to_be_hidden()


def test_how_dense_and_in_which_colours(page: Page, whimbrel: Whimbrel, noor: User) -> None:
    sign_in(page, whimbrel, noor)
    roomy = box(page, "#list .row >> nth=0")["height"]
    light = page.locator("html").evaluate("root => getComputedStyle(root).backgroundColor")
    choose(page, whimbrel, density="Compact", theme="Dark", accent="Plum")
    assert box(page, "#list .row >> nth=0")["height"] < roomy
    assert page.locator("html").evaluate("root => getComputedStyle(root).backgroundColor") != light
    expect(page.locator("html")).to_have_attribute("data-accent", "plum")


def test_when_it_is_marked_as_read(page: Page, whimbrel: Whimbrel, noor: User, dovecot: Dovecot) -> None:
    sign_in(page, whimbrel, noor)
    choose(page, whimbrel, read="Never by itself")
    unread = page.locator(".row.is-unread", has_text="Table plan")
    with page.expect_response(re.compile(r"/message/\d+/")):
        table_plan(page)
    page.get_by_role("button", name="Refresh").click()
    expect(unread).to_be_visible()
    choose(page, whimbrel, read="After 2 seconds")
    sent = []
    page.on("request", lambda request: sent.append(request.url) if "/flags" in request.url else None)
    table_plan(page)
    assert not sent, "not at once"
    expect(unread).to_have_count(0)


@pytest.mark.parametrize(("wanted", "shown"), [("The next one", "No. 41"), ("The list", "")])
def test_what_comes_after_archiving(page: Page, whimbrel: Whimbrel, noor: User, wanted: str, shown: str) -> None:
    sign_in(page, whimbrel, noor)
    choose(page, whimbrel, after=wanted)
    table_plan(page)
    page.get_by_role("toolbar", name="Conversation actions").get_by_role("button", name="Archive").click()
    if shown:
        expect(page.locator("#subject")).to_contain_text(shown)
    else:
        expect(page.get_by_role("heading", name="No conversation open")).to_be_visible()


def test_the_one_before_comes_after_archiving(page: Page, whimbrel: Whimbrel, noor: User) -> None:
    sign_in(page, whimbrel, noor)
    choose(page, whimbrel, after="The previous one")
    page.get_by_role("link", name="No. 41").click()
    expect(page.locator("#subject")).to_contain_text("No. 41")
    page.get_by_role("toolbar", name="Conversation actions").get_by_role("button", name="Archive").click()
    expect(page.locator("#subject")).to_contain_text("Table plan")


def test_each_message_by_itself(
    page: Page, whimbrel: Whimbrel, mail_user: User, dovecot: Dovecot, page_record: Record
) -> None:
    """The settings, keys, a row's own buttons, what arrives meanwhile, reading one alone, and undo."""
    plan = letter("Plan", "So?", minutes=20)
    reply = letter("Re: Plan", "Yes.", minutes=10)
    late = letter("Re: Plan", "And now?", minutes=0)
    for answer in (reply, late):
        answer["In-Reply-To"] = plan["Message-ID"]
    for made in (plan, reply):
        dovecot.append(mail_user, "INBOX", made.as_bytes())
    sign_in(page, whimbrel, mail_user)
    rows = page.locator(".row-subj > a")
    expect(rows).to_have_text(["Re: Plan"])
    choose(page, whimbrel, flat="Each message by itself")
    expect(rows).to_have_text(["Re: Plan", "Plan"])
    page.get_by_role("button", name="Star: Plan").click()
    expect(page.get_by_role("button", name="Star: Plan")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="Star: Re: Plan")).to_have_attribute("aria-pressed", "false")
    rows.first.click()
    expect(page.locator("#reader article")).to_have_count(1)
    expect(page.locator(".row.is-unread")).to_have_count(1)
    page.keyboard.press("e")
    expect(rows).to_have_text(["Plan"])
    dovecot.append(mail_user, "INBOX", late.as_bytes())
    # The list is in use: what would move its rows waits.
    page.get_by_role("button", name="1 new message").click(timeout=20_000)
    expect(rows).to_have_text(["Re: Plan", "Plan"])
    page.keyboard.press("z")
    expect(rows).to_have_text(["Re: Plan", "Re: Plan", "Plan"])
    assert page_record.faults == []
