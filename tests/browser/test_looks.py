"""How a letter looks: on a phone nothing scrolls sideways, in the dark colours stay readable, text grows."""

from playwright.sync_api import Page, expect

from tests.browser.people import faults, letter, sign_in
from tests.mail.newsletters import newsletter
from tests.servers.dovecot import Dovecot, User
from tests.servers.whimbrel import Whimbrel

PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
WIDE = {
    "newsletter": newsletter(12),
    "fixed": "<table width=900 style='width:900px;min-width:900px'><tr><td width=450>Left<td width=450>Right</table>",
    "no wrapping": f"<p style='white-space:nowrap;color:#333'>{'unbroken words ' * 12}</p>",
    "image": f"<img width=1200 height=300 src='{PIXEL}' style='width:1200px;max-width:1200px'>",
    "preformatted": f"<pre>{'-' * 300}</pre>",
}  # fmt: skip
SIDEWAYS = """() => {
    const inside = document.querySelector("mail-frame iframe")?.contentDocument?.documentElement;
    const page = document.scrollingElement;
    return inside ? [inside.scrollWidth - inside.clientWidth, page.scrollWidth - page.clientWidth] : null;
}"""


def deliver(dovecot: Dovecot, user: User, html: str, subject: str = "The quay") -> None:
    made = letter(subject, "Words", minutes=5)
    made.add_alternative(html, subtype="html")
    dovecot.append(user, "INBOX", made.as_bytes())


def open_letter(page: Page, subject: str = "The quay") -> None:
    page.get_by_role("link", name=subject).click()
    expect(page.get_by_role("heading", name=subject, level=2)).to_be_visible()
    page.wait_for_function("() => document.querySelector('mail-frame iframe')?.style.blockSize")


def test_nothing_scrolls_sideways(screen: Page, whimbrel: Whimbrel, dovecot: Dovecot, mail_user: User) -> None:
    for name, html in WIDE.items():
        deliver(dovecot, mail_user, html, f"The {name}")
    sign_in(screen, whimbrel, mail_user)
    inbox = screen.url
    for name in WIDE:
        open_letter(screen, f"The {name}")
        across, page = screen.evaluate(SIDEWAYS)
        assert across <= 1 and page <= 0, name
        screen.goto(inbox)


WHITE, DARK = "oklch(1 0 0)", "rgb(27, 27, 27)"


def wait_for_ground(page: Page, colour: str) -> None:
    body = "document.querySelector('mail-frame iframe')?.contentDocument?.body"
    page.wait_for_function(f"() => {body} && getComputedStyle({body}).backgroundColor === '{colour}'")


def menu(page: Page, name: str) -> None:
    page.get_by_role("button", name="More for this message").click()
    page.get_by_role("menuitem", name=name).click()


def test_darkened_and_back(page: Page, whimbrel: Whimbrel, dovecot: Dovecot, mail_user: User) -> None:
    page.emulate_media(color_scheme="dark")
    deliver(dovecot, mail_user, WIDE["newsletter"])
    sign_in(page, whimbrel, mail_user)
    open_letter(page)
    wait_for_ground(page, WHITE)
    menu(page, "Show darkened")
    wait_for_ground(page, DARK)
    assert faults(page) == []
    page.reload()
    wait_for_ground(page, DARK)
    page.emulate_media(color_scheme="light")
    wait_for_ground(page, "rgb(255, 255, 255)")
    page.get_by_role("button", name="More for this message").click()
    expect(page.get_by_role("menuitem", name="Larger text")).to_be_visible()
    expect(page.get_by_role("menuitem", name="Show original colours")).not_to_be_visible()
    page.keyboard.press("Escape")
    page.emulate_media(color_scheme="dark")
    menu(page, "Show original colours")
    wait_for_ground(page, WHITE)


HEIGHT = (
    "document.querySelector('mail-frame iframe').contentDocument.querySelector('p')?.getBoundingClientRect().height"
)


def test_text_grows(phone: Page, whimbrel: Whimbrel, dovecot: Dovecot, mail_user: User) -> None:
    deliver(dovecot, mail_user, "<p>Words</p>")
    sign_in(phone, whimbrel, mail_user)
    open_letter(phone)
    before = phone.evaluate(f"() => {HEIGHT}")
    phone.get_by_role("button", name="More for this message").click()
    for _ in range(2):
        with phone.expect_response("**/text-size"):
            phone.get_by_role("menuitem", name="Larger text").click()
    phone.wait_for_function(f"() => {HEIGHT} > {before} * 1.2")
    phone.reload()
    phone.wait_for_function(f"() => {HEIGHT} > {before} * 1.2")
