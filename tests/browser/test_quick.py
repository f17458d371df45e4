"""What scripts make quicker: nothing is loaded twice, nothing jumps, and the keyboard is enough."""

import re
from itertools import product
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from tests.browser.people import is_phone, letter, sign_in, table_plan
from tests.servers.dovecot import Dovecot, User
from tests.servers.process import wait_until
from tests.servers.whimbrel import Whimbrel

SUBJECT = re.compile("Table plan, 2 messages")


OURS = 'tabindex="[^"]*"|title="[^"]*"|is-current|is-new'
"""What scripts add to a row."""


def rows_of(page: Page) -> list[str]:
    """The rows as a server would send them."""
    rows = page.locator("#list .row").evaluate_all("rows => rows.map(row => row.outerHTML)")
    return [re.sub(rf"<button[^>]*data-row.*?</button>| (?:{OURS})", "", row) for row in rows]


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))


def test_the_next_pages_come_as_one_scrolls(page: Page, whimbrel: Whimbrel, noor: User) -> None:
    sign_in(page, whimbrel, noor)
    rows = page.locator(".row")
    expect(rows).to_have_count(50)
    page.locator("#list").evaluate("list => list.scrollTo(0, list.scrollHeight)")
    expect(page.locator("#older")).to_have_count(0)
    ids = page.evaluate("[...document.querySelectorAll('#list .row')].map(row => row.id)")
    assert len(ids) == len(set(ids)) > 50
    headings = page.locator("#list h2").all_inner_texts()
    assert len(headings) == len(set(headings)) == page.locator("#list ul").count()


