"""Attachments that are looked at, and their small pictures."""

import base64
import io

import pytest
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from imapbridge.models import Message
from imapbridge.terms.part import Part
from tests import factories
from tests.webmail.views.conftest import Person
from tests.webmail.views.reading_pages import names, tags
from webmail import csp
from webmail.views import turns


def with_files(person: Person, *files: tuple[str, str, bytes]) -> Message:
    """A message with these attachments (name, media type, content) as parts 2, 3, ..."""
    parts = [Part("1", "text/plain", size=2)]
    for number, (name, media_type, data) in enumerate(files, 2):
        size = len(base64.encodebytes(data))
        parts.append(Part(str(number), media_type, encoding="base64", size=size, filename=name, charset="utf-8"))
    made = factories.message(person.inbox, text="Hi", structure=Part("", "multipart/mixed", parts=tuple(parts)))
    for number, (_name, _type, data) in enumerate(files, 2):
        made.bodies.create(section=str(number), data=base64.encodebytes(data))
    return made


def png(width: int = 600, height: int = 400) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(written, "PNG")
    return written.getvalue()


def test_cards_lead_to_the_viewer(alice: Person) -> None:
    made = with_files(
        alice,
        ("a.png", "image/png", png()),
        ("b.pdf", "application/pdf", b"%PDF-1.4"),
        ("c.zip", "application/zip", b"PK"),
    )
    html = alice.text(f"/message/{made.pk}/")
    link = f"/message/{made.pk}/part"
    assert len(tags(html, "a", href=f"{link}/2/view")) == 1
    (tab,) = tags(html, "a", href=f"{link}/3/pdf")
    assert (tab["target"], tab["rel"]) == ("_blank", "noopener")
    assert not [name for name in names(html, "a") if "c.zip" in name]
    assert "Can hold programs" in html
    assert html.count('loading="lazy"') == 1
    assert f'src="{link}/2/thumbnail"' in html


