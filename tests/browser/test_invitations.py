"""An invitation in the browser: its card in the reader's own time, and the file for their calendar."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from tests.browser.people import faults, letter, sign_in
from tests.servers.chromium import Record
from tests.servers.dovecot import Dovecot, User
from tests.servers.process import wait_until
from tests.servers.smtp import SmtpServer
from tests.servers.whimbrel import Whimbrel
from tests.webmail.reading.test_invitations import calendar


def test_the_card(
    screen: Page, whimbrel: Whimbrel, dovecot: Dovecot, mail_user: User, page_record: Record, smtp_server: SmtpServer
) -> None:
    moment = datetime.now(UTC) + timedelta(days=3)
    made = letter("Invitation: walk", "Could we do this before Monday?\n", minutes=3, sender="Ines <ines@x.example>")
    made.add_alternative(
        calendar(
            f"DTSTART:{moment:%Y%m%dT1500}00Z", f"DTEND:{moment:%Y%m%dT1545}00Z", "LOCATION:Shed 4", "SEQUENCE:1",
            "ORGANIZER;CN=Ines:mailto:ines@x.example", "ATTENDEE;CN=Marta;PARTSTAT=ACCEPTED:mailto:marta@x.example",
            f"ATTENDEE:mailto:{mail_user.address}", "RRULE:FREQ=WEEKLY;BYDAY=FR;COUNT=4",
        ),
        subtype="calendar", params={"method": "REQUEST"},
    )  # fmt: skip
    dovecot.append(mail_user, "INBOX", made.as_bytes())
    sign_in(screen, whimbrel, mail_user)
    screen.get_by_role("link", name="Invitation: walk").click()
    card = screen.get_by_role("region", name="Walk")
    expect(card.get_by_text("15:00 to 15:45 (your time, UTC)")).to_be_visible()
    expect(card.get_by_text("Shed 4")).to_be_visible()
    expect(card.get_by_text("Ines (organiser), Marta accepted, you have not answered")).to_be_visible()
    expect(card.get_by_text("Every week on Friday, 4 times")).to_be_visible()
    expect(card.get_by_text("This invitation was updated")).to_be_visible()
    assert faults(screen) == []
    card.get_by_role("group", name="Answer this invitation").get_by_role("button", name="Maybe").click()
    expect(card.get_by_role("button", name="Maybe")).to_have_attribute("aria-pressed", "true")
    expect(card.get_by_text("Ines (organiser), Marta accepted, you said maybe")).to_be_visible()
    wait_until(lambda: smtp_server.received, "the answer")
    (sent,) = smtp_server.received
    assert sent.recipients == ["ines@x.example"]
    assert b"PARTSTAT=TENTATIVE" in sent.raw
    with screen.expect_download() as download:
        card.get_by_role("button", name="Download for your calendar").click()
    assert download.value.suggested_filename.endswith(".ics")
    assert b"BEGIN:VEVENT" in download.value.path().read_bytes()
    page_record.faults.clear()  # axe measures colours by inline styles, which our policy refuses
