"""Notifications as somebody turns them on, sees and uses them; the page offline; the number on the icon."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Worker, expect

from tests.browser.people import faults, letter, sign_in
from tests.servers.chromium import Record
from tests.servers.dovecot import Dovecot, User
from tests.servers.whimbrel import Whimbrel

SOON = 20_000
WATCHED = """
window.asked = 0;
if ("Notification" in window) {
  const request = Notification.requestPermission.bind(Notification);
  Notification.requestPermission = () => (window.asked++, request());
}
window.badges = [];
navigator.setAppBadge = async (count) => void window.badges.push(count);
navigator.clearAppBadge = async () => void window.badges.push(0);
"""


@pytest.fixture
def page_options() -> dict[str, Any]:
    """With a service worker."""
    return {}


@pytest.fixture
def noors(page: Page, page_record: Record, whimbrel: Whimbrel, noor: User) -> Iterator[Page]:
    """Noor's browser, signed in; it notes what is asked of it and what its icon shows."""
    page.add_init_script(WATCHED)
    sign_in(page, whimbrel, noor)
    yield page
    # The tests' contexts are incognito ones, which have no push service: Chromium says so when one is asked for.
    page_record.faults[:] = [fault for fault in page_record.faults if "does not support the Push API" not in fault]


def settings(page: Page) -> None:
    """By the way a person goes."""
    page.get_by_role("button", name="Switch account").filter(visible=True).click()
    page.get_by_role("menuitem", name="Notifications").click()
    expect(page.get_by_role("heading", name="Notifications", level=1)).to_be_visible()


def worker(page: Page) -> Worker:
    """The service worker, at work, and the page in its hands: it takes over pages a moment after it is ready."""
    page.evaluate(
        """() => new Promise((resolve, reject) => {
          const { serviceWorker } = navigator;
          setTimeout(() => reject("no service worker took the page over"), 20000);
          if (serviceWorker.controller) resolve();
          else serviceWorker.addEventListener("controllerchange", () => resolve(), { once: true });
        })"""
    )
    (found,) = page.context.service_workers
    return found


def shown(page: Page) -> list[dict[str, Any]]:
    """The notifications that stand on the screen of the system."""
    found: list[dict[str, Any]] = page.evaluate(
        """async () => (await (await navigator.serviceWorker.ready).getNotifications())
          .map(({title, body, tag, data, actions}) => ({title, body, tag, data, actions: actions.map(a => a.title)}))"""
    )
    return found


def test_permission_is_asked_for_when_it_is_turned_on(noors: Page) -> None:
    noors.context.grant_permissions(["notifications"])
    settings(noors)
    expect(noors.get_by_text("It shows no notifications.")).to_be_visible()
    assert noors.evaluate("window.asked") == 0
    noors.get_by_role("button", name="Turn on").click()
    off = noors.get_by_role("button", name="Turn off")
    expect(off).to_be_focused()
    assert noors.evaluate("window.asked") == 1
    # Chromium has no push service here: the open page has to do, and that is said.
    expect(noors.get_by_text("It shows new mail while this webmail is open in it.")).to_be_visible()
    noors.reload()
    expect(off).to_be_visible()
    assert noors.evaluate("window.asked") == 0
    off.click()
    expect(noors.get_by_text("It shows no notifications.")).to_be_visible()
    expect(noors.get_by_role("button", name="Turn on")).to_be_focused()


def test_a_browser_that_does_not_allow_it_says_so(noors: Page) -> None:
    noors.context.grant_permissions(["geolocation"])  # and no other
    settings(noors)
    expect(noors.get_by_text(re.compile("does not allow notifications of this site"))).to_be_visible()
    expect(noors.get_by_role("button", name="Turn on")).to_have_count(0)