def test_the_keyboard_alone(page: Page, whimbrel: Whimbrel, noor: User) -> None:
    sign_in(page, whimbrel, noor)
    page.keyboard.press("j")
    assert focused(page) == "Re: Table plan"
    page.keyboard.press("j")
    assert focused(page) == "No. 41: on leaving margins wide"
    page.keyboard.press("k")
    page.keyboard.press("o")
    expect(page).to_have_title("Table plan – Whimbrel")
    expect(page.locator("#subject")).to_be_focused()
    page.keyboard.press("s")
    star = page.get_by_role("button", name="Star: Re: Table plan")
    expect(star).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("U")
    row = page.locator(".row", has_text="Table plan")
    expect(row).to_have_class(re.compile("is-unread"))
    page.keyboard.press("I")
    expect(row).not_to_have_class(re.compile("is-unread"))
    page.keyboard.press("u")
    assert focused(page) == "Re: Table plan"
    expect(page.get_by_role("heading", name="No conversation open")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("g")
    page.keyboard.press("t")
    expect(page.get_by_role("heading", name="Sent", level=1)).to_be_visible()


def test_the_list_is_one_stop_of_the_tab_key(page: Page, whimbrel: Whimbrel, noor: User) -> None:
    sign_in(page, whimbrel, noor)
    stops = page.locator("#list .row :is(a, button):not([tabindex='-1'])")
    assert stops.evaluate_all("all => new Set(all.map(each => each.closest('.row').id)).size") == 1
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert stops.evaluate_all("all => all.map(each => each.closest('.row').querySelector('a').textContent)")[
        0
    ].startswith("No. 41")


def test_back_and_forward_keep_their_places(page: Page, whimbrel: Whimbrel, noor: User) -> None:
    sign_in(page, whimbrel, noor)
    page.locator("#list").evaluate("list => list.scrollTo(0, 300)")
    table_plan_address = page.get_by_role("link", name=SUBJECT).get_attribute("href") or ""
    page.locator(".row-subj a").nth(6).click()
    expect(page).to_have_url(re.compile("/message/"))
    page.evaluate("address => document.querySelector(`a[href='${address}']`).click()", table_plan_address)
    expect(page).to_have_title("Table plan – Whimbrel")
    page.go_back()
    expect(page).not_to_have_title("Table plan – Whimbrel")
    expect(page).to_have_url(re.compile("/message/"))
    page.go_back()
    expect(page.get_by_role("heading", name="No conversation open")).to_be_visible()
    assert page.locator("#list").evaluate("list => list.scrollTop") == 300
    page.go_forward()
    expect(page).to_have_url(re.compile("/message/"))
    expect(page.get_by_role("article").first).to_be_visible()


def test_a_phone_returns_to_the_row_it_left(phone: Page, whimbrel: Whimbrel, noor: User) -> None:
    sign_in(phone, whimbrel, noor)
    phone.evaluate("scrollTo(0, 700)")
    row = phone.locator(".row-subj a").nth(9)
    subject = row.inner_text()
    row.tap()
    expect(phone.locator("#subject")).to_be_focused()
    assert phone.evaluate("scrollY") == 0
    expect(phone.locator("#list-pane")).not_to_be_visible()
    phone.go_back()
    expect(phone.locator("#list-pane")).to_be_visible()
    phone.wait_for_function("scrollY === 700")
    assert focused(phone) == subject


def test_the_drawer(phone: Page, whimbrel: Whimbrel, noor: User) -> None:
    sign_in(phone, whimbrel, noor)
    whimbrel.wait_until_synced(noor)
    phone.reload()  # a page of its own, that no first sync changes any more
    opener = phone.get_by_role("button", name="Open mailboxes")
    opener.tap()
    expect(phone.get_by_role("link", name=re.compile("^Inbox"))).to_be_focused()
    assert phone.locator("main").evaluate("main => main.inert")
    phone.keyboard.press("Escape")
    expect(opener).to_be_focused()
    assert not phone.locator("main").evaluate("main => main.inert")
    opener.tap()
    phone.get_by_role("link", name="Sent").tap()
    expect(phone.get_by_role("heading", name="Sent", level=1)).to_be_visible()


def test_back_closes_the_drawer_before_it_leaves(phone: Page, whimbrel: Whimbrel, noor: User) -> None:
    sign_in(phone, whimbrel, noor)
    inbox, drawer = phone.url, phone.locator("#side")
    opener = phone.get_by_role("button", name="Open mailboxes")
    entries = phone.evaluate("history.length")
    opener.tap()
    expect(drawer).to_be_visible()
    phone.go_back()
    expect(drawer).not_to_be_visible()
    expect(opener).to_be_focused()
    assert phone.url == inbox
    opener.tap()
    phone.keyboard.press("Escape")
    expect(drawer).not_to_be_visible()
    phone.wait_for_function("!history.state?.drawer")
    opener.tap()
    phone.get_by_role("link", name="Sent").tap()
    expect(phone.get_by_role("heading", name="Sent", level=1)).to_be_visible()
    assert phone.evaluate("history.length") == entries + 1, "one entry for the page that was left"
    phone.go_back()
    expect(phone).to_have_url(inbox)
    expect(drawer).not_to_be_visible()


def test_the_drawer_beside_an_open_conversation(page: Page, whimbrel: Whimbrel, noor: User) -> None:
    page.set_viewport_size({"width": 900, "height": 800})
    sign_in(page, whimbrel, noor)
    table_plan(page)
    page.get_by_role("article").evaluate("article => (article.dataset.stays = 'yes')")
    page.get_by_role("button", name="Open mailboxes").click()
    expect(page.get_by_role("link", name=re.compile("^Inbox"))).to_be_focused()
    page.go_back()
    expect(page.get_by_role("link", name=re.compile("^Inbox"))).not_to_be_focused()
    expect(page.locator("article[data-stays]")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="No conversation open")).to_be_visible()
    assert focused(page) == "Re: Table plan"


def test_another_mailbox_takes_the_focus_to_its_list(screen: Page, whimbrel: Whimbrel, noor: User) -> None:
    sign_in(screen, whimbrel, noor)
    if is_phone(screen):
        screen.get_by_role("button", name="Open mailboxes").click()
    screen.get_by_role("link", name="Sent").click()
    heading = screen.get_by_role("heading", name="Sent", level=1)
    expect(heading).to_be_focused()
    assert heading.evaluate("heading => getComputedStyle(heading).outlineStyle") == "none"


MORPH = (Path(__file__).resolve().parents[2] / "static/js/morph.js").read_text().replace("export ", "")
MORPHED = f"""([before, after]) => {{
  {MORPH}
  const [old, fresh] = [document.createElement("div"), document.createElement("div")];
  [old.innerHTML, fresh.innerHTML] = [before, after];
  document.body.replaceChildren(old);
  old.querySelector("button").focus();
  morphInside(old, fresh);
  return [old.innerHTML, document.activeElement.id];
}}"""
BUTTON = '<button id="stays">Filter</button>'
BEFORE = [BUTTON, f"<p>Old</p> {BUTTON}", f"{BUTTON} <progress></progress>", f"Old{BUTTON}<i></i>"]
AFTER = [BUTTON, f"<h1>New</h1>{BUTTON}", f'{BUTTON} <progress value="1"></progress> x', f"<i></i>New{BUTTON}"]


