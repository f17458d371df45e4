"""A mailbox made for the walk through the screens, and what a person does at its pages."""

import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.servers.dovecot import Dovecot, User
from tests.servers.whimbrel import Whimbrel

PDF = b"%PDF-1.4 table plan\n" * 50
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],  # of what passed it need not tell
}
PHONE = 600


def letter(subject: str, text: str, *, minutes: int, sender: str = "Wren Calloway <wren@example.org>") -> EmailMessage:
    """A message that was sent so many minutes ago."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, "Noor Eklund <noor@example.com>", subject
    made["Date"] = format_datetime(datetime.now(UTC) - timedelta(minutes=minutes))
    made["Message-ID"] = make_msgid(domain="example.org")
    made.set_content(text)
    return made


def fill(dovecot: Dovecot, user: User) -> None:
    """A conversation with an attachment, a newsletter, and older mail for more than one page."""
    dovecot.fill(user, "INBOX", 120)
    news = letter(
        "No. 41: on leaving margins wide",
        "Margins",
        minutes=300,
        sender="The Slow Press Letter <news@slowpress.example>",
    )
    news.add_alternative(
        '<html><body style="background:#f4f0e8"><h1>Margins</h1><p>A defence of white space.</p>'
        '<img src="https://tracker.example/x.png" width="1"><script>document.title = "stolen"</script></body></html>',
        subtype="html",
    )
    dovecot.append(user, "INBOX", news.as_bytes(), ("\\Seen",))
    first = letter("Table plan", "Morning. The hall sent the floor plan.", minutes=90)
    dovecot.append(user, "INBOX", first.as_bytes(), ("\\Seen",))
    second = letter("Re: Table plan", "Final version is attached.\n\nSee https://example.org/van\n", minutes=30)
    second["In-Reply-To"] = second["References"] = first["Message-ID"]
    second.add_attachment(PDF, maintype="application", subtype="pdf", filename="table-plan.pdf")
    dovecot.append(user, "INBOX", second.as_bytes())


def sign_in(page: Page, product: Whimbrel, user: User) -> None:
    """At the complete inbox, with the cookies of a sign-in without a browser: few tests need a page for that."""
    with product.visitor(user) as visitor:
        cookies = dict(visitor.cookies)
    page.context.add_cookies(
        [
            {"name": name, "value": value, "url": product.url, "httpOnly": name == "sid", "sameSite": "Lax"}
            for name, value in cookies.items()
        ]
    )
    product.wait_until_synced(user)
    to_the_inbox(page, product)


def sign_in_by_hand(page: Page, product: Whimbrel, user: User) -> None:
    """From the sign-in page to the complete inbox."""
    page.goto(f"{product.url}/sign-in")
    page.get_by_role("textbox", name="Email address").fill(user.address)
    page.get_by_role("textbox", name="Password").fill(user.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/mailbox/*/")
    product.wait_until_synced(user)
    to_the_inbox(page, product)


def to_the_inbox(page: Page, product: Whimbrel) -> None:
    page.goto(f"{product.url}/")
    expect(page.get_by_role("heading", name="Inbox", level=1)).to_be_visible()


def set_theme(screen: Page) -> None:
    """Light on the desk and dark on the phone: so axe sees both layouts and the colours of both themes."""
    screen.emulate_media(color_scheme="dark" if is_phone(screen) else "light")


def table_plan(page: Page) -> None:
    """Open the conversation with the attachment."""
    page.get_by_role("link", name=re.compile(r"Table plan, 2 messages, has attachment")).click()
    expect(page.get_by_role("heading", name="Table plan", level=2, exact=True)).to_be_visible()


def faults(page: Page) -> list[str]:
    """What axe finds on the screen as it stands."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"]]


def is_phone(page: Page) -> bool:
    return (page.viewport_size or {"width": 0})["width"] < PHONE
