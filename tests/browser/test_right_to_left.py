"""In Arabic: what goes to the end goes to the left, by finger and by pointer, and no page is wider than the screen."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import letter
from tests.servers.chromium import PHONE, Chromium
from tests.servers.dovecot import Dovecot, User
from tests.servers.whimbrel import Whimbrel

HIDDEN = "() => document.documentElement.scrollWidth - innerWidth"
"""How many pixels lie beyond an edge."""


@pytest.fixture(params=["desk", "phone"])
def arabic(request: pytest.FixtureRequest, chromium: Chromium) -> Iterator[Page]:
    page = chromium.page(locale="ar", **(PHONE if request.param == "phone" else {}))
    yield page
    page.context.close()
    chromium.suspend()


def test_all_of_it_is_mirrored(arabic: Page, whimbrel: Whimbrel, dovecot: Dovecot, mail_user: User) -> None:
    for number in (3, 2, 1):
        dovecot.append(mail_user, "INBOX", letter(f"Plan {number}", "So?", minutes=number * 10).as_bytes())
    sign_in(arabic, whimbrel, mail_user)
    rows = arabic.locator(".row")
    assert arabic.evaluate("() => document.dir") == "rtl"
    if arabic.viewport_size == PHONE["viewport"]:
        for _ in ("marked", "and not any more"):  # what hands do is loaded with the first of them
            arabic.locator(".row", has_text="Plan 1").locator(".row-lead").tap()
            arabic.wait_for_load_state("networkidle")
        expect(arabic.locator("#bulk")).to_be_hidden()
        finger(arabic, "Plan 2", 300, 270, 200, 60)
        expect(rows).to_have_count(2)
        finger(arabic, "Plan 3", 60, 90, 200, 310)
        expect(arabic.get_by_role("dialog")).to_be_visible()  # when to have it back
        arabic.keyboard.press("Escape")
    else:
        folders, lists = (arabic.locator(name).bounding_box() for name in ("#side", "#list-pane"))
        assert folders and lists and folders["x"] > lists["x"], "folders stand where reading begins"
        archive = arabic.locator("#side a", has_text="الأرشيف")
        dragged = arabic.locator(".row-subj > a", has_text="Plan 2")
        with arabic.expect_response(re.compile(r"/js/drag\.")):  # what hands do is loaded when they come near
            dragged.hover()
        arabic.wait_for_load_state("networkidle")
        dragged.drag_to(archive)
        expect(rows).to_have_count(2)
    for address in (None, "/settings", "/compose/", "/contacts", "/search?q=plan"):
        if address:
            arabic.goto(f"{whimbrel.url}{address}")
        else:
            arabic.locator(".row-subj > a", has_text="Plan 1").click()
            arabic.wait_for_url(re.compile(r"/message/\d+/"))
        assert arabic.evaluate(HIDDEN) <= 0, address


def sign_in(page: Page, product: Whimbrel, user: User) -> None:
    with product.visitor(user) as visitor:
        cookies = [{"name": name, "value": value, "url": product.url} for name, value in visitor.cookies.items()]
    page.context.add_cookies(cookies)
    product.wait_until_synced(user)
    page.goto(f"{product.url}/")
    expect(page.get_by_role("heading", name="البريد الوارد", level=1)).to_be_visible()


def finger(page: Page, subject: str, *xs: int) -> None:
    """One that comes down on a row and goes sideways."""
    box = page.locator(".row", has_text=subject).bounding_box()
    assert box
    touch = page.context.new_cdp_session(page)
    for kind, x in (("touchStart", xs[0]), *(("touchMove", x) for x in xs[1:])):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": box["y"] + 30}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