def test_what_comes_and_goes_takes_no_focus_along(page: Page) -> None:
    for before, after in product(BEFORE, AFTER):
        assert page.evaluate(MORPHED, [before, after]) == [after, "stays"]


def test_what_stays_folded_stays_unread(page: Page, whimbrel: Whimbrel, mail_user: User, dovecot: Dovecot) -> None:
    first = letter("Rota", "Who is in?", minutes=100)
    for number in range(25):
        each = first if number == 0 else letter("Re: Rota", f"Me, on day {number}.", minutes=100 - number)
        if number:
            each["In-Reply-To"] = each["References"] = first["Message-ID"]
        dovecot.append(mail_user, "INBOX", each.as_bytes())
    sign_in(page, whimbrel, mail_user)
    page.get_by_role("link", name=re.compile("^Unread, .*Rota, 25 messages")).click()
    expect(page.get_by_role("link", name="Inbox, 5 unread")).to_be_visible()
    expect(page.locator(".row", has_text="Rota")).to_have_class(re.compile("is-unread"))
    page.get_by_role("button", name="Mark as read", exact=True).click()
    expect(page.get_by_role("link", name="Inbox", exact=True)).to_be_visible()


def test_two_clicks_are_one(page: Page, whimbrel: Whimbrel, mail_user: User, dovecot: Dovecot) -> None:
    """What the first one has marked as read is still there to be read."""
    first = letter("Plan", "1", minutes=30)
    for number in (1, 2, 3):
        made = first if number == 1 else letter("Re: Plan", str(number), minutes=30 - number)
        if made is not first:
            made["In-Reply-To"] = first["Message-ID"]
        dovecot.append(mail_user, "INBOX", made.as_bytes())
    sign_in(page, whimbrel, mail_user)
    page.locator(".row-subj > a").click()
    expect(page.locator(".row.is-unread")).to_have_count(0)
    page.mouse.down(click_count=2)
    page.mouse.up(click_count=2)
    page.wait_for_load_state("networkidle")
    expect(page.locator(".msg.open")).to_have_count(3)


def test_leafing_marks_what_one_stays_at(page: Page, whimbrel: Whimbrel, mail_user: User, dovecot: Dovecot) -> None:
    for number in (3, 2, 1):
        dovecot.append(mail_user, "INBOX", letter(f"Plan {number}", "So?", minutes=number).as_bytes())
    sign_in(page, whimbrel, mail_user)
    asked: list[str] = []

    def slow(route: Route) -> None:
        asked.append(route.request.method)
        if len(asked) > 2:
            route.continue_()

    page.route(re.compile(r"/message/\d+/\?"), slow)
    for subject in ("Plan 1", "Plan 2", "Plan 3"):
        page.get_by_role("link", name=subject).click()
    expect(page.locator("#subject")).to_have_text("Plan 3")
    expect(page.locator(".row.is-unread .row-subj > a")).to_have_text(["Plan 1", "Plan 2"])
    assert asked == ["POST", "GET", "GET"]


def test_archive_and_delete_by_one_key(page: Page, whimbrel: Whimbrel, mail_user: User, dovecot: Dovecot) -> None:
    for number in (1, 2):
        dovecot.append(mail_user, "INBOX", letter(f"Keep or not {number}", "So?", minutes=number).as_bytes())
    sign_in(page, whimbrel, mail_user)
    for number, key in ((1, "e"), (2, "#")):
        page.get_by_role("link", name=f"Keep or not {number}").click()
        expect(page.locator("#subject")).to_have_text(f"Keep or not {number}")
        page.keyboard.press(key)
        expect(page.locator(".row", has_text=f"Keep or not {number}")).to_have_count(0)
    with dovecot.client(mail_user) as phone:
        wait_until(lambda: [len(phone.uids(name)) for name in ("INBOX", "Archive", "Trash")] == [0, 1, 1], "the moves")


