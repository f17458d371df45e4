"""Filters: begun from a message, put in another order by dragging, and read by everybody."""

import re

from playwright.sync_api import Page, expect

from tests.browser.people import faults, is_phone, sign_in
from tests.servers.dovecot import User
from tests.servers.whimbrel import Whimbrel


def test_a_rule_like_a_message(screen: Page, whimbrel: Whimbrel, noor: User) -> None:
    sign_in(screen, whimbrel, noor)
    screen.get_by_role("link", name=re.compile("leaving margins wide")).first.click()
    screen.get_by_role("button", name="More for this message").click()
    screen.get_by_role("menuitem", name="Filter messages like this").click()
    screen.wait_for_url("**/settings/filters/new?**")
    expect(screen.get_by_role("textbox", name="What is looked for")).to_have_value("news@slowpress.example")
    expect(screen.get_by_role("textbox", name="Address")).to_be_hidden()
    screen.get_by_role("combobox", name="Folder").select_option("Archive")
    screen.get_by_role("button", name="Try it").click()
    expect(screen.get_by_text(re.compile("It holds for 1 of the last"))).to_be_visible()
    assert not faults(screen)
    screen.get_by_role("button", name="Save rule").click()
    expect(screen.get_by_text("Saved.")).to_be_visible()
    add = screen.get_by_role("link", name="Add rule")
    add.click()
    screen.get_by_role("textbox", name="Name", exact=True).fill("Second")
    screen.get_by_role("textbox", name="What is looked for").fill("ann")
    screen.get_by_role("combobox", name="What is done").select_option("star")
    screen.get_by_role("button", name="Save rule").click()
    names = screen.get_by_role("main").locator(".rules b")
    expect(names).to_have_text(["The Slow Press Letter", "Second"])
    if is_phone(screen):
        screen.get_by_role("button", name="Move up: Second").click()
    else:
        names.nth(1).drag_to(names.nth(0))
    expect(names).to_have_text(["Second", "The Slow Press Letter"])
    assert not faults(screen)
