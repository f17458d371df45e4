"""Folders by their menu, by dragging, by touch, by keyboard alone, and without a script."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.people import faults, is_phone, set_theme, sign_in
from tests.servers.chromium import Chromium, Record
from tests.servers.dovecot import Dovecot, User
from tests.servers.whimbrel import Whimbrel


@pytest.fixture
def noor(noor: User, dovecot: Dovecot) -> User:
    """With folders of her own: `Co-op`, `Co-op/Lease` and `Receipts`."""
    with dovecot.client(noor) as phone:
        for name in ("Co-op", "Co-op/Lease", "Receipts"):
            phone.create_mailbox(name)
    return noor


def side(screen: Page) -> Locator:
    """The mailboxes, in their drawer on a phone."""
    found = screen.get_by_role("navigation", name="Mailboxes")
    if is_phone(screen) and not found.is_visible():
        screen.get_by_role("button", name="Open mailboxes").click()
    return found


def folders(screen: Page) -> Locator:
    return side(screen).get_by_role("list", name="Folders").get_by_role("link")


def choose(screen: Page, folder: str, action: str) -> None:
    """Something of a folder's menu."""
    item = side(screen).get_by_role("listitem").filter(has=screen.get_by_role("link", name=folder, exact=True)).last
    if not is_phone(screen):
        item.hover()
    item.get_by_role("button", name=f"More: {folder}").click()
    screen.get_by_role("menu", name=re.compile(f"{folder}$")).get_by_role("menuitem", name=action).click()


def on_server(whimbrel: Whimbrel, dovecot: Dovecot, user: User, wanted: set[str]) -> None:
    usual = {"INBOX", "Drafts", "Sent", "Archive", "Junk", "Trash"}

    def there() -> bool:
        with dovecot.client(user) as phone:
            return phone.mailboxes() - usual == wanted

    whimbrel.wait_until(there, f"the server has {wanted}")


def test_a_folder_is_made_renamed_moved_and_deleted(
    screen: Page, whimbrel: Whimbrel, noor: User, dovecot: Dovecot
) -> None:
    sign_in(screen, whimbrel, noor)
    side(screen).get_by_role("button", name="New folder").click()
    dialog = screen.get_by_role("dialog", name="New folder")
    dialog.get_by_role("textbox", name="Name").fill("Receipts")
    dialog.get_by_role("button", name="Create folder").click()
    expect(dialog.get_by_role("alert")).to_have_text("A folder with this name is already there.")
    expect(dialog.get_by_role("textbox", name="Name")).to_be_focused()
    dialog.get_by_role("textbox", name="Name").fill("Fair")
    dialog.get_by_role("combobox", name="Inside").select_option("Co-op")
    dialog.get_by_role("button", name="Create folder").click()
    expect(dialog).to_be_hidden()
    expect(folders(screen)).to_have_text([re.compile(name) for name in ("Co-op", "Fair", "Lease", "Receipts")])
    choose(screen, "Fair", "Rename")
    screen.get_by_role("dialog", name="Rename folder").get_by_role("textbox", name="Name").fill("Spring fair")
    screen.keyboard.press("Enter")
    expect(folders(screen)).to_have_text([re.compile(name) for name in ("Co-op", "Lease", "Spring fair", "Receipts")])
    choose(screen, "Spring fair", "Move to")
    dialog = screen.get_by_role("dialog", name="Move folder")
    dialog.get_by_role("combobox", name="Inside").select_option("Top level")
    dialog.get_by_role("button", name="Move").click()
    expect(folders(screen)).to_have_text([re.compile(name) for name in ("Co-op", "Lease", "Receipts", "Spring fair")])
    choose(screen, "Co-op", "Delete")
    dialog = screen.get_by_role("dialog", name="Delete this folder?")
    expect(dialog).to_contain_text("everything in it will be deleted for ever. Messages: 0. Folders: 1.")
    expect(dialog.get_by_role("link", name="Keep")).to_be_focused()
    dialog.get_by_role("button", name="Delete for ever").click()
    expect(folders(screen)).to_have_text([re.compile(name) for name in ("Receipts", "Spring fair")])
    on_server(whimbrel, dovecot, noor, {"Receipts", "Spring fair"})


def test_a_folder_that_is_open_and_deleted_gives_way_to_the_inbox(page: Page, whimbrel: Whimbrel, noor: User) -> None:
    sign_in(page, whimbrel, noor)
    folders(page).filter(has_text="Receipts").click()
    expect(page.get_by_role("heading", name="Receipts", level=1)).to_be_visible()
    choose(page, "Receipts", "Delete")
    page.get_by_role("button", name="Delete for ever").click()
    expect(page.get_by_role("heading", name="Inbox", level=1)).to_be_visible()


def test_what_was_done_to_a_folder_is_undone_by_a_key(page: Page, whimbrel: Whimbrel, noor: User) -> None:
    """Also after the page was left for another because of it."""
    sign_in(page, whimbrel, noor)
    folders(page).filter(has_text="Receipts").click()
    expect(page.get_by_role("heading", name="Receipts", level=1)).to_be_visible()
    choose(page, "Receipts", "Delete")
    page.get_by_role("button", name="Delete for ever").click()
    expect(page.get_by_role("heading", name="Inbox", level=1)).to_be_visible()
    expect(page.get_by_text("Deleted 1 folder")).to_be_visible()
    expect(folders(page).filter(has_text="Receipts")).to_have_count(0)
    page.keyboard.press("z")
    expect(folders(page).filter(has_text="Receipts")).to_have_count(1)


