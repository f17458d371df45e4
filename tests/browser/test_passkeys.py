"""A passkey for real: made by the browser's own (virtual) authenticator, and asked for when its person signs in."""

import re

from playwright.sync_api import Page, expect

from tests.browser.people import sign_in
from tests.servers.chromium import Record
from tests.servers.dovecot import User
from tests.servers.whimbrel import Whimbrel


def with_authenticator(page: Page) -> None:
    """A security key that always says yes."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    always = {"isUserVerified": True, "automaticPresenceSimulation": True}
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": kind | always})


def test_a_passkey_is_made_and_then_asked_for(whimbrel: Whimbrel, noor: User, page: Page, page_record: Record) -> None:
    with_authenticator(page)
    sign_in(page, whimbrel, noor)
    page.goto(f"{whimbrel.url}/settings/security")
    page.get_by_role("link", name="Add passkey").click()
    page.get_by_role("textbox", name="Name").fill("Desk key")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.get_by_role("link", name="I have them").click()
    expect(page.get_by_text("Desk key", exact=True)).to_be_visible()
    page.get_by_role("button", name="Switch account").first.click()
    page.get_by_role("menuitem", name="Sign out").click()

    page.goto(f"{whimbrel.url}/sign-in?next=/settings/security")
    page.get_by_role("textbox", name="Email address").fill(noor.address)
    page.get_by_role("textbox", name="Password").fill(noor.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(re.compile("/settings/security$"))
    expect(page.get_by_text("This device")).to_be_visible()
    assert page_record.faults == []
