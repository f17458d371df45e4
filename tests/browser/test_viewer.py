"""Attachments in the browser: their cards, the viewer over the message, the same as pages, and all of them at once."""

import io
import math
import re
import struct
import wave
import zipfile

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.people import PDF, faults, is_phone, letter, sign_in
from tests.servers.chromium import Record
from tests.servers.dovecot import Dovecot, User
from tests.servers.whimbrel import Whimbrel

CARRIED = """(file) => {
  const dataTransfer = new DataTransfer();
  file.dispatchEvent(new DragEvent("dragstart", { dataTransfer, bubbles: true }));
  return dataTransfer.getData("DownloadURL");
}"""
"""What is dragged out of the window with a file."""


def png() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (1200, 800), "teal").save(written, "PNG")
    return written.getvalue()


def wav(seconds: int) -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(n / 9))) for n in range(8000 * seconds)))
    return written.getvalue()


@pytest.fixture
def marta(dovecot: Dovecot, mail_user: User) -> User:
    """Somebody who was sent one attachment of each kind."""
    made = letter("Hall", "All of it is attached.\n", minutes=3)
    made.add_attachment(PDF, maintype="application", subtype="pdf", filename="plan.pdf")
    made.add_attachment(png(), maintype="image", subtype="png", filename="hall-map.png")
    made.add_attachment("<script>document.title='stolen'</script>\nNotes", subtype="html", filename="notes.html")
    made.add_attachment(wav(5), maintype="audio", subtype="wav", filename="talk.wav")
    made.add_attachment(b"PK", maintype="application", subtype="zip", filename="float.zip")
    dovecot.append(mail_user, "INBOX", made.as_bytes())
    return mail_user


def open_hall(page: Page, whimbrel: Whimbrel, user: User) -> None:
    sign_in(page, whimbrel, user)
    page.get_by_role("link", name=re.compile("Hall")).click()
    expect(page.get_by_role("region", name="Attachments")).to_be_visible()


def test_over_the_message(screen: Page, whimbrel: Whimbrel, marta: User, page_record: Record) -> None:
    open_hall(screen, whimbrel, marta)
    address = screen.url
    card = screen.get_by_role("link", name=re.compile(r"^Preview hall-map.png, "))
    card.scroll_into_view_if_needed()
    expect(screen.locator(".thumb img")).to_have_js_property("naturalWidth", 464)
    carried = screen.locator(".file", has_text="hall-map").evaluate(CARRIED)
    assert carried.startswith(f"application/octet-stream:hall-map.png:{whimbrel.url}/message/")
    card.click()
    dialog = screen.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="hall-map.png")).to_be_focused()
    expect(dialog.get_by_role("img", name="hall-map.png")).to_have_js_property("naturalWidth", 1200)
    assert faults(screen) == []
    screen.keyboard.press("ArrowRight")
    expect(dialog.get_by_role("heading", name="notes.html")).to_be_visible()
    expect(dialog.get_by_text("<script>document.title='stolen'</script>")).to_be_visible()
    fits(screen)
    assert faults(screen) == []
    dialog.get_by_role("link", name="Later attachment").click()
    expect(dialog.get_by_role("heading", name="talk.wav")).to_be_visible()
    screen.wait_for_function("() => Math.round(document.querySelector('dialog audio')?.duration) === 5")
    expect(dialog.get_by_role("link", name="Later attachment")).to_have_count(0)
    fits(screen)
    assert faults(screen) == []
    with screen.expect_download() as download:
        dialog.get_by_role("link", name="Download talk.wav").click()
    assert download.value.path().read_bytes() == wav(5)
    screen.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(card).to_be_focused()
    card.click()
    expect(dialog).to_be_visible()
    screen.go_back()
    expect(dialog).to_have_count(0)
    assert screen.url == address
    expect(screen.get_by_role("heading", name="Hall", level=2)).to_be_visible()
    assert screen.title() == "Hall – Whimbrel"
    assert not page_record.outside
    page_record.faults.clear()  # axe measures colours by inline styles, which our policy refuses