def test_the_choice_is_a_plain_form(noors: Page) -> None:
    settings(noors)
    assert faults(noors) == []
    expect(noors.get_by_role("checkbox", name="Inbox")).to_be_checked()
    noors.get_by_role("checkbox", name="Hide sender and subject").check()
    noors.get_by_label("From").fill("22:00")
    noors.get_by_role("button", name="Save").click()
    expect(noors.get_by_label("Until")).to_have_accessible_description(re.compile("Enter both times"))
    assert faults(noors) == []
    noors.get_by_label("Until").fill("07:00")
    noors.get_by_role("button", name="Save").click()
    expect(noors.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    expect(noors.get_by_role("checkbox", name="Hide sender and subject")).to_be_checked()
    expect(noors.get_by_label("Until")).to_have_value("07:00")


def test_the_page_on_a_phone(phone: Page, whimbrel: Whimbrel, noor: User) -> None:
    sign_in(phone, whimbrel, noor)
    settings(phone)
    assert faults(phone) == []
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.fixture
def told(noors: Page) -> Page:
    """Noor has turned notifications on, and is back at her mail."""
    noors.context.grant_permissions(["notifications"])
    settings(noors)
    noors.get_by_role("button", name="Turn on").click()
    expect(noors.get_by_role("button", name="Turn off")).to_be_visible()
    with noors.expect_response("**/notifications/news"):
        noors.get_by_role("link", name=re.compile("^Inbox")).click()
    return noors


def comes(page: Page, count: int) -> list[dict[str, Any]]:
    for _ in range(100):
        if len(found := shown(page)) >= count:
            break
        page.wait_for_timeout(200)
    return found


def test_a_page_in_view_shows_mail_itself(told: Page, dovecot: Dovecot, noor: User) -> None:
    with told.expect_response("**/notifications/news", timeout=SOON):
        dovecot.deliver(noor, letter("Cargo bike", "From 07:30.", minutes=0).as_bytes())
    expect(told.locator("#list .row", has_text="Cargo bike")).to_be_visible()
    told.wait_for_timeout(500)
    assert shown(told) == []


def test_a_page_that_nobody_sees_tells(told: Page, dovecot: Dovecot, noor: User) -> None:
    unseen(worker(told))
    for subject in ("Cargo bike", "Paint"):
        with told.expect_response("**/notifications/news", timeout=SOON):
            dovecot.deliver(noor, letter(subject, "From 07:30.", minutes=0).as_bytes())
    found = comes(told, 2)
    assert [(note["title"], note["body"]) for note in found] == [
        ("Wren Calloway", "Cargo bike"), ("Wren Calloway", "Paint")
    ]  # fmt: skip
    assert all(note["actions"] == ["Mark as read"] for note in found)


def test_a_push_service_that_is_away_for_once_is_asked_again(told: Page, dovecot: Dovecot, noor: User) -> None:
    told.evaluate("localStorage.setItem('notifications', 'push')")  # as it was with a push service
    answers: list[str] = []
    told.on("response", lambda response: answers.append(response.url) if "/news" in response.url else None)
    told.reload()
    for _ in range(100):
        if len(answers) > 1:  # for the key, and for where to begin
            break
        told.wait_for_timeout(200)
    unseen(worker(told))
    with told.expect_response("**/notifications/news", timeout=SOON):
        dovecot.deliver(noor, letter("Cargo bike", "From 07:30.", minutes=0).as_bytes())
    assert [note["body"] for note in comes(told, 1)] == ["Cargo bike"]  # meanwhile the open page does
    assert told.evaluate("localStorage.getItem('notifications')") == "push"


def test_of_two_pages_one_tells(told: Page, whimbrel: Whimbrel, dovecot: Dovecot, noor: User) -> None:
    second = told.context.new_page()
    asked: list[str] = []
    second.on("request", lambda request: asked.append(request.url))
    second.goto(f"{whimbrel.url}/")
    expect(second.get_by_role("heading", name="Inbox", level=1)).to_be_visible()
    with told.expect_response("**/notifications/news", timeout=SOON):
        dovecot.deliver(noor, letter("Cargo bike", "From 07:30.", minutes=0).as_bytes())
    expect(second.locator("#list .row", has_text="Cargo bike")).to_be_visible()
    second.wait_for_timeout(2000)
    assert [url for url in asked if "/news" in url] == []
    told.close()
    second.wait_for_timeout(500)
    assert [url for url in asked if "/news" in url] != []  # it took over


# --- What the service worker does with a push -------------------------------------------------------------------------


def unseen(at_work: Worker) -> None:
    """From now on no page counts as seen: a browser without a screen never hides one."""
    at_work.evaluate("() => { self.clients.matchAll = async () => []; }")


def push(page: Page, whimbrel: Whimbrel, *notes: dict[str, str], unread: int = 3) -> None:
    """What a push service would hand to the browser."""
    session = page.context.new_cdp_session(page)
    registrations: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: registrations.extend(each["registrationId"] for each in event["registrations"]),
    )
    session.send("ServiceWorker.enable")
    while not registrations:
        page.wait_for_timeout(100)
    message = json.dumps({"notes": notes, "unread": unread})
    session.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": whimbrel.url, "registrationId": registrations[0], "data": message},
    )


def note(page: Page, subject: str, number: int = 7, token: str = "t") -> dict[str, str]:
    link = page.locator("#list .row", has_text=subject).locator(".row-subj a")
    return {
        "title": "Wren Calloway", "body": subject, "tag": f"message-{number}", "mark": "Mark as read", "token": token,
        "url": link.get_attribute("href") or "",
    }  # fmt: skip


def press(at_work: Worker, action: str) -> None:
    """The first notification, or its button. The worker is not kept waiting for an event that a test made."""
    at_work.evaluate(
        """async (action) => {
          const [notification] = await registration.getNotifications();
          self.dispatchEvent(new NotificationEvent("notificationclick", { notification, action }));
        }""",
        action,
    )


