"""New mail comes to the open page by itself, and again after each part of the way has broken; nothing comes twice."""

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import letter, sign_in
from tests.servers.chromium import Record
from tests.servers.dovecot import Dovecot, User
from tests.servers.fixtures import running
from tests.servers.whimbrel import Whimbrel

BY_PUSH = 25_000
"""Milliseconds: less than until the page's own clock has asked twice, and beat syncs everybody."""
AFTER_A_BREAK = 100_000


@pytest.fixture
def own_dovecot() -> Iterator[Dovecot]:
    with running(Dovecot()) as server:
        yield server


@pytest.fixture
def product(own_dovecot: Dovecot) -> Iterator[Whimbrel]:
    with running(Whimbrel(own_dovecot)) as made:
        yield made


def deliver(dovecot: Dovecot, user: User, subject: str) -> None:
    dovecot.deliver(user, letter(subject, "Collect from 07:30.", minutes=0).as_bytes())


def comes(page: Page, subject: str, within: int) -> None:
    expect(page.locator("#list .row", has_text=subject)).to_have_count(1, timeout=within)


def comes_all_the_same(page: Page, subject: str, product: Whimbrel) -> None:
    def is_there() -> bool:
        product.revive()
        return page.locator("#list .row", has_text=subject).count() == 1

    product.wait_until(is_there, f"{subject} on the page", AFTER_A_BREAK / 1000)


def test_delivered_mail_is_on_the_screen(page: Page, whimbrel: Whimbrel, noor: User, dovecot: Dovecot) -> None:
    sign_in(page, whimbrel, noor)
    page.mouse.move(0, 0)
    deliver(dovecot, noor, "Cargo bike")
    comes(page, "Cargo bike", BY_PUSH)
    expect(page.locator("#list .row").first).to_contain_text("Cargo bike")


def test_mail_in_another_mailbox_is_counted(page: Page, whimbrel: Whimbrel, noor: User, dovecot: Dovecot) -> None:
    with dovecot.client(noor) as phone:
        phone.create_mailbox("Lists")
        sign_in(page, whimbrel, noor)
        phone.append("Lists", letter("Digest", "One.", minutes=0).as_bytes())
    expect(page.get_by_role("link", name="Lists, 1 unread")).to_be_visible(timeout=BY_PUSH)


def test_every_part_may_break(product: Whimbrel, own_dovecot: Dovecot, page: Page, page_record: Record) -> None:
    user = own_dovecot.user()
    deliver(own_dovecot, user, "The first")
    sign_in(page, product, user)
    page.mouse.move(0, 0)
    comes(page, "The first", BY_PUSH)
    parts = {name: product.processes[name] for name in ("bridge", "web", "worker")}
    breaks: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        name: (part.kill, part.restart) for name, part in parts.items()
    } | {
        "redis": (product.redis.kill, product.redis.restart),
        "dovecot": (own_dovecot.stop, own_dovecot.restart),
    }
    for name, (ends, begins) in breaks.items():
        deliver(own_dovecot, user, f"Before {name}")
        ends()
        if name != "dovecot":
            deliver(own_dovecot, user, f"Without {name}")
            time.sleep(1)
        begins()
        deliver(own_dovecot, user, f"After {name}")
        for when in ("Before", "Without", "After"):
            if (name, when) != ("dovecot", "Without"):
                comes_all_the_same(page, f"{when} {name}", product)
    subjects = page.locator("#list .row .row-subj").all_inner_texts()
    assert len(subjects) == len(set(subjects)) == 3 * len(breaks)  # and the first, but none for a Dovecot away
    page.reload()
    assert page.locator("#list .row .row-subj").all_inner_texts() == subjects
    page_record.faults.clear()  # it could not connect at times, and the browser said so


NOTE_PROGRESS = """() => {
  window.progress = [];
  const note = () => {
    const value = document.querySelector("#list-top progress")?.value;
    if (value !== undefined && value !== window.progress.at(-1)) window.progress.push(value);
  };
  note();
  new MutationObserver(note).observe(document.body, { childList: true, subtree: true, attributes: true });
}"""


def test_a_first_sync_is_pushed_as_it_goes_on(
    page: Page, whimbrel: Whimbrel, mail_user: User, dovecot: Dovecot
) -> None:
    dovecot.fill(mail_user, "INBOX", 12_000)
    heard: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda said: heard.append(str(said))))
    page.goto(f"{whimbrel.url}/sign-in")
    page.get_by_role("textbox", name="Email address").fill(mail_user.address)
    page.get_by_role("textbox", name="Password").fill(mail_user.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/mailbox/*/")
    page.evaluate(NOTE_PROGRESS)
    expect(page.locator("#list .row").first).to_be_visible(timeout=AFTER_A_BREAK)
    expect(page.get_by_role("progressbar")).to_have_count(0, timeout=AFTER_A_BREAK)
    whimbrel.wait_until_synced(mail_user)
    told = page.evaluate("window.progress")
    assert told == sorted(told)
    assert len(told) > 1
    assert sum('"mailbox"' in said for said in heard) > 1
