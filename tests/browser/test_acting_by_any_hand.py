"""What can be done to a conversation can be done by keys alone, by fingers on a phone, and by forms."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.people import sign_in
from tests.browser.test_acting import BAR, five, shown, soon
from tests.servers.dovecot import Dovecot, User
from tests.servers.whimbrel import Whimbrel

__all__ = ["five"]

FOLDERS = ("INBOX", "Archive", "Junk", "Co-op", "Snoozed")


def held(dovecot: Dovecot, user: User) -> dict[str, set[str]]:
    """What the mail server has: `Junk 3` -> its flags, but for the moment until which it is snoozed."""
    found = {}
    with dovecot.client(user) as client:
        for name in FOLDERS if "Snoozed" in client.mailboxes() else FOLDERS[:-1]:
            client.select(name)
            # In one answer, for mail is being moved.
            told = client.imap.uid("FETCH", "1:*", "(FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1]
            for head, subject in (one for one in told if isinstance(one, tuple)):
                flags = re.findall(r"FLAGS \(([^)]*)\)", head.decode())[0].split()
                number = subject.decode().split("Plan ")[1].strip()
                found[f"{name} {number}"] = {flag for flag in flags if "Snoozed" not in flag and flag != "\\Recent"}
    return found


def soon_held(whimbrel: Whimbrel, dovecot: Dovecot, user: User, expected: dict[str, set[str]]) -> None:
    whimbrel.wait_until(lambda: held(dovecot, user) == expected, str(expected))


def test_by_keys_in_their_order(page: Page, whimbrel: Whimbrel, five: User, dovecot: Dovecot) -> None:
    """The first has to be loaded: what is typed meanwhile waits for it."""
    sign_in(page, whimbrel, five)
    loading: list[Route] = []
    page.route("**/perform.*", lambda route: loading.append(route))
    for key in "jj!j":
        page.keyboard.press(key)
    page.wait_for_timeout(100)
    shown(page, 1, 2, 3, 4, 5)
    assert loading
    page.unroute("**/perform.*")  # what waits goes on
    shown(page, 1, 3, 4, 5)
    expect(page.locator(".row-subj > a", has_text="Plan 4")).to_be_focused()
    page.keyboard.press("m")
    shown(page, 1, 3, 5)
    page.keyboard.press("Shift+F10")
    copy = page.get_by_role("menu", name="More").get_by_role("menuitem", name="Copy to…")
    while not copy.evaluate("item => item === document.activeElement"):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Copy to")).to_be_visible()
    page.keyboard.type("co-op")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Copied “Plan 5” to Co-op")).to_be_visible()
    expected = {"Junk 2": {"$Junk"}, "Archive 4": {"$muted"}, "Co-op 5": set()}
    soon_held(whimbrel, dovecot, five, expected | {f"INBOX {number}": set() for number in (1, 3, 5)})


def test_by_fingers(phone: Page, whimbrel: Whimbrel, five: User, dovecot: Dovecot) -> None:
    sign_in(phone, whimbrel, five)
    bar = phone.get_by_role("toolbar", name=BAR)

    def mark(number: int, deed: str, *, more: bool = True) -> None:
        phone.locator(".row", has_text=f"Plan {number}").locator(".row-lead").tap()
        if more:
            bar.get_by_role("button", name="More").tap()
        place = phone.get_by_role("menu", name="More") if more else bar
        place.get_by_role("menuitem" if more else "button", name=deed).tap()

    mark(1, "Label…")
    phone.get_by_role("dialog", name="Label").get_by_role("textbox", name="New label").fill("Fair")
    phone.get_by_role("button", name="Add", exact=True).tap()
    expect(phone.locator(".row .chip", has_text="Fair")).to_have_count(1)
    phone.get_by_role("button", name="Clear selection").tap()
    mark(2, "Snooze", more=False)
    phone.get_by_role("dialog", name="Snooze until").get_by_role("button", name="Tomorrow").tap()
    shown(phone, 1, 3, 4, 5)
    mark(3, "Mute")
    mark(4, "Report junk")
    shown(phone, 1, 5)
    mark(5, "Move to", more=False)
    phone.get_by_role("dialog", name="Move to").get_by_role("button", name="Co-op", exact=True).tap()
    shown(phone, 1)
    expected = {"INBOX 1": {"Fair"}, "Snoozed 2": set(), "Archive 3": {"$muted"}, "Junk 4": {"$Junk"}, "Co-op 5": set()}
    soon_held(whimbrel, dovecot, five, expected)


@pytest.mark.parametrize("plain", ["desktop"], indirect=True)
def test_by_forms(plain: Page, whimbrel: Whimbrel, five: User, dovecot: Dovecot) -> None:
    sign_in(plain, whimbrel, five)

    def mark(number: int, deed: str, *, more: bool = True) -> None:
        plain.get_by_role("checkbox", name=f"Select Plan {number}").check(force=True)
        bar = plain.get_by_role("toolbar", name=BAR)
        if more:
            bar.get_by_role("button", name="More").click()
        place = plain.get_by_role("menu", name="More") if more else bar
        place.get_by_role("menuitem" if more else "button", name=deed).click()

    mark(1, "Label…")
    plain.get_by_role("textbox", name="New label").fill("Fair")
    plain.keyboard.press("Enter")
    expect(plain.locator(".row .chip", has_text="Fair")).to_have_count(1)
    mark(2, "Snooze", more=False)
    plain.get_by_role("button", name="Tomorrow").click()
    mark(3, "Mute")
    mark(4, "Report junk")
    mark(5, "Copy to…")
    plain.get_by_role("button", name="Co-op", exact=True).click()
    expect(plain.get_by_text("Copied 1 conversation to Co-op")).to_be_visible()
    shown(plain, 1, 5)
    plain.get_by_role("button", name="Undo").click()
    expected = {"INBOX 1": {"Fair"}, "Snoozed 2": set(), "Archive 3": {"$muted"}, "Junk 4": {"$Junk"}, "INBOX 5": set()}
    soon_held(whimbrel, dovecot, five, expected)


def test_after_a_question_keys_go_on_where_they_were(
    page: Page, whimbrel: Whimbrel, five: User, dovecot: Dovecot
) -> None:
    """The dialog is out of sight before it is closed: what is typed at once is for the page already."""
    sign_in(page, whimbrel, five)
    page.get_by_role("link", name=re.compile("Plan 3")).focus()
    for key in ("Sent", "Archive"):
        page.keyboard.press("v")
        expect(page.get_by_role("searchbox", name="Find a folder")).to_be_focused()
        page.keyboard.type(key)
        page.keyboard.press("Enter")
        page.keyboard.press("x")
        expect(page.get_by_text("1 selected")).to_be_visible()
    shown(page, 1, 2, 5)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("link", name=re.compile("Plan 5"))).to_be_focused()
    soon(whimbrel, dovecot, five, "Sent", 1)
    soon(whimbrel, dovecot, five, "Archive", 1)


def test_the_next_key_is_about_what_took_its_place(page: Page, whimbrel: Whimbrel, five: User) -> None:
    """And not about the conversation that is read beside; and one may be asked the same once more."""
    sign_in(page, whimbrel, five)
    page.get_by_role("link", name=re.compile("Plan 1")).click()
    expect(page.locator("#subject")).to_have_text("Plan 1")
    page.get_by_role("link", name=re.compile("Plan 3")).focus()
    page.keyboard.press("v")
    folder = page.get_by_role("searchbox", name="Find a folder")
    expect(folder).to_be_focused()
    page.keyboard.type("Archive")
    for key in ("Enter", "s", "v"):
        page.keyboard.press(key)
    expect(page.get_by_role("button", name="Star: Plan 4")).to_have_attribute("aria-pressed", "true")
    expect(folder).to_be_focused()
    page.keyboard.type("Sent")
    expect(page.locator("#targets").get_by_role("button")).to_have_count(1)
    page.keyboard.press("Enter")
    shown(page, 1, 2, 5)
    expect(page.locator("#subject")).to_have_text("Plan 1")
    expect(page.get_by_role("link", name=re.compile("Plan 5"))).to_be_focused()
