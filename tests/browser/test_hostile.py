"""The hostile corpus as mail, opened in the running product: nothing runs, loads, covers the page or leads away."""

from email.message import EmailMessage

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import letter, sign_in
from tests.mail import honest, hostile
from tests.servers.chromium import Record
from tests.servers.dovecot import Dovecot, User
from tests.servers.whimbrel import Whimbrel

WHAT_RAN = """() => {
    const { contentWindow, contentDocument } = document.querySelector("mail-frame iframe");
    return [window.pwned, contentWindow.pwned, contentDocument.querySelectorAll("script, iframe, object, form").length];
}"""


def test_there_are_as_many_as_were_promised() -> None:
    assert len(hostile.VECTORS) >= 150
    assert len(honest.KEPT) >= 60


@pytest.mark.threat("A1", "A2", "A3", "A5", "A7", "A9", "A11")
def test_nothing_gets_out_of_the_frame(
    page: Page, page_record: Record, whimbrel: Whimbrel, dovecot: Dovecot, mail_user: User
) -> None:
    """A letter for each family of vectors, one after the other, each in a page of its own."""
    for family in hostile.FAMILIES:
        dovecot.append(mail_user, "INBOX", hostile_letter(family).as_bytes())
    sign_in(page, whimbrel, mail_user)
    inbox = page.url
    for family in hostile.FAMILIES:
        page.get_by_role("link", name=f"Hostile {family}.").click()
        expect(page.frame_locator("iframe[title=Message]").get_by_text(f"Begun {family}.")).to_be_visible()
        address = page.url
        page.wait_for_function("() => document.querySelector('mail-frame iframe').style.blockSize")
        assert page.evaluate(WHAT_RAN) == [None, None, 0], family
        assert page_record.outside == [], family
        assert page.url == address, family
        assert len(page.context.pages) == 1, family
        assert page_record.faults == [], family
        top = "() => document.elementFromPoint(innerWidth - 20, 20)?.closest('mail-frame') ?? null"
        assert page.evaluate(top) is None, f"something of the letter lies over the page: {family}"
        page.goto(inbox)


def hostile_letter(family: str) -> EmailMessage:
    """Each vector closed in by itself, so that none swallows the others."""
    made = letter(f"Hostile {family}.", "Words", minutes=5)
    vectors = [vector.replace("\x00", "") for vector in hostile.FAMILIES[family]]
    inside = "".join(f"<div>{vector}</div>" for vector in vectors)
    made.add_alternative(f"<p>Begun {family}.</p>{inside}", subtype="html")
    return made
