from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imapbridge.mime.parse import parse
from imapbridge.terms.part import Part
from webmail.reading.attachments import MAX_NAME, describe, safe_filename


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("été 2024.pdf", "été 2024.pdf"),
        ("日本語.txt", "日本語.txt"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ann\\a.doc", "a.doc"),
        ("a/b\\c／d＼e.txt", "e.txt"),
        ("\u202egpj.exe", "gpj.exe"),
        ("a\u200b\u200eb\ufeff.txt", "ab.txt"),
        ("a\r\nContent-Type: text/html.txt", "html.txt"),
        ('a<b>"c"|d?.txt', "a_b__c__d_.txt"),
        (".htaccess", "htaccess"),
        ("a. . ", "a"),
        ("con", "_con"),
        ("LPT1.txt", "_LPT1.txt"),
        ("  a   b  .txt", "a b .txt"),
        ("", "attachment-2.pdf"),
        ("/", "attachment-2.pdf"),
        ("\ud800", "attachment-2.pdf"),
        ("e\u0301.txt", "é.txt"),
    ],
)
def test_safe_filename(name: str, safe: str) -> None:
    assert safe_filename(name, "application/pdf", "2") == safe


def test_a_long_name_keeps_its_extension() -> None:
    name = safe_filename("x" * 5000 + ".pdf")
    assert len(name) <= MAX_NAME
    name = safe_filename("x" * 1000 + ".pdf")
    assert name == "x" * (MAX_NAME - 4) + ".pdf"


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        (b"Content-Disposition: attachment; filename=plan.pdf", "plan.pdf"),
        (b'Content-Disposition: attachment; filename="Plan; 2 (final).pdf"', "Plan; 2 (final).pdf"),
        (b"Content-Disposition: attachment; filename*=UTF-8''%C3%9Cbersicht.pdf", "Übersicht.pdf"),
        (b"Content-Disposition: attachment; filename*=iso-8859-1'de'%DCbersicht.pdf", "Übersicht.pdf"),
        (
            b"Content-Disposition: attachment;\r\n filename*0*=utf-8''%E2%82;\r\n filename*1*=%AC-plan;\r\n"
            b" filename*2=.pdf",
            "€-plan.pdf",
        ),
        (b"Content-Disposition: attachment; filename=fallback.pdf; filename*=utf-8''%C3%9C.pdf", "Ü.pdf"),
        (b'Content-Disposition: attachment; filename="=?utf-8?B?w5xiZXJzaWNodC5wZGY=?="', "Übersicht.pdf"),
        (b'Content-Disposition: attachment; filename="=?utf-8?q?=C3=9Cber?= =?utf-8?q?sicht.pdf?="', "Übersicht.pdf"),
        (b"Content-Disposition: attachment; filename==?iso-2022-jp?B?GyRCRnxLXBsoQi5wZGY=?=", "日本.pdf"),
        ("Content-Disposition: attachment; filename=\"Übersicht.pdf\"".encode(), "Übersicht.pdf"),
        (b'Content-Disposition: attachment; filename="\xdcbersicht.pdf"', "Übersicht.pdf"),
        (b'Content-Type: application/pdf; name="=?utf-8?q?=C3=9C.pdf?="', "Ü.pdf"),
        (b"Content-Disposition: attachment; filename*=utf-8''..%2F..%2Fetc%2Fpasswd", "passwd"),
        (b"Content-Disposition: attachment; filename*=utf-8''a%0D%0AX%3A%20b.pdf", "a X_ b.pdf"),
        (b"Content-Disposition: attachment", "attachment-1.pdf"),
    ],
)  # fmt: skip
def test_names_as_they_are_written(fields: bytes, name: str) -> None:
    kind = b"" if fields.startswith(b"Content-Type") else b"Content-Type: application/pdf\r\n"
    assert describe(parse(kind + fields + b"\r\n\r\nx").root).name == name


@pytest.mark.threat("C2")
@given(st.text(max_size=300))
def test_any_name_is_safe(name: str) -> None:
    safe = safe_filename(name, "text/plain", "1")
    assert 0 < len(safe) <= MAX_NAME
    assert not set(safe) & set('/\\<>:"|?*\r\n\x00')
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in safe)
    assert not safe.startswith(".")
    safe.encode("utf-8")


@pytest.mark.parametrize(
    ("filename", "media_type", "kind", "icon", "dangerous"),
    [
        ("a.png", "image/png", "image", "image", False),
        ("a.pdf", "application/octet-stream", "document", "file-text", False),
        ("a.xlsx", "application/x", "sheet", "file-text", False),
        ("a.xlsm", "application/x", "sheet", "file-text", True),
        ("invite.ics", "text/calendar", "calendar", "calendar", False),
        ("", "text/calendar", "calendar", "calendar", False),
        ("", "message/rfc822", "mail", "mail", False),
        ("a.exe", "image/png", "program", "triangle-alert", True),
        ("a.pdf.exe", "application/pdf", "program", "triangle-alert", True),
        ("a.html", "text/plain", "page", "file-text", True),
        ("a.svg", "image/svg+xml", "page", "file-text", True),
        ("a", "text/html", "page", "file-text", True),
        ("a.zip", "application/zip", "archive", "file-archive", False),
        ("a.iso", "application/x", "archive", "file-archive", True),
        ("a.mp3", "audio/mpeg", "audio", "music", False),
        ("a", "video/mp4", "video", "video", False),
        ("a.xyz", "application/x", "file", "paperclip", False),
    ],
)
def test_kinds(filename: str, media_type: str, kind: str, icon: str, dangerous: bool) -> None:
    found = describe(Part("2", media_type, filename=filename))
    assert (found.kind, found.icon, found.is_dangerous) == (kind, icon, dangerous)


def test_the_size_is_that_of_the_decoded_part() -> None:
    found = describe(Part("2", "image/png", encoding="base64", size=78_000, filename="a.png"))
    assert found.size == 57_000
    assert (found.stem, found.extension) == ("a", ".png")
