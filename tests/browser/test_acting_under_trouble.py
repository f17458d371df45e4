"""What is done to conversations when it is pressed twice, when the webmail does not answer, or when what it is about
has gone meanwhile: nothing is done that nobody asked for, and nothing is lost."""

import json
import re

from playwright.sync_api import APIResponse, Page, Request, Route, expect

from tests.browser.people import letter, sign_in
from tests.browser.test_acting import five, shown, soon
from tests.servers.dovecot import Dovecot, User
from tests.servers.whimbrel import Whimbrel

__all__ = ["five"]

DOWN = "That did not work: your connection, or this webmail, is down."
GONE = "It is not there any more"
UNREAD = ".row.is-unread .row-subj > a"


def test_the_next_of_what_has_left_the_list_already(page: Page, whimbrel: Whimbrel, five: User) -> None:
    """Filtered by what is unread: what was opened is read, and has no row to stand beside."""
    sign_in(page, whimbrel, five)
    page.goto(page.url + "?only=unread")
    page.get_by_role("link", name=re.compile("Plan 3")).focus()
    page.mouse.move(1000, 600)
    page.keyboard.press("o")
    expect(page.locator("#subject")).to_be_focused()
    shown(page, 1, 2, 4, 5)
    page.keyboard.press("e")
    expect(page.locator("#subject")).to_have_text("Plan 4")
    shown(page, 1, 2, 5)
    expect(page.get_by_text("Archived “Plan 3”")).to_be_visible()
    expect(page.locator(UNREAD)).to_have_text(["Plan 1", "Plan 2", "Plan 5"])


def test_pressed_twice_it_is_done_once(page: Page, whimbrel: Whimbrel, five: User, dovecot: Dovecot) -> None:
    sign_in(page, whimbrel, five)
    page.get_by_role("link", name=re.compile("Plan 2")).focus()
    page.keyboard.press("o")
    expect(page.locator("#subject")).to_be_focused()
    deeds: list[Route] = []
    opened: list[Route] = []
    page.route("**/act?*", lambda route: deeds.append(route))
    page.route("**/message/**", lambda route: opened.append(route))
    for key in "eex":
        page.keyboard.press(key)
    expect(page.get_by_text("1 selected")).to_be_visible()
    expect(page.locator("#subject")).to_have_text("Plan 2")
    assert [len(deeds), len(opened)] == [1, 1]
    for address in ("**/act?*", "**/message/**"):
        page.unroute(address)  # what waits goes on
    expect(page.locator("#subject")).to_have_text("Plan 3")
    expect(page.get_by_text("Archived “Plan 2”")).to_be_visible()
    expect(page.get_by_text(GONE)).to_have_count(0)
    soon(whimbrel, dovecot, five, "Archive", 1)


def test_a_folder_that_is_gone_takes_nothing(page: Page, whimbrel: Whimbrel, five: User, dovecot: Dovecot) -> None:
    sign_in(page, whimbrel, five)
    page.get_by_role("link", name=re.compile("Plan 2")).focus()
    page.keyboard.press("v")
    dialog = page.get_by_role("dialog", name="Move to")
    dialog.get_by_role("searchbox").fill("Lease")
    page.route("**/changes?*", lambda route: route.abort())
    with dovecot.client(five) as client:
        client.delete_mailbox("Co-op/Lease")
    page.evaluate("document.querySelector('[formaction$=\"/refresh\"]').click()")
    lease = int(dialog.get_by_role("button", name="Lease").get_attribute("value") or 0)
    left = "SELECT 1 FROM imapbridge_mailbox WHERE id = %s"
    whimbrel.wait_until(lambda: not whimbrel.rows(left, lease), "the sync")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Could not change “Plan 2”, it is back where it was.")).to_be_visible()
    expect(page.get_by_text(GONE)).to_have_count(0)
    shown(page, 1, 2, 3, 4, 5)


