"""Parts as files."""

import base64
from collections.abc import Iterator

import pytest

from imapbridge import bodies
from imapbridge.errors import ServerTimedOut
from imapbridge.models import Message
from imapbridge.terms.part import Part
from tests import factories
from tests.webmail.views.conftest import Person
from webmail import csp

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"
JPEG = b"\xff\xd8\xff\xe0" + b"picture"
WEBP = b"RIFF\x10\x00\x00\x00WEBPVP8 "


def with_part(person: Person, content: bytes, media_type: str = "application/pdf", filename: str = "plan.pdf") -> str:
    """A message with this attachment, cached; the attachment's address."""
    part = Part("2", media_type, encoding="base64", size=len(content), disposition="attachment", filename=filename)
    text = Part("1", "text/plain", size=2)
    made = factories.message(person.inbox, text="Hi", structure=Part("", "multipart/mixed", parts=(text, part)))
    made.bodies.create(section="2", data=base64.encodebytes(content))
    return f"/message/{made.pk}/part/2"


def content(answer: object) -> bytes:
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_a_download(alice: Person) -> None:
    answer = alice.get(with_part(alice, b"%PDF-1.4 plan"))
    assert content(answer) == b"%PDF-1.4 plan"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="plan.pdf"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers[csp.HEADER] == csp.attachment()
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("start", "media_type"),
    [(PNG, "image/png"), (JPEG, "image/jpeg"), (b"GIF89a..........", "image/gif"), (WEBP, "image/webp")],
)
def test_a_picture_is_shown_when_it_is_one(alice: Person, start: bytes, media_type: str) -> None:
    answer = alice.get(f"{with_part(alice, start, 'text/html', 'x.html')}?inline")
    assert answer.headers["Content-Type"] == media_type
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert answer.headers["Cache-Control"] == "private, max-age=604800, immutable"
    assert content(answer) == start


@pytest.mark.threat("C1")
@pytest.mark.parametrize(
    "hostile", [b"<html><script>alert(1)</script>", b"<svg onload=alert(1)>", b"%PDF-1.4", b"", b"\x89PN", b"BM"]
)
@pytest.mark.parametrize("media_type", ["image/png", "image/svg+xml", "text/html", "text/plain"])
def test_anything_else_is_saved_never_shown(alice: Person, hostile: bytes, media_type: str) -> None:
    answer = alice.get(f"{with_part(alice, hostile, media_type, 'x.png')}?inline")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert content(answer) == hostile


@pytest.mark.threat("C2")
@pytest.mark.parametrize(
    ("filename", "header"),
    [
        ('a"b.pdf', 'attachment; filename="a_b.pdf"'),
        ("../../etc/passwd", 'attachment; filename="passwd"'),
        ("Übersicht.pdf", "attachment; filename*=utf-8''%C3%9Cbersicht.pdf"),
        ("x\r\nSet-Cookie: a=b", 'attachment; filename="xSet-Cookie_ a=b"'),
        ("", 'attachment; filename="attachment-2.pdf"'),
    ],
)
def test_names_are_safe_in_the_header(alice: Person, filename: str, header: str) -> None:
    answer = alice.get(with_part(alice, b"x", filename=filename))
    assert answer.headers["Content-Disposition"] == header
    assert "Set-Cookie" not in answer.headers


def test_a_pdf_has_a_tab_of_its_own_under_the_same_policy(alice: Person) -> None:
    address = f"{with_part(alice, b'%PDF-1.4 plan')}/pdf"
    answer = alice.get(address, sec_fetch_dest="document", sec_fetch_site="same-origin")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'inline; filename="plan.pdf"'
    assert answer.headers[csp.HEADER] == csp.attachment()
    assert "sandbox" in csp.attachment()
    assert content(answer) == b"%PDF-1.4 plan"


@pytest.mark.parametrize("where", ["iframe", "embed", "object", "frame", "image"])
def test_a_pdf_is_in_no_frame(alice: Person, where: str) -> None:
    assert alice.get(f"{with_part(alice, b'%PDF-1.4')}/pdf", sec_fetch_dest=where).status_code == 403


@pytest.mark.parametrize("hostile", [b"<html>%PDF-1.4", b"", b" %PDF-", b"MZ"])
def test_what_is_no_pdf_is_saved(alice: Person, hostile: bytes) -> None:
    answer = alice.get(f"{with_part(alice, hostile)}/pdf")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.threat("C1")
def test_other_sites_get_nothing(alice: Person) -> None:
    address = with_part(alice, PNG, "image/png")
    assert alice.get(f"{address}?inline", sec_fetch_site="cross-site").status_code == 403
    assert alice.get(f"{address}?inline", sec_fetch_site="same-origin").status_code == 200


@pytest.mark.parametrize("section", ["9", "2.1", "x", "2;drop", "%2e%2e"])
def test_a_part_that_is_not_there(alice: Person, section: str) -> None:
    address = with_part(alice, b"x").removesuffix("2")
    assert alice.get(f"{address}{section}").status_code == 404


def test_a_server_that_does_not_answer_is_told_before_the_file_begins(
    alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(message: Message, part: Part) -> Iterator[bytes]:
        raise ServerTimedOut(server="mail.example.com")
        yield b""

    monkeypatch.setattr(bodies, "open_part", silent)
    answer = alice.get(with_part(alice, b"x"))
    assert answer.status_code == 503
    assert "mail.example.com did not reply in time" in answer.content.decode()


def test_a_large_part_is_never_whole_in_memory(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []

    def pieces(message: Message, part: Part) -> Iterator[bytes]:
        for number in range(1000):
            taken.append(number)
            yield b"x" * 65536

    monkeypatch.setattr(bodies, "open_part", pieces)
    answer = alice.get(with_part(alice, b"x"))
    stream = iter(answer.streaming_content)
    next(stream)
    assert len(taken) <= 2
    assert sum(map(len, stream)) == 999 * 65536