def test_a_picture_between_its_neighbours(alice: Person, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    made = with_files(
        alice, ("a.txt", "text/plain", b"Hi"), ("b.zip", "application/zip", b"PK"), ("c.png", "image/png", png()),
        ("d.mp3", "audio/mpeg", b"ID3"),
    )  # fmt: skip
    alice.text(f"/message/{made.pk}/")
    with django_assert_max_num_queries(6):  # two are the session and the person
        html = alice.text(f"/message/{made.pk}/part/4/view")
    link = f"/message/{made.pk}/part"
    assert f'<img src="{link}/4?inline" alt="c.png">' in html
    assert "3 of 4" in html
    assert tags(html, "a", rel="prev", href=f"{link}/2/view")
    assert tags(html, "a", rel="next", href=f"{link}/5/view")
    assert tags(html, "a", href=f"/message/{made.pk}/")
    assert tags(html, "a", href=f"{link}/4", aria_label="Download c.png")


@pytest.mark.parametrize(
    ("name", "media_type", "tag"),
    [("a.mp3", "audio/mpeg", "<audio controls"), ("a.mp4", "video/mp4", "<video controls")],
)
def test_recordings_have_the_browsers_player(alice: Person, name: str, media_type: str, tag: str) -> None:
    made = with_files(alice, (name, media_type, b"ID3"))
    html = alice.text(f"/message/{made.pk}/part/2/view")
    assert tag in html
    assert f'src="/message/{made.pk}/part/2?play"' in html
    assert "media-src 'self'" in csp.app()


@pytest.mark.parametrize(
    ("name", "media_type"),
    [("a.txt", "text/plain"), ("a.html", "text/html"), ("a.svg", "image/svg+xml"), ("x", "text/x")],
)
def test_text_is_text_whatever_it_is(alice: Person, name: str, media_type: str) -> None:
    made = with_files(alice, (name, media_type, "<svg onload=alert(1)>Ünter".encode()))
    html = alice.text(f"/message/{made.pk}/part/2/view")
    assert "&lt;svg onload=alert(1)&gt;Ünter</pre>" in html
    assert "<svg onload" not in html


def test_contacts_are_listed(alice: Person) -> None:
    card = b"BEGIN:VCARD\r\nFN:<b>Tom\xc3\xa1s</b>\r\nEMAIL:tomas@press.example.com\r\nEND:VCARD\r\n"
    made = with_files(alice, ("tomas.vcf", "text/vcard", card))
    html = alice.text(f"/message/{made.pk}/part/2/view")
    assert "&lt;b&gt;Tomás&lt;/b&gt;</h2>" in html
    assert '<dt>Email</dt><dd dir="auto">tomas@press.example.com</dd>' in html
    empty = with_files(alice, ("x.vcf", "text/vcard", b"nothing"))
    assert "There is no preview" in alice.text(f"/message/{empty.pk}/part/2/view")


def test_long_text_is_its_beginning(alice: Person) -> None:
    made = with_files(alice, ("a.txt", "text/plain", b"word " * 120_000))
    html = alice.text(f"/message/{made.pk}/part/2/view")
    assert "Only the first 524 KB are shown" in html
    assert html.count("word") < 105_000


@pytest.mark.parametrize(
    ("name", "media_type", "data"),
    [
        ("a.txt", "text/plain", b"MZ\x00\x00"),
        ("a.exe", "application/x-msdownload", b"MZ"),
        ("a.docx", "application/x", b"PK"),
    ],
)
def test_what_cannot_be_shown_says_so(alice: Person, name: str, media_type: str, data: bytes) -> None:
    made = with_files(alice, (name, media_type, data))
    html = alice.text(f"/message/{made.pk}/part/2/view")
    assert "There is no preview of this file." in html
    assert tags(html, "a", href=f"/message/{made.pk}/part/2")


@pytest.mark.threat("B1", "C2")
def test_hostile_names_are_text(alice: Person) -> None:
    made = with_files(alice, ('"><script>alert(1)</script>.png', "image/png", png()))
    for address in (f"/message/{made.pk}/", f"/message/{made.pk}/part/2/view"):
        assert "<script>alert" not in alice.text(address)


@pytest.mark.parametrize("path", ["view", "thumbnail", "pdf"])
def test_other_peoples_parts_do_not_exist(alice: Person, bob: Person, path: str) -> None:
    address = f"/message/{with_files(bob, ('a.png', 'image/png', png())).pk}/part/2/{path}"
    assert alice.get(address).status_code == 404
    assert bob.get(address).status_code == 200
    assert bob.get(address, sec_fetch_site="cross-site").status_code == 403
    assert bob.get(address.replace("/2/", "/9/")).status_code == 404


def test_a_small_picture(alice: Person) -> None:
    made = with_files(alice, ("a.png", "image/png", png()))
    answer = alice.get(f"/message/{made.pk}/part/2/thumbnail")
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["Cache-Control"] == "private, max-age=604800, immutable"
    assert answer.headers[csp.HEADER] == csp.attachment()
    assert Image.open(io.BytesIO(answer.content)).size == (464, 309)
    made.bodies.update(data=b"")
    assert alice.get(f"/message/{made.pk}/part/2/thumbnail").content == answer.content, "made once"


def test_who_gets_no_turn_may_ask_again(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    made = with_files(alice, ("a.png", "image/png", png()), ("b.png", "image/png", png()))
    kept, other = (f"/message/{made.pk}/part/{section}/thumbnail" for section in "23")
    assert alice.get(kept).status_code == 200
    monkeypatch.setattr(turns, "LONGEST_WAIT", 0.01)
    with turns.turn(), turns.turn():
        answer = alice.get(other)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (503, "no-store")
        assert alice.get(kept).status_code == 200, "what was made before needs no turn"
    assert alice.get(other).status_code == 200


@pytest.mark.parametrize("data", [b"<svg/>", b"", png()[:60]])
def test_of_what_is_no_picture_there_is_no_small_one(alice: Person, data: bytes) -> None:
    made = with_files(alice, ("a.png", "image/png", data))
    answer = alice.get(f"/message/{made.pk}/part/2/thumbnail")
    assert (answer.status_code, answer.content) == (204, b"")
