"""Links inside a message's frame, and a folder list that finds nonsense in the browser's storage."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import faults, letter, sign_in
from tests.servers.chromium import Record
from tests.servers.dovecot import Dovecot, User
from tests.servers.whimbrel import Whimbrel

LONG = (
    '<p><a href="#end">To the end</a></p>' + "<p>Words between.</p>" * 200 + '<h2 id="end">The end</h2>'
    '<p><a href="#start">Nowhere</a></p>'
)


def test_a_link_to_a_place_in_the_message_leads_there(
    page: Page, whimbrel: Whimbrel, dovecot: Dovecot, mail_user: User
) -> None:
    news = letter("Contents", "Words", minutes=5)
    news.add_alternative(LONG, subtype="html")
    dovecot.append(mail_user, "INBOX", news.as_bytes())
    sign_in(page, whimbrel, mail_user)
    page.get_by_role("link", name="Contents").click()
    frame = page.frame_locator("iframe[title=Message]")
    expect(frame.get_by_role("heading", name="The end")).not_to_be_in_viewport()
    frame.get_by_role("link", name="To the end").click()
    expect(frame.get_by_role("heading", name="The end")).to_be_in_viewport()
    frame.get_by_role("link", name="Nowhere").click()
    expect(frame.get_by_role("heading", name="The end")).to_be_in_viewport()
    assert len(page.context.pages) == 1


@pytest.mark.threat("B5")
def test_a_link_that_misleads_is_asked_about(
    page: Page, page_record: Record, whimbrel: Whimbrel, dovecot: Dovecot, mail_user: User
) -> None:
    news = letter("Bank", "Words", minutes=5)
    news.add_alternative('<p><a href="https://evil.example/x?a=1">bank.example</a> <a href="#top">Up</a></p>', "html")
    dovecot.append(mail_user, "INBOX", news.as_bytes())
    sign_in(page, whimbrel, mail_user)
    page.get_by_role("link", name="Bank").click()
    link = page.frame_locator("iframe[title=Message]").get_by_role("link", name="bank.example")
    link.click()
    asked = page.get_by_role("alertdialog", name="This link is not what it seems")
    expect(asked).to_contain_text("A link here says bank.example but leads to evil.example.")
    expect(asked).to_contain_text("https://evil.example/x?a=1")
    asked.get_by_role("button", name="Stay here").click()
    link.click(button="middle")
    expect(asked).to_be_visible()
    assert faults(page) == []
    assert (len(page.context.pages), page_record.outside) == (1, [])
    with page.context.expect_page():
        asked.get_by_role("link", name="Open it all the same").click()
    expect(asked).not_to_be_visible()


def test_words_are_found_in_the_frame(page: Page, whimbrel: Whimbrel, dovecot: Dovecot, mail_user: User) -> None:
    news = letter("Words", "Plain", minutes=5)
    far = "<p>Between.</p>" * 150
    quoted = '<blockquote type="cite"><p>A folded Ferry</p></blockquote>'
    news.add_alternative(f"<p>The f<b>err</b>y</p>{far}<p>No ferry</p>{quoted}", "html")
    dovecot.append(mail_user, "INBOX", news.as_bytes())
    sign_in(page, whimbrel, mail_user)
    page.get_by_role("link", name="Words").click()
    frame = page.frame_locator("iframe[title=Message]")
    expect(frame.get_by_text("The ferry")).to_be_visible()
    page.get_by_role("button", name="More for this message").click()
    page.get_by_role("menuitem", name="Find in messages").click()
    bar = page.get_by_role("search", name="Find in messages")
    bar.get_by_role("searchbox").fill("FERRY")
    expect(bar.get_by_text("1 of 3")).to_be_visible()
    page.keyboard.press("Enter")
    expect(bar.get_by_text("2 of 3")).to_be_visible()
    expect(frame.get_by_text("No ferry")).to_be_in_viewport()
    bar.get_by_role("button", name="Next place").click()
    expect(frame.get_by_text("A folded Ferry")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(bar).not_to_be_visible()


def test_what_is_quoted_unfolds_without_a_script(
    page: Page, whimbrel: Whimbrel, dovecot: Dovecot, mail_user: User
) -> None:
    reply = letter("Re: Van", "Yes.", minutes=5)
    quoted = "<p>Is it free on Saturday?</p>" * 20
    reply.add_alternative(f'<p>Yes.</p><blockquote type="cite">{quoted}</blockquote>', subtype="html")
    dovecot.append(mail_user, "INBOX", reply.as_bytes())
    sign_in(page, whimbrel, mail_user)
    page.get_by_role("link", name="Van").click()
    frame = page.frame_locator("iframe[title=Message]")
    expect(frame.get_by_text("Yes.")).to_be_visible()
    asked = frame.get_by_text("Is it free on Saturday?").last
    expect(asked).not_to_be_visible()
    frame.get_by_text("Show quoted text").click()
    expect(asked).to_be_visible()
    expect(frame.get_by_text("Show quoted text")).to_be_hidden()
    expect(frame.get_by_text("Hide quoted text")).to_be_visible()
    page.wait_for_function(
        """() => { const frame = document.querySelector("iframe");
        return frame.contentDocument.documentElement.scrollHeight <= frame.clientHeight; }"""
    )


def test_nonsense_in_the_storage_stops_nothing(page: Page, whimbrel: Whimbrel, mail_user: User) -> None:
    sign_in(page, whimbrel, mail_user)
    told: list[str] = []
    page.on("pageerror", lambda error: told.append(str(error)))
    for nonsense in ("{", "5", "null"):
        page.evaluate("value => localStorage.setItem('folded', value)", nonsense)
        page.reload(wait_until="load")
    assert told == []
