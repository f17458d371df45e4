"""The demo's mailbox: several hundred messages of every kind, dated up to now, and the same each time."""

import email
import email.policy
import io
import zipfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from PIL import Image

from imapbridge.demo import seed
from imapbridge.demo.seed import Seeded, files

NOW = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
#: Domains that belong to nobody (RFC 2606).
RESERVED = ("example.com", "example.net", "example.org", ".example")


@pytest.fixture(scope="module")
def noors() -> list[Seeded]:
    return seed.mailbox("noor", NOW)


@pytest.fixture(scope="module")
def parsed(noors: list[Seeded]) -> list[EmailMessage]:
    return [email.message_from_bytes(message.raw, policy=email.policy.default) for message in noors]


def test_there_are_several_hundred_over_a_year_and_a_half(noors: list[Seeded]) -> None:
    assert 400 < len(noors) < 1000
    assert max(message.date for message in noors) <= NOW
    assert min(message.date for message in noors) < NOW - timedelta(days=500)


def test_every_mailbox_but_the_parents_has_mail(noors: list[Seeded]) -> None:
    assert {message.mailbox for message in noors} == set(seed.MAILBOXES) - {"Co-op", "Suppliers"}


def test_some_is_unread_starred_answered_and_labelled(noors: list[Seeded]) -> None:
    flags = Counter(flag for message in noors for flag in message.flags)
    assert all(
        flags[flag] for flag in ("\\Flagged", "\\Answered", "\\Draft", "Fair", "Needs_reply", "Travel", "Studio")
    )
    unread = [message for message in noors if message.mailbox == "INBOX" and "\\Seen" not in message.flags]
    assert 5 < len(unread) < 30
    assert not any("\\Answered" in message.flags for message in unread)


def test_every_reference_is_to_a_message_that_somebody_has(parsed: list[EmailMessage]) -> None:
    everybodys = [
        *parsed,
        *(email.message_from_bytes(m.raw, policy=email.policy.default) for m in seed.mailbox("tomas", NOW)),
    ]
    known = {str(message["Message-ID"]) for message in everybodys}
    for message in parsed:
        assert set(str(message["References"] or "").split()) <= known


def test_messages_are_whole_lines_of_a_length_that_mail_allows(noors: list[Seeded]) -> None:
    for message in noors:
        lines = message.raw.split(b"\r\n")
        assert max(map(len, lines)) < 999
        assert not any(b"\n" in line for line in lines)


def test_scripts_and_character_sets_of_the_world(parsed: list[EmailMessage]) -> None:
    charsets = {part.get_content_charset() for message in parsed for part in message.walk()}
    assert {
        "utf-8",
        "iso-8859-1",
        "koi8-r",
        "iso-2022-jp",
        "gb18030",
        "euc-kr",
        "windows-1252",
        "windows-1255",
    } <= charsets
    subjects = "".join(str(message["Subject"]) for message in parsed)
    for letters in ("Литограф", "和紙", "宣纸", "한지", "התערוכה", "دعوة", "ब्लॉक", "Ευχαριστ", "🎉"):
        assert letters in subjects


def test_kinds_of_attachments_and_bodies(parsed: list[EmailMessage]) -> None:
    types = {part.get_content_type() for message in parsed for part in message.walk()}
    assert {"application/pdf", "image/png", "text/csv", "text/calendar", "text/html", "multipart/related"} <= types
    assert any(part.get_param("format") == "flowed" for message in parsed for part in message.walk())
    assert any(b'src=3D"https://' in message.as_bytes() for message in parsed)
    assert any(b"cid:" in message.as_bytes() for message in parsed)


def test_attachments_are_valid() -> None:
    picture = Image.open(io.BytesIO(files.make("a.png", "A", NOW).data))
    picture.load()
    assert picture.size == (480, 320)
    with zipfile.ZipFile(io.BytesIO(files.make("a.docx", "A & B", NOW).data)) as archive:
        assert archive.testzip() is None
        assert b"A &amp; B" in archive.read("word/document.xml")
    page = files.make("a.pdf", "A (and B)", NOW).data
    start = int(page.split(b"startxref\n")[1].split(b"\n")[0])
    assert page[start : start + 4] == b"xref"


def test_nobody_real_is_written_to_or_from(parsed: list[EmailMessage]) -> None:
    for message in parsed:
        for name in ("From", "To", "Cc"):
            for address in getattr(message[name], "addresses", ()):
                assert address.domain.endswith(RESERVED), address


def test_it_is_the_same_each_time_but_for_the_dates(noors: list[Seeded]) -> None:
    again = seed.mailbox("noor", NOW + timedelta(days=30))
    assert [(message.mailbox, message.flags) for message in again] == [
        (message.mailbox, message.flags) for message in noors
    ]


def test_tomas_has_his_side_of_the_conversations(noors: list[Seeded]) -> None:
    his = seed.mailbox("tomas", NOW)
    assert {message.mailbox for message in his} == {"INBOX", "Sent", "Archive"}
    shared = {_message_id(message) for message in his} & {_message_id(message) for message in noors}
    assert len(shared) > 30


def _message_id(message: Seeded) -> str:
    return str(email.message_from_bytes(message.raw, policy=email.policy.default)["Message-ID"])