def test_a_push_is_shown_once_and_not_over_a_page_in_view(noors: Page, whimbrel: Whimbrel) -> None:
    noors.context.grant_permissions(["notifications"])
    at_work = worker(noors)
    at_work.evaluate("() => { self.navigator.setAppBadge = async (count) => void (self.badge = count); }")
    push(noors, whimbrel, note(noors, "Table plan"))
    noors.wait_for_timeout(500)
    assert shown(noors) == []
    assert at_work.evaluate("self.badge") == 3
    unseen(at_work)
    push(noors, whimbrel, note(noors, "Table plan"))
    push(noors, whimbrel, note(noors, "Table plan"))
    push(noors, whimbrel, note(noors, "No. 41", 8))
    assert sorted(each["tag"] for each in comes(noors, 2)) == ["message-7", "message-8"]


def test_its_button_marks_as_read(
    told: Page, whimbrel: Whimbrel, dovecot: Dovecot, noor: User, page_record: Record
) -> None:
    at_work = worker(told)
    unseen(at_work)
    with told.expect_response("**/notifications/news", timeout=SOON):
        dovecot.deliver(noor, letter("Cargo bike", "From 07:30.", minutes=0).as_bytes())
    comes(told, 1)
    row = told.locator("#list .row", has_text="Cargo bike")
    expect(row).to_have_class(re.compile("is-unread"))
    press(at_work, "read")
    expect(row).not_to_have_class(re.compile("is-unread"), timeout=SOON)
    page_record.faults.clear()
    assert shown(told) == []


def test_a_click_opens_the_message(noors: Page, whimbrel: Whimbrel, page_record: Record) -> None:
    noors.context.grant_permissions(["notifications"])
    at_work = worker(noors)
    at_work.evaluate("() => { self.matchAll = self.clients.matchAll.bind(self.clients); }")
    unseen(at_work)
    push(noors, whimbrel, note(noors, "Table plan"))
    comes(noors, 1)
    at_work.evaluate("() => { self.clients.matchAll = self.matchAll; WindowClient.prototype.focus = async () => {}; }")
    press(at_work, "")
    expect(noors.get_by_role("heading", name="Table plan", level=2)).to_be_visible(timeout=SOON)
    page_record.faults.clear()


def test_a_system_without_a_number_on_icons_shows_notifications_all_the_same(noors: Page, whimbrel: Whimbrel) -> None:
    noors.context.grant_permissions(["notifications"])
    at_work = worker(noors)
    at_work.evaluate("() => { self.navigator.setAppBadge = () => Promise.reject(new Error('no icon')); }")
    unseen(at_work)
    push(noors, whimbrel, note(noors, "Table plan"))
    assert [each["tag"] for each in comes(noors, 1)] == ["message-7"]


# --- The program ------------------------------------------------------------------------------------------------------


def test_without_a_connection_a_page_says_so_and_holds_no_mail(
    noors: Page, whimbrel: Whimbrel, page_record: Record
) -> None:
    worker(noors)
    noors.context.set_offline(True)
    noors.goto(f"{whimbrel.url}/")
    expect(noors.get_by_role("heading", name="You are offline")).to_be_visible()
    expect(noors.locator(".gate-card")).to_have_css("border-radius", re.compile("[1-9]"))  # it has its sheet
    kept = noors.evaluate(
        """async () => (await Promise.all((await caches.keys()).map(async (name) =>
          (await (await caches.open(name)).keys()).map(({url}) => new URL(url).pathname)))).flat()"""
    )
    assert {address.split(".")[0] for address in kept} == {
        "/offline", "/static/css/main", "/static/css/pages", "/static/icon", "/static/icons"
    }  # fmt: skip
    noors.context.set_offline(False)
    noors.get_by_role("link", name="Try again").click()
    expect(noors.get_by_role("heading", name="Inbox", level=1)).to_be_visible()
    page_record.faults.clear()  # a page that could not be loaded is told of


def test_it_can_be_installed(noors: Page) -> None:
    worker(noors)
    session = noors.context.new_cdp_session(noors)
    assert session.send("Page.getAppManifest")["errors"] == []
    found = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [each["errorId"] for each in found] in ([], ["in-incognito"])


def test_the_icon_counts_the_unread_of_the_inbox(noors: Page, dovecot: Dovecot, noor: User) -> None:
    label = noors.get_by_role("link", name=re.compile(r"^Inbox, \d+ unread")).get_attribute("aria-label") or ""
    unread = int(re.findall(r"\d+", label)[0])
    assert noors.evaluate("window.badges.at(-1)") == unread
    dovecot.deliver(noor, letter("Cargo bike", "From 07:30.", minutes=0).as_bytes())
    expect(noors.get_by_role("link", name=f"Inbox, {unread + 1} unread")).to_be_visible(timeout=SOON)
    assert noors.evaluate("window.badges.at(-1)") == unread + 1


@pytest.mark.threat("F2")
def test_signing_out_takes_the_worker_along(noors: Page) -> None:
    worker(noors)
    noors.get_by_role("button", name="Switch account").filter(visible=True).click()
    noors.get_by_role("menuitem", name="Sign out").click()
    expect(noors.get_by_role("heading", name="You are signed out")).to_be_visible()
    left = "async () => [(await navigator.serviceWorker.getRegistrations()).length, (await caches.keys()).length]"
    assert noors.evaluate(left) == [0, 0]
