"""The hostile corpus as mail, opened in the running product: nothing runs, loads, covers the page or leads away."""

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
@pytest.mark.parametrize("family", hostile.FAMILIES)
def test_nothing_gets_out_of_the_frame(
    page: Page, page_record: Record, whimbrel: Whimbrel, dovecot: Dovecot, mail_user: User, family: str
) -> None:
    """Each vector closed in by itself, so that none swallows the others."""
    made = letter("Hostile", "Words", minutes=5)
    vectors = [vector.replace("\x00", "") for vector in hostile.FAMILIES[family]]
    made.add_alternative("<p>Begun</p>" + "".join(f"<div>{vector}</div>" for vector in vectors), subtype="html")
    dovecot.append(mail_user, "INBOX", made.as_bytes())
    sign_in(page, whimbrel, mail_user)
    page.get_by_role("link", name="Hostile").click()
    expect(page.frame_locator("iframe[title=Message]").get_by_text("Begun")).to_be_visible()
    address = page.url
    page.wait_for_function("() => document.querySelector('mail-frame iframe').style.blockSize")
    assert page.evaluate(WHAT_RAN) == [None, None, 0]
    assert page_record.outside == []
    assert page.url == address
    assert len(page.context.pages) == 1
    top = "() => document.elementFromPoint(innerWidth - 20, 20)?.closest('mail-frame') ?? null"
    assert page.evaluate(top) is None, "something of the letter lies over the page"
