"""Mail as careless programs write it: it opens with what its writer meant."""

import base64

import pytest

from tests.mail.messages import image, message, multipart, text
from tests.webmail.reading.safety import visible_text
from tests.webmail.reading.test_message import opened

POLISH = "zażółć gęślą jaźń"
PDF = message("Content-Type: application/pdf\nContent-Disposition: attachment; filename=a.pdf", "x")


def plain(body: bytes, charset: str = "", extra: str = "") -> bytes:
    named = f"; charset={charset}" if charset else ""
    return message(f"Content-Type: text/plain{named}\nContent-Transfer-Encoding: 8bit\n{extra}", body)


def html(body: bytes | str) -> bytes:
    return message("Content-Type: text/html\nContent-Transfer-Encoding: 8bit", body)


FOOTED = base64.encodebytes(b"Hello world") + b"\n-- \nnews mailing list\nnews@lists.example\n"
AWKWARD: dict[str, tuple[bytes, str, list[str]]] = {
    "UTF-8 under another label": (plain(POLISH.encode(), "iso-8859-1"), POLISH, []),
    "windows under another label": (plain("“so” €".encode("cp1252"), "iso-8859-1"), "“so” €", []),
    "Japanese without a label": (plain("日本語テスト".encode("iso2022-jp")), "日本語テスト", []),
    "an old Chinese label": (plain("朱镕基".encode("gb18030"), "gb2312"), "朱镕基", []),
    "a byte order mark": (plain(b"\xef\xbb\xbfHi", "utf-8"), "Hi", []),
    "a charset in the markup only": (
        html(b'<meta http-equiv=Content-Type content="text/html; charset=iso-8859-2"><p>' + POLISH.encode("iso8859-2")),
        POLISH,
        [],
    ),
    "a wrong charset in the markup": (html("<meta charset=iso-8859-2><p>" + POLISH), POLISH, []),
    "UTF-7 in the markup is not believed": (html("<meta charset=utf-7><p>+ADw-b+AD4-"), "+ADw-b+AD4-", []),
    "a footer below base64": (
        message("Content-Type: text/plain\nContent-Transfer-Encoding: base64", FOOTED), "Hello world", [],
    ),
    "HTML with nothing in it": (
        multipart("alternative", text("plain words"), text("<html><body>&nbsp;<br></body></html>", "html")),
        "plain words",
        [],
    ),
    "empty HTML beside a file": (
        multipart("mixed", multipart("alternative", text("plain words"), text(" ", "html")), PDF), "plain words",
        ["a.pdf"],
    ),
    "RTF is a file": (
        multipart("mixed", text("words"), message("Content-Type: text/rtf", "{\\rtf1 Hello}")), "words",
        ["attachment-2"],
    ),
    "a picture by an escaped id": (
        multipart("related", text('<p>See<img src="cid:a%40x">', "html"), image("a@x")), "See", [],
    ),
    "pictures without a start": (
        multipart("related", image("a@x"), text('<p>See<img src="cid:a@x">', "html")), "See", [],
    ),
    "HTML, a file and HTML": (
        multipart("mixed", text("<p>One ", "html"), PDF, text("<p>two", "html"), text("three")), "One twothree",
        ["a.pdf"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", AWKWARD)
def test_it_opens_with_what_was_meant(name: str) -> None:
    raw, words, names = AWKWARD[name]
    found = opened(raw)
    assert visible_text(found.html).strip() == words
    assert [attachment.name for attachment in found.attachments] == names
    assert ("cid:" in raw.decode("latin-1")) == ("/part/" in found.html)
