from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imapbridge.mime.parse import parse
from imapbridge.terms.part import Part
from tests.examples import examples
from tests.imapbridge.mime.test_parse import mutants
from tests.mail import messages
from tests.webmail.reading.safety import faults, visible_text
from webmail.reading import message as reading_message
from webmail.reading.document import document
from webmail.reading.message import MAX_BODY, Readable, Reading, read, wanted_sections
from webmail.reading.sealing import PGP_SIGNED

READING = Reading(part_url=lambda part: f"/part/{part.section}")


def opened(raw: bytes) -> Readable:
    parsed = parse(raw)
    bodies = {section: parsed.body_of(section) for section in wanted_sections(parsed.root)}
    return read(parsed.root, bodies, READING, parsed.defects)


def codes(readable: Readable) -> list[str]:
    return [notice.code for notice in readable.notices]


@pytest.mark.parametrize(
    ("name", "kind", "text", "attached"),
    [
        ("plain", "text", "all is well", []),
        ("alternative", "html", "html words", []),
        ("apple", "html", "second", ["photo.png"]),
        ("outlook", "html", "see", ["unused.png", "a.pdf"]),
        ("signed", "text", "signed words", []),
        ("list-footer", "html", "list footer", []),
        ("forwarded", "text", "see below", ["message-2.eml", "message-3.eml"]),
        ("invitation", "html", "You are invited", ["attachment-3.ics"]),
        ("digest", "empty", "", ["message-1.eml", "message-2.eml"]),
        ("bounce", "text", "could not be delivered", ["attachment-2", "message-3.eml"]),
    ],
)
def test_honest_messages(name: str, kind: str, text: str, attached: list[str]) -> None:
    found = opened(messages.HONEST[name])
    assert found.kind == kind
    assert text in visible_text(found.html)
    assert [attachment.name for attachment in found.attachments] == attached
    assert found.notices == ((PGP_SIGNED,) if name == "signed" else ())


@pytest.mark.parametrize("name", messages.BROKEN)
def test_broken_messages_open(name: str) -> None:
    found = opened(messages.BROKEN[name])
    assert found.kind in ("text", "html", "empty")
    assert faults(found.html) == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("multipart without boundary", "damaged"),
        ("boundary never closed", "damaged"),
        ("unknown charset", "unknown-charset"),
    ],
)
def test_what_is_wrong_is_told(name: str, code: str) -> None:
    found = opened(messages.BROKEN[name])
    assert codes(found) == [code]
    assert found.kind == "text"


def test_undecodable_text_is_still_shown() -> None:
    assert "café" in opened(messages.UNDECODABLE).html


def test_an_image_of_the_message_is_shown_in_its_place() -> None:
    assert '<img src="/part/1.2">' in opened(messages.OUTLOOK).html


WEB_PAGE = b"""MIME-Version: 1.0
Content-Type: multipart/related; boundary=b; type="text/html"

--b
Content-Type: text/html
Content-Location: http://press.example/news/index.html

<img src="http://press.example/news/logo.png"><img src="photo.gif"><img src="other.gif"><img src="http://press.example/no.gif">
--b
Content-Type: image/png
Content-Location: http://press.example/news/logo.png

png
--b
Content-Type: image/gif
Content-Location: photo.gif

gif
--b
Content-Type: text/plain
Content-Location: other.gif

text
--b--
"""


def test_images_are_found_by_their_location() -> None:
    found = opened(WEB_PAGE)
    assert '<img src="/part/2"><img src="/part/3"><img><img>' in found.html
    assert found.remote_images == 1
    assert [one.section for one in found.attachments] == ["4"]


@pytest.mark.parametrize(
    ("html", "wrapper"),
    [
        ("<p>שלום Noor</p>", '<div class="mailbody" dir="auto">'),
        ("<p>Hello</p>", '<div class="mailbody">'),
        ('<html dir="rtl"><body>שלום</body></html>', '<div class="mailbody" dir="rtl">'),
        ('<html dir="rtl"><body dir="ltr">x</body></html>', '<div class="mailbody" dir="ltr">'),
        ('<p dir="rtl">שלום</p>', '<div class="mailbody">'),
    ],
)
def test_html_goes_the_way_it_is_written(html: str, wrapper: str) -> None:
    assert wrapper in opened(f"Content-Type: text/html; charset=utf-8\r\n\r\n{html}".encode()).html


def test_enriched_text_is_shown_as_it_is_meant() -> None:
    found = opened(b"Content-Type: text/enriched\r\n\r\n<bold>Now</bold> or never")
    assert "<b>Now</b> or never" in found.html