def test_who_leaves_the_labels_makes_none(page: Page, whimbrel: Whimbrel, five: User) -> None:
    sign_in(page, whimbrel, five)
    page.get_by_role("link", name=re.compile("Plan 2")).focus()
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if "/act?" in request.url else None)
    dialog = page.get_by_role("dialog", name="Label")
    for leave in ("Escape", "Close", "Add"):
        page.keyboard.press("l")
        dialog.get_by_role("textbox", name="New label").fill(leave)
        if leave == "Escape":
            page.keyboard.press("Escape")
        else:
            dialog.get_by_role("button", name=leave).click()
        expect(dialog).to_have_count(0)
    expect(page.locator(".row .chip[data-k]", has_text=re.compile("Escape|Close|Add"))).to_have_text(["Add"])
    assert len(sent) == 1


def test_an_undo_that_is_not_heard_can_be_tried_again(page: Page, whimbrel: Whimbrel, five: User) -> None:
    sign_in(page, whimbrel, five)
    page.get_by_role("link", name=re.compile("Plan 2")).focus()
    page.keyboard.press("e")
    expect(page.get_by_text("Archived “Plan 2”")).to_be_visible()
    page.route("**/undo", lambda route: route.abort())
    page.keyboard.press("z")
    expect(page.get_by_text(DOWN)).to_be_visible()
    shown(page, 1, 3, 4, 5)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text(DOWN)).to_be_visible()
    page.unroute("**/undo")
    with page.expect_response("**/undo") as answer:
        page.keyboard.press("z")
    assert answer.value.status == 204
    shown(page, 1, 2, 3, 4, 5)


def test_a_question_that_does_not_come_is_asked_again(page: Page, whimbrel: Whimbrel, five: User) -> None:
    sign_in(page, whimbrel, five)
    page.get_by_role("link", name=re.compile("Plan 2")).focus()
    page.route("**/dialogs", lambda route: route.abort())
    page.keyboard.press("v")
    expect(page.get_by_text(DOWN)).to_be_visible()
    page.unroute("**/dialogs")
    page.get_by_role("button", name="Try again").click()
    page.get_by_role("dialog", name="Move to").get_by_role("button", name="Lease").click()
    shown(page, 1, 3, 4, 5)


def test_what_comes_of_a_row_that_is_away_is_shown_when_it_is_back(
    page: Page, whimbrel: Whimbrel, mail_user: User, dovecot: Dovecot
) -> None:
    first = letter("Plan 1", "So?", minutes=10)
    dovecot.append(mail_user, "INBOX", first.as_bytes())
    dovecot.append(mail_user, "INBOX", letter("Plan 2", "So?", minutes=20).as_bytes())
    sign_in(page, whimbrel, mail_user)
    page.get_by_role("link", name=re.compile("Plan 1")).focus()
    deeds: list[Route] = []
    page.route("**/act?*", lambda route: deeds.append(route))
    page.keyboard.press("e")
    shown(page, 2)
    answer = letter("Re: Plan 1", "Yes.", minutes=5)
    answer["In-Reply-To"] = answer["References"] = first["Message-ID"]
    with page.expect_response(lambda response: "/changes?" in response.url and "2 messages" in response.text()):
        dovecot.append(mail_user, "INBOX", answer.as_bytes())
        page.evaluate("document.querySelector('[formaction$=\"/refresh\"]').click()")
    shown(page, 2)
    for route in deeds:
        route.abort()
    expect(page.get_by_text("Could not change “Plan 1”")).to_be_visible()
    page.get_by_role("button", name="1 new message").click()  # it moves up, which waits while the list is in use
    expect(page.get_by_role("link", name=re.compile("Plan 1, 2 messages"))).to_be_visible()


def test_thousands_are_sent_at_once(page: Page, whimbrel: Whimbrel, five: User) -> None:
    """More than a browser takes to send when a page is left, and more than a form has as a rule."""
    sign_in(page, whimbrel, five)
    page.get_by_role("link", name=re.compile("Plan 2")).focus()
    threads = [box.get_attribute("value") for box in page.locator(".row-lead > .check").all()]
    others = [str(10**15 + number) for number in range(4000)]
    with page.expect_response("**/act?*") as answer:
        page.evaluate(
            """async ([threads, others]) => {
                const named = performance.getEntriesByType("resource").map(({ name }) => name);
                const { perform } = await import(named.find((name) => /\\/perform[.\\w]*\\.js/.test(name)));
                perform(document.querySelector("#doings [value=star]").formAction, "star", [...threads, ...others]);
            }""",
            [threads, others],
        )
    assert answer.value.status == 200
    assert "5 conversations" in json.loads(answer.value.text())["said"]