def test_all_at_once_a_pdf_and_a_player(page: Page, whimbrel: Whimbrel, marta: User) -> None:
    open_hall(page, whimbrel, marta)
    all_come_as_one_file(page)
    a_pdf_has_a_tab_of_its_own(page)
    a_player_goes_to_the_middle(page)


def a_player_goes_to_the_middle(page: Page) -> None:
    with page.expect_response(lambda answer: answer.url.endswith("?play") and answer.status == 206):
        page.get_by_role("link", name=re.compile("^Preview talk.wav")).click()
    page.wait_for_function("() => document.querySelector('dialog audio').seekable.length")
    page.evaluate("() => { document.querySelector('dialog audio').currentTime = 4; }")
    page.wait_for_function("() => document.querySelector('dialog audio').currentTime === 4")


def a_pdf_has_a_tab_of_its_own(page: Page) -> None:
    with page.context.expect_page() as opened:
        page.get_by_role("link", name=re.compile("^Preview plan.pdf")).click()
    expect(opened.value).to_have_url(re.compile(r"/part/2/pdf$"))
    assert opened.value.evaluate("() => [document.contentType, window.opener]") == ["application/pdf", None]


def all_come_as_one_file(page: Page) -> None:
    with page.expect_download() as download:
        page.get_by_role("button", name="Download all").click()
    assert download.value.suggested_filename == "Hall.zip"
    archive = zipfile.ZipFile(download.value.path())
    assert archive.testzip() is None
    assert archive.namelist() == ["plan.pdf", "hall-map.png", "notes.html", "talk.wav", "float.zip"]
    assert archive.read("plan.pdf") == PDF


@pytest.mark.parametrize("plain", ["desktop"], indirect=True)
def test_without_scripts_it_is_a_page(plain: Page, whimbrel: Whimbrel, marta: User) -> None:
    open_hall(plain, whimbrel, marta)
    plain.get_by_role("link", name=re.compile("^Preview hall-map.png")).click()
    expect(plain.get_by_role("heading", name="hall-map.png", level=1)).to_be_visible()
    expect(plain.get_by_role("img", name="hall-map.png")).to_be_visible()
    plain.get_by_role("link", name="Later attachment").click()
    expect(plain.get_by_role("heading", name="notes.html", level=1)).to_be_visible()
    plain.get_by_role("link", name="Close preview").click()
    expect(plain.get_by_role("heading", name="Hall", level=2)).to_be_visible()


def fits(screen: Page) -> None:
    """Nothing is wider than the screen, which on a phone is all the viewer's."""
    assert screen.evaluate("() => document.querySelector('dialog').scrollWidth <= innerWidth")
    if is_phone(screen):
        box = screen.locator(".viewer").bounding_box()
        assert box is not None
        assert (box["x"], box["width"]) == (0, 390)


def test_a_letter_within_a_letter(
    phone: Page, whimbrel: Whimbrel, dovecot: Dovecot, mail_user: User, page_record: Record
) -> None:
    order = letter("Original order", "Paper", minutes=5000, sender="Paper Mill <mill@paper.example>")
    order.add_alternative('<h2>Paper</h2><img src="https://tracker.example/x.png">', subtype="html")
    order.add_attachment(png(), maintype="image", subtype="png", filename="sample.png")
    made = letter("Fwd: order", "See below.\n", minutes=3)
    made.add_attachment(order, filename="order.eml")
    dovecot.append(mail_user, "INBOX", made.as_bytes())
    sign_in(phone, whimbrel, mail_user)
    phone.get_by_role("link", name=re.compile("Fwd: order")).click()
    phone.get_by_role("link", name=re.compile("^Preview order.eml")).click()
    dialog = phone.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Original order")).to_be_visible()
    expect(dialog.get_by_text("Paper Mill <mill@paper.example>")).to_be_visible()
    frame = dialog.frame_locator("iframe[title=Message]")
    expect(frame.get_by_role("heading", name="Paper")).to_be_visible()
    assert faults(phone) == []
    dialog.get_by_role("link", name=re.compile("^Preview sample.png")).click()
    expect(dialog.get_by_role("img", name="sample.png")).to_have_js_property("naturalWidth", 1200)
    assert not page_record.outside
    page_record.faults.clear()  # axe measures colours by inline styles, which our policy refuses
