"""All attachments as one ZIP."""

import base64
import io
import zipfile
from collections.abc import Iterator

import pytest

from imapbridge import bodies
from imapbridge.errors import ServerTimedOut
from imapbridge.models import Message
from imapbridge.terms.part import Part
from tests import factories
from tests.webmail.views.conftest import Person
from tests.webmail.views.test_parts import content
from webmail import csp

FILES = {"plan.pdf": b"%PDF-1.4", "../../hall.png": b"\x89PNG", "plan.PDF": b"another"}


def with_files(person: Person, subject: str = "Table plan", size: int = 20) -> Message:
    parts = [Part("1", "text/plain", size=2)]
    parts += [
        Part(str(number), "application/octet-stream", encoding="base64", size=size, filename=name)
        for number, name in enumerate(FILES, 2)
    ]
    made = factories.message(
        person.inbox, subject, text="Hi", structure=Part("", "multipart/mixed", parts=tuple(parts))
    )
    for number, data in enumerate(FILES.values(), 2):
        made.bodies.create(section=str(number), data=base64.encodebytes(data))
    return made


def test_the_archive(alice: Person) -> None:
    made = with_files(alice)
    assert "Download all" in alice.text(f"/message/{made.pk}/")
    answer = alice.get(f"/message/{made.pk}/attachments.zip")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Table plan.zip"'
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers[csp.HEADER] == csp.attachment()
    archive = zipfile.ZipFile(io.BytesIO(content(answer)))
    assert archive.testzip() is None
    assert {name: archive.read(name) for name in archive.namelist()} == {
        "plan.pdf": b"%PDF-1.4",
        "hall.png": b"\x89PNG",
        "plan (2).PDF": b"another",
    }


def test_without_attachments_there_is_none(alice: Person) -> None:
    made = factories.message(alice.inbox, text="Hi")
    assert alice.get(f"/message/{made.pk}/attachments.zip").status_code == 404


@pytest.mark.threat("C5")
def test_too_much_is_told(alice: Person) -> None:
    made = with_files(alice, size=400 * 10**6)
    assert alice.get(f"/message/{made.pk}/attachments.zip").status_code == 413


def test_other_peoples_and_other_sites(alice: Person, bob: Person) -> None:
    address = f"/message/{with_files(bob).pk}/attachments.zip"
    assert alice.get(address).status_code == 404
    assert bob.get(address, sec_fetch_site="cross-site").status_code == 403


def test_a_server_that_does_not_answer_is_told_before_the_file_begins(
    alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(message: Message, part: Part) -> Iterator[bytes]:
        raise ServerTimedOut(server="mail.example.com")
        yield b""

    made = with_files(alice)
    monkeypatch.setattr(bodies, "open_part", silent)
    assert alice.get(f"/message/{made.pk}/attachments.zip").status_code == 503