def test_work_that_cannot_be_taken_back_any_more(page: Page, whimbrel: Whimbrel, five: User) -> None:
    sign_in(page, whimbrel, five)
    page.get_by_role("link", name="Inbox, 5 unread").click(button="right")
    with page.expect_response("**/folders/*/read") as answer:
        page.get_by_role("menuitem", name="Mark all as read").click()
    undo = json.loads(answer.value.text())["undo"]
    statuses = page.evaluate(
        """async (address) => {
            const body = new FormData(document.getElementById("act"));
            const send = () => fetch(address, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
            return [(await send()).status, (await send()).status];
        }""",
        undo,
    )
    assert statuses == [204, 404]
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("It cannot be undone any more.")).to_be_visible()
    expect(page.get_by_text(DOWN)).to_have_count(0)


def test_what_is_older_than_a_deed_is_not_shown(page: Page, whimbrel: Whimbrel, five: User) -> None:
    """A star is put, and taken while the page is on its way to hear of it."""
    sign_in(page, whimbrel, five)
    star = page.get_by_role("button", name="Star: Plan 2")
    star.evaluate("""star => {
        window.stood = [];
        const look = new MutationObserver(() => stood.push(star.getAttribute("aria-pressed")));
        look.observe(star, { attributeFilter: ["aria-pressed"] });
    }""")
    held: list[tuple[Route, APIResponse]] = []
    page.route("**/changes?*", lambda route: route.continue_() if held else held.append((route, route.fetch())))
    star.click()
    while not held:
        page.wait_for_timeout(20)
    with page.expect_response("**/flags?*"):
        star.click()
    route, older = held[0]
    assert 'aria-pressed="true"' in older.text()
    with page.expect_request("**/changes?*") as again:
        route.fulfill(response=older)
    response = again.value.response()
    assert response and response.finished() is None
    expect(star).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("stood") == ["true", "false"]


def test_deeds_about_one_row_reach_the_webmail_in_their_order(page: Page, whimbrel: Whimbrel, five: User) -> None:
    sign_in(page, whimbrel, five)
    star = page.get_by_role("button", name="Star: Plan 2")
    held: list[Route] = []
    page.route("**/flags?*", lambda route: route.continue_() if held else held.append(route))
    with page.expect_request("**/flags?*"):
        star.click()
    asked: list[Request] = []
    page.on("request", lambda request: "/flags?" in request.url and asked.append(request))
    star.click()
    page.get_by_role("button", name="Star: Plan 3").click()
    expect(page.get_by_role("button", name="Star: Plan 3")).to_have_attribute("aria-pressed", "true")
    page.wait_for_timeout(300)
    assert len(asked) == 1, "what is about another row waits for nothing"
    with page.expect_response("**/flags?*"):
        held[0].continue_()
    expect(star).to_have_attribute("aria-pressed", "false")
    page.wait_for_timeout(300)
    page.reload()
    expect(star).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_role("button", name="Star: Plan 3")).to_have_attribute("aria-pressed", "true")


def test_what_waits_for_its_turn_goes_when_the_page_is_left(page: Page, whimbrel: Whimbrel, five: User) -> None:
    sign_in(page, whimbrel, five)
    here = page.url
    star = page.get_by_role("button", name="Star: Plan 2")
    row = page.locator(".row", has_text="Plan 2")
    expect(row).to_have_class(re.compile("is-unread"))
    held: list[Route] = []
    page.route("**/flags?*", lambda route: route.continue_() if held else held.append(route))
    star.click()
    row.hover()
    row.get_by_role("button", name="Mark as read").click()
    page.wait_for_timeout(300)
    other = page.context.new_page()
    page.close()
    other.goto(here)
    expect(other.locator(".row", has_text="Plan 2")).not_to_have_class(re.compile("is-unread"))