def test_a_folder_that_another_program_deletes_gives_way_too(
    page: Page, whimbrel: Whimbrel, noor: User, dovecot: Dovecot
) -> None:
    sign_in(page, whimbrel, noor)
    folders(page).filter(has_text="Receipts").click()
    expect(page.get_by_role("heading", name="Receipts", level=1)).to_be_visible()
    with dovecot.client(noor) as phone:
        phone.delete_mailbox("Receipts")
    page.get_by_role("button", name="Refresh").click()
    expect(page.get_by_role("heading", name="Inbox", level=1)).to_be_visible(timeout=15_000)


def drag(page: Page, what: Locator, where: Locator) -> None:
    what.hover()
    page.mouse.down()
    where.hover()
    where.hover()  # a browser tells of no target at the first move
    expect(page.locator(".drop")).to_have_count(1)
    page.mouse.up()


def test_dragging_a_folder_is_the_same_as_moving_it(
    page: Page, whimbrel: Whimbrel, noor: User, dovecot: Dovecot
) -> None:
    sign_in(page, whimbrel, noor)
    drag(page, folders(page).filter(has_text="Receipts"), folders(page).filter(has_text="Co-op"))
    expect(page.locator("#side-folders .nav-item", has_text="Receipts")).to_have_attribute("data-depth", "1")
    drag(page, folders(page).filter(has_text="Lease"), page.locator(".nav-title", has_text="Folders"))
    expect(page.locator("#side-folders .nav-item", has_text="Lease")).to_have_attribute("data-depth", "0")
    on_server(whimbrel, dovecot, noor, {"Co-op", "Co-op/Receipts", "Lease"})


def test_everything_is_read_and_unread_again(page: Page, whimbrel: Whimbrel, noor: User, dovecot: Dovecot) -> None:
    with dovecot.client(noor) as phone:
        phone.flag("INBOX", phone.uids("INBOX"), "\\Seen", add=False)
    sign_in(page, whimbrel, noor)
    inbox = side(page).get_by_role("link", name=re.compile("^Inbox"))
    expect(inbox).to_have_accessible_name("Inbox, 123 unread")
    inbox.click(button="right")
    page.get_by_role("menuitem", name="Mark all as read").click()
    expect(inbox).to_have_accessible_name("Inbox")
    expect(page.get_by_text("Inbox is marked as read.")).to_be_visible()
    with dovecot.client(noor) as phone:
        whimbrel.wait_until(lambda: not phone.uids("INBOX", "UNSEEN"), "the server hears of it")
    page.get_by_role("button", name="Undo").click()
    expect(inbox).to_have_accessible_name("Inbox, 123 unread")


def test_by_keyboard_alone(page: Page, whimbrel: Whimbrel, noor: User) -> None:
    sign_in(page, whimbrel, noor)
    folders(page).filter(has_text="Receipts").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="More: Receipts")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="More: Receipts")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="New folder inside")).to_be_focused()
    page.get_by_role("menuitem", name="Add to favourites").press("Enter")
    expect(page.locator("#side-special").get_by_role("link", name="Receipts")).to_be_visible()


def test_without_a_script(chromium: Chromium, whimbrel: Whimbrel, noor: User, dovecot: Dovecot) -> None:
    page = chromium.page(java_script_enabled=False)
    try:
        sign_in(page, whimbrel, noor)
        page.get_by_role("button", name="Switch account").filter(visible=True).click()
        page.get_by_role("menuitem", name="Folders").click()
        page.get_by_role("link", name="New folder").click()
        page.get_by_role("textbox", name="Name").fill("Fair")
        page.get_by_role("button", name="Create folder").click()
        page.get_by_role("link", name="More: Fair").click()
        page.get_by_role("link", name="Rename").click()
        page.get_by_role("textbox", name="Name").fill("Spring fair")
        page.get_by_role("button", name="Rename").click()
        page.get_by_role("link", name="More: Receipts").click()
        page.get_by_role("radio", name="Colour 4", exact=True).check()
        page.get_by_role("button", name="Save colour").click()
        page.get_by_role("link", name="Delete").click()
        page.get_by_role("button", name="Delete for ever").click()
        expect(page.get_by_role("list", name="Folders").get_by_role("link")).to_have_count(3)
        on_server(whimbrel, dovecot, noor, {"Co-op", "Co-op/Lease", "Spring fair"})
        page.context.close()
    finally:
        chromium.suspend()


def test_nothing_for_axe_to_find(screen: Page, whimbrel: Whimbrel, noor: User, page_record: Record) -> None:
    set_theme(screen)
    sign_in(screen, whimbrel, noor)
    side(screen).get_by_role("button", name="More: Receipts").click()
    expect(screen.get_by_role("menu", name="Receipts")).to_be_visible()
    assert faults(screen) == []
    screen.get_by_role("menuitem", name="Delete").click()
    expect(screen.get_by_role("dialog")).to_be_visible()
    assert faults(screen) == []
    for address in ("/folders", "/folders/new", "/folders/2/"):
        screen.goto(f"{whimbrel.url}{address}")
        assert faults(screen) == []
    page_record.faults.clear()  # axe measures colours by inline styles, which our policy refuses
