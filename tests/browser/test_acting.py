"""What is done to conversations is on the screen at once, on the server soon, and undone by a toast and by `z`."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.people import faults, is_phone, letter, sign_in
from tests.servers.chromium import Record
from tests.servers.dovecot import Dovecot, User
from tests.servers.whimbrel import Whimbrel

GROESSE = "Gr&APYA3w-e"
BAR = "Actions for selected conversations"


@pytest.fixture
def five(dovecot: Dovecot, mail_user: User) -> User:
    """Five conversations, the newest first in the list: Plan 1 to Plan 5; and a folder to put them into."""
    for number in range(5, 0, -1):
        dovecot.append(mail_user, "INBOX", letter(f"Plan {number}", "So?", minutes=number * 10).as_bytes())
    with dovecot.client(mail_user) as client:
        for name in ("Co-op", "Co-op/Lease", GROESSE):
            client.create_mailbox(name)
    return mail_user


def shown(page: Page, *numbers: int) -> None:
    """The list has these, in this order."""
    expect(page.locator(".row-subj > a")).to_have_text([f"Plan {number}" for number in numbers])


def count(dovecot: Dovecot, user: User, name: str) -> int:
    with dovecot.client(user) as client:
        return len(client.uids(name))


def soon(whimbrel: Whimbrel, dovecot: Dovecot, user: User, name: str, number: int) -> None:
    whimbrel.wait_until(lambda: count(dovecot, user, name) == number, f"{number} in {name}")


def test_the_buttons_of_a_row(page: Page, whimbrel: Whimbrel, five: User, dovecot: Dovecot) -> None:
    sign_in(page, whimbrel, five)
    page.locator(".row", has_text="Plan 2").hover()
    page.get_by_role("button", name="Archive: Plan 2").click()
    shown(page, 1, 3, 4, 5)
    expect(page.get_by_text("Archived “Plan 2”")).to_be_visible()
    page.locator(".row", has_text="Plan 3").hover()
    page.get_by_role("button", name="Delete: Plan 3").click()
    shown(page, 1, 4, 5)
    expect(page.get_by_text("Deleted “Plan 3”")).to_be_visible()
    for name in ("Archive", "Trash"):
        soon(whimbrel, dovecot, five, name, 1)
    page.get_by_role("alert").get_by_role("button", name="Undo").last.click()
    shown(page, 1, 3, 4, 5)
    page.keyboard.press("z")
    shown(page, 1, 2, 3, 4, 5)
    soon(whimbrel, dovecot, five, "INBOX", 5)
    page.reload()
    shown(page, 1, 2, 3, 4, 5)


def test_undo_after_the_page_was_loaded_anew(page: Page, whimbrel: Whimbrel, five: User) -> None:
    sign_in(page, whimbrel, five)
    for number in (2, 4):
        page.locator(".row", has_text=f"Plan {number}").hover()
        with page.expect_response("**/act?*"):
            page.get_by_role("button", name=f"Archive: Plan {number}").click()
    page.reload()
    shown(page, 1, 3, 5)
    expect(page.get_by_text("Archived 1 conversation")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    shown(page, 1, 3, 4, 5)
    page.keyboard.press("z")
    shown(page, 1, 2, 3, 4, 5)


def test_what_is_gone_since_does_not_come_back(page: Page, whimbrel: Whimbrel, five: User, dovecot: Dovecot) -> None:
    sign_in(page, whimbrel, five)
    for key in ("j", "x", "j", "x", "e"):
        page.keyboard.press(key)
    shown(page, 3, 4, 5)
    soon(whimbrel, dovecot, five, "Archive", 2)
    with dovecot.client(five) as phone:
        phone.delete("Archive", phone.uids("Archive")[:1])
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_role("link", name=re.compile("^Archive")).click()
    expect(other.locator(".row-subj > a")).to_have_count(1, timeout=20_000)
    (kept,) = other.locator(".row-subj > a").all_text_contents()
    page.keyboard.press("z")
    expect(page.get_by_text("Some of it was undone. The rest cannot be undone any more.")).to_be_visible()
    shown(page, int(kept[-1]), 3, 4, 5)
    page.reload()
    shown(page, int(kept[-1]), 3, 4, 5)


def test_a_selection_by_the_keyboard_alone(page: Page, whimbrel: Whimbrel, five: User, dovecot: Dovecot) -> None:
    sign_in(page, whimbrel, five)
    for key in ("j", "j", "x", "Shift+J", "Shift+I"):
        page.keyboard.press(key)
        if key == "x":
            expect(page.get_by_role("toolbar", name=BAR)).to_be_visible()
    rows = page.locator(".row.is-unread .row-subj > a")
    expect(rows).to_have_text(["Plan 1", "Plan 4", "Plan 5"])
    expect(page.get_by_text("Marked 2 conversations as read")).to_be_visible()
    page.keyboard.press("v")
    expect(page.get_by_role("dialog", name="Move to")).to_be_visible()
    page.keyboard.type("grosse")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No folder has this in its name.")).to_be_visible()
    page.get_by_role("searchbox", name="Find a folder").fill("coop lea")
    page.get_by_role("searchbox", name="Find a folder").fill("co-op lea")
    page.keyboard.press("Enter")
    shown(page, 1, 4, 5)
    expect(page.locator(".row-subj > a", has_text="Plan 4")).to_be_focused()
    soon(whimbrel, dovecot, five, "Co-op/Lease", 2)
    page.keyboard.press("z")
    shown(page, 1, 2, 3, 4, 5)
    page.keyboard.press("z")
    expect(rows).to_have_text([f"Plan {number}" for number in range(1, 6)])
    soon(whimbrel, dovecot, five, "Co-op/Lease", 0)


def test_what_is_open_makes_room_for_the_next(screen: Page, whimbrel: Whimbrel, five: User) -> None:
    sign_in(screen, whimbrel, five)
    screen.get_by_role("link", name=re.compile("Plan 2")).click()
    expect(screen.locator("#subject")).to_have_text("Plan 2")
    tools = screen.get_by_role("toolbar", name="Conversation actions")
    tools.get_by_role("button", name="Archive").click()
    if is_phone(screen):
        shown(screen, 1, 3, 4, 5)
        expect(screen.locator("#reader")).not_to_be_visible()
    else:
        expect(screen.locator("#subject")).to_have_text("Plan 3")
        assert screen.evaluate("document.activeElement !== document.body")
    screen.get_by_role("button", name="Undo").click()
    expect(screen.locator(".row", has_text="Plan 2")).to_have_count(1)


def test_the_menu_of_a_row(page: Page, whimbrel: Whimbrel, five: User, page_record: Record, dovecot: Dovecot) -> None:
    sign_in(page, whimbrel, five)
    row = page.locator(".row", has_text="Plan 3")
    row.hover()
    expect(page.get_by_role("button", name="Archive: Plan 3")).to_be_visible()
    row.click(button="right")
    menu = page.get_by_role("menu", name="More")
    expect(menu).to_be_visible()
    assert faults(page) == []
    page_record.faults.clear()
    menu.get_by_role("menuitem", name="Star", exact=True).click()
    expect(page.get_by_role("button", name="Star: Plan 3")).to_have_attribute("aria-pressed", "true")
    row.click(button="right")
    menu.get_by_role("menuitem", name="Copy to…").click()
    page.get_by_role("dialog", name="Copy to").get_by_role("button", name="Größe").click()
    expect(page.get_by_text("Copied “Plan 3” to Größe")).to_be_visible()
    shown(page, 1, 2, 3, 4, 5)
    soon(whimbrel, dovecot, five, GROESSE, 1)
    page.get_by_role("button", name="Undo").last.click()
    soon(whimbrel, dovecot, five, GROESSE, 0)
    page.get_by_role("checkbox", name="Select Plan 1").check()
    page.get_by_role("checkbox", name="Select Plan 2").check()
    page.locator(".row", has_text="Plan 2").click(button="right")
    menu.get_by_role("menuitem", name="Archive").click()
    shown(page, 3, 4, 5)


def test_for_ever_is_asked_first(page: Page, whimbrel: Whimbrel, five: User, dovecot: Dovecot) -> None:
    sign_in(page, whimbrel, five)
    expect(page.locator(".row.is-current")).to_have_count(1)
    page.keyboard.press("e")
    page.keyboard.press("x")
    expect(page.get_by_role("toolbar", name=BAR)).to_contain_text("1 selected")
    shown(page, 1, 2, 3, 4, 5)  # no row was in focus: the key was about nothing
    for key in "*a#":
        page.keyboard.press(key)
    expect(page.locator(".row")).to_have_count(0)
    page.get_by_role("link", name="Trash").click()
    expect(page.get_by_role("heading", name="Trash", level=1)).to_be_visible()
    expect(page.locator(".row.is-current")).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("#")
    question = page.get_by_role("alertdialog", name="Delete for ever?")
    question.get_by_role("button", name="Keep").click()
    expect(page.locator(".row")).to_have_count(5)
    page.keyboard.press("#")
    question.get_by_role("button", name="Delete for ever").click()
    expect(page.locator(".row")).to_have_count(4)
    expect(page.get_by_text("Deleted “Plan 1” for ever")).to_be_visible()
    page.reload()
    expect(page.locator(".row")).to_have_count(4)
    page.keyboard.press("z")
    expect(page.locator(".row")).to_have_count(5)
    page.keyboard.press("j")
    page.keyboard.press("#")
    question.get_by_role("button", name="Delete for ever").click()
    expect(page.locator(".row")).to_have_count(4)
    soon(whimbrel, dovecot, five, "Trash", 4)


def test_what_the_webmail_does_not_take_goes_back(page: Page, whimbrel: Whimbrel, five: User) -> None:
    sign_in(page, whimbrel, five)

    def fails(route: Route) -> None:
        route.abort()

    page.route("**/act?*", fails)
    page.get_by_role("checkbox", name="Select Plan 2").check()
    page.get_by_role("checkbox", name="Select Plan 4").check()
    page.keyboard.press("e")
    expect(page.get_by_text("Could not change 2 conversations, they are back where they were.")).to_be_visible()
    shown(page, 1, 2, 3, 4, 5)
    page.unroute("**/act?*", fails)
    page.get_by_role("button", name="Try again").click()
    shown(page, 1, 3, 5)


def test_what_is_gone_meanwhile_stays_gone(page: Page, whimbrel: Whimbrel, five: User, dovecot: Dovecot) -> None:
    sign_in(page, whimbrel, five)
    page.route("**/changes?*", lambda route: route.abort())
    with dovecot.client(five) as client:
        client.delete("INBOX", [4])
    page.evaluate("document.querySelector('[formaction$=\"/refresh\"]').click()")
    inbox = int(page.url.rstrip("/").rsplit("/", 1)[1])
    left = "SELECT 1 FROM imapbridge_entry WHERE mailbox_id = %s AND NOT expunged"
    whimbrel.wait_until(lambda: len(whimbrel.rows(left, inbox)) == 4, "the sync")
    page.locator(".row", has_text="Plan 2").hover()
    page.get_by_role("button", name="Archive: Plan 2").click()
    expect(page.get_by_text("It is not there any more")).to_be_visible()
    page.unroute("**/changes?*")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    shown(page, 1, 3, 4, 5)


def test_a_swipe_files_and_a_long_press_marks(phone: Page, whimbrel: Whimbrel, five: User) -> None:
    sign_in(phone, whimbrel, five)
    touch = phone.context.new_cdp_session(phone)

    def finger(subject: str, *xs: int) -> None:
        box = phone.locator(".row", has_text=subject).bounding_box()
        assert box
        y = box["y"] + 30
        for kind, x in (("touchStart", xs[0]), *(("touchMove", x) for x in xs[1:])):
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        if len(xs) > 1:
            touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    # Before anything is touched.
    phone.wait_for_function("performance.getEntriesByType('resource').some(each => each.name.includes('/swipe.'))")
    phone.wait_for_load_state("networkidle")
    finger("Plan 2", 100, 130, 200, 320)
    shown(phone, 1, 3, 4, 5)
    expect(phone.get_by_text("Archived “Plan 2”")).to_be_visible()
    finger("Plan 3", 320, 300, 200, 90)
    phone.get_by_role("dialog", name="Snooze until").get_by_role("button", name="Tomorrow").click()
    shown(phone, 1, 4, 5)
    expect(phone.get_by_text("Snoozed “Plan 3”")).to_be_visible()
    finger("Plan 4", 100, 115, 125)
    shown(phone, 1, 4, 5)
    finger("Plan 4", 200)
    expect(phone.get_by_role("toolbar", name=BAR)).to_contain_text("1 selected")
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(phone.locator("#subject")).to_have_count(0)


def test_rows_are_dragged_onto_a_folder(page: Page, whimbrel: Whimbrel, five: User, dovecot: Dovecot) -> None:
    sign_in(page, whimbrel, five)
    page.get_by_role("checkbox", name="Select Plan 2").check()
    page.get_by_role("checkbox", name="Select Plan 3").check()
    lease = page.get_by_role("link", name="Lease")
    page.locator(".row-subj > a", has_text="Plan 3").drag_to(lease)
    shown(page, 1, 4, 5)
    expect(page.get_by_text("Moved 2 conversations to Lease")).to_be_visible()
    soon(whimbrel, dovecot, five, "Co-op/Lease", 2)
    page.locator(".row-subj > a", has_text="Plan 4").drag_to(page.get_by_role("link", name="Archive"))
    shown(page, 1, 5)
    expect(page.locator(".is-target")).to_have_count(0)


def test_labels_by_keys_and_a_new_one(page: Page, whimbrel: Whimbrel, five: User, page_record: Record) -> None:
    sign_in(page, whimbrel, five)
    for key in ("j", "j", "x", "Shift+J", "l"):
        page.keyboard.press(key)
    dialog = page.get_by_role("dialog", name="Label")
    dialog.get_by_role("textbox", name="New label").fill("Needs reply")
    page.keyboard.press("Enter")
    chips = page.locator(".row .chip", has_text="Needs reply")
    expect(page.get_by_text("Labelled 2 conversations Needs reply")).to_be_visible()
    expect(chips).to_have_count(2)
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    page.keyboard.press("l")
    box = dialog.get_by_role("checkbox", name="Needs reply")
    expect(box).to_be_checked()
    assert faults(page) == []
    page_record.faults.clear()
    box.uncheck()
    expect(chips).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".row-subj > a", has_text="Plan 2")).to_be_focused()
    page.keyboard.press("z")
    expect(chips).to_have_count(2)
    page.reload()
    expect(chips).to_have_count(2)


def test_snoozed_by_keys_and_back(
    page: Page, whimbrel: Whimbrel, five: User, dovecot: Dovecot, page_record: Record
) -> None:
    sign_in(page, whimbrel, five)
    for key in ("j", "b"):
        page.keyboard.press(key)
    dialog = page.get_by_role("dialog", name="Snooze until")
    expect(dialog.get_by_role("button").filter(has_text=re.compile("Tomorrow|evening")).first).to_be_visible()
    assert faults(page) == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    shown(page, 2, 3, 4, 5)
    expect(page.get_by_text("Snoozed “Plan 1”")).to_be_visible()
    soon(whimbrel, dovecot, five, "Snoozed", 1)
    expect(page.get_by_role("link", name=re.compile("^Snoozed"))).to_be_visible()  # made with the first, told after it
    for key in ("g", "b"):
        page.keyboard.press(key)
    shown(page, 1)
    page.go_back()
    page.keyboard.press("z")
    shown(page, 1, 2, 3, 4, 5)
    soon(whimbrel, dovecot, five, "Snoozed", 0)
    page_record.faults.clear()