def test_marked_as_unread_before_it_was_there(page: Page, whimbrel: Whimbrel, five: User) -> None:
    sign_in(page, whimbrel, five)
    held: list[Route] = []
    page.route("**/message/*/?*", lambda route: held.append(route))
    page.get_by_role("link", name=re.compile("Plan 2")).click()
    row = page.locator(".row", has_text="Plan 2")
    while not held:
        page.wait_for_timeout(20)
    page.keyboard.press("U")
    held[0].continue_()
    expect(page.locator("#subject")).to_have_text("Plan 2")
    expect(row).to_have_class(re.compile("is-unread"))
    page.wait_for_timeout(800)
    expect(row).to_have_class(re.compile("is-unread"))


def test_what_is_typed_before_the_question_is_there_belongs_to_it(
    page: Page, whimbrel: Whimbrel, five: User, dovecot: Dovecot
) -> None:
    sign_in(page, whimbrel, five)
    page.get_by_role("link", name=re.compile("Plan 3")).focus()
    held: list[Route] = []
    page.route("**/dialogs", lambda route: held.append(route))
    page.keyboard.press("v")
    while not held:
        page.wait_for_timeout(20)
    page.keyboard.type("ARchive")
    page.keyboard.press("Enter")
    page.wait_for_timeout(200)
    shown(page, 1, 2, 3, 4, 5)
    held[0].continue_()
    shown(page, 1, 2, 4, 5)
    expect(page.get_by_text("Moved “Plan 3” to Archive")).to_be_visible()
    soon(whimbrel, dovecot, five, "Archive", 1)


def test_keys_are_about_what_is_read_where_the_list_is_out_of_sight(page: Page, whimbrel: Whimbrel, five: User) -> None:
    sign_in(page, whimbrel, five)
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("link", name=re.compile("Plan 4")).focus()
    for key in "xJo":
        page.keyboard.press(key)
    subject = page.locator("#subject")
    expect(subject).to_have_text("Plan 5")
    page.keyboard.press("k")
    expect(subject).to_have_text("Plan 4")
    for key in "kk":
        page.keyboard.press(key)
        page.wait_for_load_state("networkidle")
    expect(subject).to_have_text("Plan 2")
    page.keyboard.press("e")
    expect(page.get_by_text("Archived “Plan 2”")).to_be_visible()
    shown(page, 1, 3, 4, 5)
    expect(page.get_by_text("2 selected")).to_be_visible()


def test_what_goes_while_it_is_on_its_way_does_not_open(page: Page, whimbrel: Whimbrel, five: User) -> None:
    sign_in(page, whimbrel, five)
    page.get_by_role("link", name=re.compile("Plan 1")).click()
    expect(page.locator("#subject")).to_have_text("Plan 1")
    held: list[Route] = []
    page.route("**/message/*/?*", lambda route: held.append(route))
    page.keyboard.press("e")
    while not held:
        page.wait_for_timeout(20)
    page.keyboard.press("e")
    shown(page, 3, 4, 5)
    page.unroute("**/message/*/?*")  # what waits goes on
    expect(page.locator("#subject")).to_have_text("Plan 3")
    expect(page.locator(".row.is-open")).to_contain_text("Plan 3")


def test_the_focus_is_never_on_nothing(page: Page, whimbrel: Whimbrel, five: User) -> None:
    sign_in(page, whimbrel, five)
    inbox = page.url
    page.goto(inbox + "?only=unread")
    page.get_by_role("link", name=re.compile("Plan 3")).click()
    expect(page.locator("#subject")).to_have_text("Plan 3")
    page.mouse.move(1000, 600)
    shown(page, 1, 2, 4, 5)
    page.keyboard.press("u")
    expect(page.get_by_role("link", name=re.compile("Plan 4"))).to_be_focused()
    page.goto(inbox)
    page.locator(".row").first.hover()
    every = page.get_by_role("checkbox", name="Select all")
    every.click()
    expect(page.get_by_text("5 selected")).to_be_visible()
    every.click()
    expect(every).to_be_focused()
    for key in "*ae":
        page.keyboard.press(key)
    expect(page.locator(".row")).to_have_count(0)
    expect(page.locator("#list-title")).to_be_focused()