def test_enriched_text_that_is_too_much_is_shown_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_message.enriched, "to_html", lambda *_: pytest.fail("it was written out"))
    found = opened(b"Content-Type: text/enriched\r\n\r\nNever" + b"<b>" * 30_000)
    assert "Never" in found.html
    assert codes(found) == ["too-complex"]


def test_five_thousand_parts() -> None:
    found = opened(messages.many_parts(5000))
    assert codes(found) == ["parts-cut"]
    assert "part 0" in found.html
    assert len(found.attachments) == reading_message.MAX_ATTACHMENTS


def test_five_thousand_parts_as_a_server_lists_them() -> None:
    parts = tuple(Part(str(n + 1), "text/plain", size=5) for n in range(5000))
    root = Part("", "multipart/mixed", parts=parts)
    wanted = wanted_sections(root)
    found = read(root, dict.fromkeys(wanted, b"words"))
    assert len(wanted) == 50
    assert len(found.attachments) == reading_message.MAX_ATTACHMENTS
    assert codes(found) == ["parts-cut"]


def test_no_body_at_all() -> None:
    assert opened(b"Subject: x\r\n\r\n") == Readable("empty")
    assert opened(messages.text("<html><body> <br> </body></html>", "html")).kind == "empty"


def test_a_body_that_is_too_large_is_not_asked_for() -> None:
    root = Part("1", "text/plain", size=60_000_000)
    assert wanted_sections(root) == []
    assert codes(read(root, {})) == ["text-cut"]


def test_a_body_that_did_not_come_is_told() -> None:
    assert codes(read(Part("1", "text/plain", size=5), {})) == ["not-loaded"]


def test_a_text_for_which_no_room_is_left_is_told_as_cut() -> None:
    parts = (Part("1", "text/plain", size=MAX_BODY - 10), Part("2", "text/plain", size=100))
    root = Part("", "multipart/mixed", parts=parts)
    assert wanted_sections(root) == ["1"]
    assert codes(read(root, {"1": b"words"})) == ["text-cut"]


def test_html_that_is_too_heavy_is_shown_as_text() -> None:
    found = opened(messages.message("Content-Type: text/html; charset=utf-8", "<p>words</p>" + "<div>" * 30_000))
    assert codes(found) == ["too-complex"]
    assert visible_text(found.html) == "words"
    assert faults(found.html) == []


def test_a_very_long_text_is_cut() -> None:
    found = opened(messages.message("Content-Type: text/plain", "words\r\n" * 200_000))
    assert codes(found) == ["text-cut"]


def test_paper_is_for_messages_with_colours_of_their_own() -> None:
    assert not opened(messages.ALTERNATIVE).paper
    assert opened(messages.text("<p style='color:#123'>x</p>", "html")).paper
    assert not opened(messages.PLAIN).paper


def test_remote_images_and_links_are_told() -> None:
    html = "<img src=https://a.example/1.png><img src=https://a.example/t.gif width=1 height=1><a href=https://b.example>c.example</a>"
    found = opened(messages.text(html, "html"))
    assert (found.remote_images, found.trackers) == (1, ("a.example",))
    assert Readable.from_json(found.to_json()) == found
    assert [(each.shown, each.target) for each in found.misleading_links] == [("c.example", "b.example")]


@settings(max_examples=examples(50))
@given(mutants() | st.binary(max_size=400))
def test_every_message_opens(raw: bytes) -> None:
    found = opened(raw)
    assert faults(found.html) == []
    document(found.html, paper=found.paper).encode("utf-8")


# --- The document -----------------------------------------------------------------------------------------------------


class Outline(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)


def test_the_document_holds_nothing_but_the_fragment_and_its_style() -> None:
    html = document("<p>x</p>")
    assert Outline(html).tags == ["html", "head", "meta", "title", "meta", "meta", "style", "body", "p"]
    assert html.startswith("<!doctype html>")
    assert "url(" not in html


@pytest.mark.parametrize(
    ("paper", "scheme", "written"),
    [(False, "light dark", "light dark"), (False, "dark", "dark"), (False, "x", "light dark"), (True, "dark", "light")],
)
def test_the_scheme(paper: bool, scheme: str, written: str) -> None:
    html = document("x", paper=paper, scheme=scheme)
    assert f'<meta name="color-scheme" content="{written}">' in html
    assert f"color-scheme: {written};" in html


def test_a_darkened_message_follows_the_scheme() -> None:
    html = document("x", paper=True, dark=True, scheme="dark")
    assert '<meta name="color-scheme" content="dark">' in html
    assert "color-scheme: dark;" in html
    assert "color-scheme: light dark;" in document("x", paper=True, dark=True, scheme="")


def test_the_size_is_one_of_ours() -> None:
    assert "zoom: 1.3" in document("x", size=130)
    for size in (100, 131, 10_000):
        assert "zoom" not in document("x", size=size)