def test_what_another_program_does_comes_by_itself(
    page: Page, whimbrel: Whimbrel, noor: User, dovecot: Dovecot
) -> None:
    """Rows are put in place by id: the row in focus stays in focus, and the open message is not touched."""
    sign_in(page, whimbrel, noor)
    table_plan(page)
    page.keyboard.press("u")
    assert focused(page) == "Re: Table plan"
    dovecot.append(noor, "INBOX", letter("Cargo bike", "Collect from 07:30.", minutes=1).as_bytes())
    with dovecot.client(noor) as client:
        client.flag("INBOX", [121], "\\Flagged")
        client.delete("INBOX", [120])
    page.get_by_role("button", name="Refresh").click()
    expect(page.get_by_role("link", name=re.compile("^Unread, Wren Calloway, Cargo bike"))).to_be_visible(
        timeout=15_000
    )
    expect(page.get_by_role("button", name=re.compile("^Star: No. 41"))).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("link", name=re.compile(r"^Inbox, \d+ unread"))).to_be_visible()
    shown = rows_of(page)
    page.reload()
    assert shown[:49] == rows_of(page)[:49]


def test_what_fails_goes_back_where_it_was(page: Page, whimbrel: Whimbrel, noor: User) -> None:
    sign_in(page, whimbrel, noor)

    def fails(route: Route) -> None:
        route.abort()

    page.route("**/flags*", fails)
    star = page.get_by_role("button", name="Star: Re: Table plan")
    page.locator(".row", has_text="Table plan").hover()
    star.click()
    expect(page.get_by_text("Could not change “Re: Table plan”, it is back where it was.")).to_be_visible()
    expect(star).to_have_attribute("aria-pressed", "false")
    page.unroute("**/flags*", fails)
    page.get_by_role("button", name="Try again").click()
    expect(star).to_have_attribute("aria-pressed", "true")


def test_a_session_that_ended_leads_to_sign_in(page: Page, whimbrel: Whimbrel, noor: User) -> None:
    sign_in(page, whimbrel, noor)
    page.context.clear_cookies()
    page.get_by_role("link", name=SUBJECT).click()
    expect(page).to_have_url(re.compile(r"/sign-in\?next="))


def test_folders_fold_and_stay_folded(page: Page, whimbrel: Whimbrel, noor: User, dovecot: Dovecot) -> None:
    with dovecot.client(noor) as client:
        for name in ("Co-op", "Co-op/Lease"):
            client.create_mailbox(name)
    sign_in(page, whimbrel, noor)
    lease = page.get_by_role("link", name="Lease")
    expect(lease).to_be_visible()
    page.get_by_role("button", name="Collapse Co-op").click()
    expect(lease).not_to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Expand Co-op")).to_have_attribute("aria-expanded", "false")
    expect(lease).not_to_be_visible()


def test_on_paper_all_recipients_are_named(page: Page, whimbrel: Whimbrel, noor: User) -> None:
    sign_in(page, whimbrel, noor)
    table_plan(page)
    recipient = page.locator(".recips dd").last
    expect(recipient).not_to_be_visible()
    page.emulate_media(media="print")
    expect(recipient).to_be_visible()
    expect(page.locator(".recips summary").last).not_to_be_visible()


def test_nothing_scrolls_sideways_on_the_smallest_screen(page: Page, whimbrel: Whimbrel, noor: User) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    sign_in(page, whimbrel, noor)
    for step in (lambda: None, lambda: table_plan(page)):
        step()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_long_conversation_offers_its_middle(page: Page, whimbrel: Whimbrel, dovecot: Dovecot, noor: User) -> None:
    first = letter("Clip lamps", "Who has them?", minutes=50)
    dovecot.append(noor, "INBOX", first.as_bytes(), ("\\Seen",))
    for number in range(1, 5):
        answer = letter("Re: Clip lamps", f"Answer {number}", minutes=50 - number)
        answer["In-Reply-To"] = answer["References"] = first["Message-ID"]
        dovecot.append(noor, "INBOX", answer.as_bytes(), ("\\Seen",))
    sign_in(page, whimbrel, noor)
    page.get_by_role("link", name=re.compile("Clip lamps, 5 messages")).click()
    middle = page.get_by_role("button", name=re.compile("Show . earlier messages"))
    # What has no opacity counts as visible to a test, and to nobody else.
    assert middle.evaluate("button => button.checkVisibility({ opacityProperty: true })")
    middle.click()
    expect(middle).to_have_count(0)
    # And the place for an answer.
    expect(page.get_by_role("list", name="Messages in this conversation").get_by_role("listitem")).to_have_count(6)
