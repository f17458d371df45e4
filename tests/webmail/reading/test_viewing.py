"""How an attachment can be looked at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imapbridge.terms.part import Part
from webmail.reading.attachments import describe
from webmail.reading.viewing import text, way


@pytest.mark.parametrize(
    ("filename", "media_type", "seen"),
    [
        ("a.png", "image/png", "picture"),
        ("a.JPG", "application/octet-stream", "picture"),
        ("", "image/webp", "picture"),
        ("a.svg", "image/svg+xml", "text"),
        ("a.html", "text/html", "text"),
        ("a.tiff", "image/tiff", ""),
        ("a.pdf", "application/octet-stream", "pdf"),
        ("a", "application/pdf", "pdf"),
        ("a.mp3", "audio/mpeg", "sound"),
        ("a.mp4", "application/octet-stream", "film"),
        ("a.txt", "application/octet-stream", "text"),
        ("a.log", "text/plain", "text"),
        ("a.eml", "application/octet-stream", "letter"),
        ("", "message/rfc822", "letter"),
        ("a.vcf", "application/octet-stream", "contacts"),
        ("", "text/x-vcard", "contacts"),
        ("winmail.dat", "application/octet-stream", "winmail"),
        ("", "application/ms-tnef", "winmail"),
        ("a.exe", "application/x-msdownload", ""),
        ("a.zip", "application/zip", ""),
        ("a.docx", "application/x", ""),
    ],
)
def test_ways(filename: str, media_type: str, seen: str) -> None:
    assert way(describe(Part("2", media_type, filename=filename))) == seen


@pytest.mark.parametrize(
    ("data", "charset", "shown"),
    [
        (b"Caf\xc3\xa9", "utf-8", "Café"),
        (b"Caf\xe9", "", "Café"),
        (b"a\r\n\tb", "", "a\r\n\tb"),
        ("if\u202e(x)".encode(), "utf-8", "if(x)"),
        (b"a\x1b[31mb", "", "a[31mb"),
        (b"MZ\x00\x01", "", None),
        ("hi".encode("utf-16"), "utf-16", "hi"),
        (b"", "", ""),
    ],
)
def test_texts(data: bytes, charset: str, shown: str | None) -> None:
    assert text(data, charset) == shown


@given(st.binary(max_size=200), st.text(max_size=12))
def test_any_bytes_are_text_or_none(data: bytes, charset: str) -> None:
    found = text(data, charset)
    assert found is None or found.encode() is not None
