"""Signing in and the admin, as a browser and a screen reader see them."""

import re
import urllib.parse
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.people import set_theme
from tests.servers.chromium import PHONE, Chromium, Record
from tests.servers.dovecot import Dovecot
from tests.servers.whimbrel import Whimbrel

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture(params=["desktop", "phone"])
def screen(request: pytest.FixtureRequest, chromium: Chromium) -> Iterator[Page]:
    """Both, for axe: it measures with inline styles, which our policy rightly refuses. Other tests hold the policy."""
    page = chromium.page(bypass_csp=True, **(PHONE if request.param == "phone" else {}))
    yield page
    page.context.close()
    chromium.suspend()


def assert_accessible(page: Page) -> None:
    set_theme(page)
    found = Axe().run(page, options=WCAG)
    assert found.violations_count == 0, found.generate_report()


def test_the_sign_in_page(whimbrel: Whimbrel, screen: Page) -> None:
    screen.goto(f"{whimbrel.url}/sign-in")
    expect(screen.get_by_role("textbox", name="Email address")).to_be_focused()
    expect(screen.get_by_role("checkbox", name="Stay signed in on this device")).not_to_be_checked()
    expect(screen.get_by_role("heading", name="Sign in")).to_be_visible()
    width = screen.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]
    assert_accessible(screen)


def test_showing_the_password(whimbrel: Whimbrel, page: Page) -> None:
    page.goto(f"{whimbrel.url}/sign-in")
    page.get_by_label("Password", exact=True).fill("correct-horse")
    eye = page.get_by_role("button", name="Show password")
    eye.click()
    expect(page.get_by_label("Password", exact=True)).to_have_attribute("type", "text")
    expect(eye).to_have_attribute("aria-pressed", "true")
    eye.click()
    expect(page.get_by_label("Password", exact=True)).to_have_attribute("type", "password")


def test_a_problem_is_told_and_the_cursor_is_where_it_can_be_mended(
    whimbrel: Whimbrel, dovecot: Dovecot, screen: Page
) -> None:
    user = dovecot.user()
    screen.goto(f"{whimbrel.url}/sign-in")
    screen.get_by_role("textbox", name="Email address").fill(user.address)
    screen.get_by_label("Password", exact=True).fill("wrong")
    screen.get_by_role("button", name="Sign in").click()
    expect(screen.get_by_role("alert")).to_contain_text("did not accept this address and password")
    expect(screen).to_have_title(re.compile("^Error: Sign in"))
    expect(screen.get_by_role("textbox", name="Email address")).to_have_value(user.address)
    password = screen.get_by_label("Password", exact=True)
    expect(password).to_be_focused()
    expect(password).to_have_accessible_description(re.compile("Could not sign you in.*app password"))
    assert_accessible(screen)


def test_in_and_out_by_keyboard_and_back_again(
    whimbrel: Whimbrel, dovecot: Dovecot, page: Page, page_record: Record
) -> None:
    user = dovecot.user()
    page.goto(f"{whimbrel.url}/?from=a+link")
    expect(page).to_have_url(re.compile(r"/sign-in\?next=" + re.escape(urllib.parse.quote("/?from=a+link", safe="/"))))
    page.keyboard.type(user.address)
    page.keyboard.press("Tab")
    page.keyboard.type(user.password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    page.get_by_role("button", name="Switch account").first.click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    assert "sid" not in {cookie["name"] for cookie in page.context.cookies()}
    page.goto(f"{whimbrel.url}/")
    expect(page).to_have_url(re.compile("/sign-in"))


def test_a_page_that_is_not_here(whimbrel: Whimbrel, screen: Page) -> None:
    screen.goto(f"{whimbrel.url}/nowhere")
    expect(screen.get_by_role("heading", name="This page is not here")).to_be_visible()
    expect(screen.get_by_role("link", name="Go to your mail")).to_be_visible()
    assert_accessible(screen)


@pytest.fixture
def operator(whimbrel: Whimbrel) -> str:
    """The password of root@example.org."""
    whimbrel.manage(
        "shell",
        "-c",
        "from accounts.models import User\n"
        "User.objects.filter(email='root@example.org').exists() or "
        "User.objects.create_superuser('root@example.org', 'a-password-of-our-own')",
    )
    return "a-password-of-our-own"


def test_the_admin_works_under_our_policy(whimbrel: Whimbrel, operator: str, page: Page, page_record: Record) -> None:
    page.goto(f"{whimbrel.url}/admin/")
    page.get_by_label("Email address").fill("root@example.org")
    page.get_by_label("Password").fill(operator)
    page.get_by_role("button", name="Log in").click()
    page.goto(f"{whimbrel.url}/admin/accounts/user/add/")
    page.goto(f"{whimbrel.url}/admin/accounts/user/1/change/")
    page.goto(f"{whimbrel.url}/admin/accounts/maildomain/add/")
    page.get_by_label("Name").fill("bücher.example")
    page.get_by_label("Imap host").fill("imap.example.org")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name="xn--bcher-kva.example").first).to_be_visible()
    assert page_record.faults == []
    assert page_record.outside == []
