"""Source, headers and the message as a file."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from imapbridge import bodies
from imapbridge.errors import ServerTimedOut
from imapbridge.models import Message
from tests import factories
from tests.servers.bridge import Bridge, account_of
from tests.servers.dovecot import Dovecot, User
from tests.webmail.views.conftest import Person
from webmail import csp

RAW = (
    b"From: Wren <wren@example.org>\r\nSubject: =?utf-8?q?=C3=89t=C3=A9?=\r\n\r\n<script>alert(1)</script>\xe9\x00\r\n"
)


def whole(person: Person, subject: str = "Été", raw: bytes = RAW) -> Message:
    """A message whose bytes are cached."""
    made = factories.message(person.inbox, subject, text="Hi")
    made.bodies.create(section="", data=raw)
    made.bodies.create(section="HEADER", data=raw.partition(b"\r\n\r\n")[0])
    return made


def content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_the_message_as_a_file(alice: Person) -> None:
    answer = alice.get(f"/message/{whole(alice).pk}/download")
    assert content(answer) == RAW
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == "attachment; filename*=utf-8''%C3%89t%C3%A9.eml"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers[csp.HEADER] == csp.attachment()
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("subject", "name"),
    [("", "message.eml"), ("A/B: the\\end", "A-B_ the-end.eml"), ("\u202e../x\r\n", "-x.eml"), ("x" * 500, None)],
)
def test_its_name_is_the_subject_made_safe(alice: Person, subject: str, name: str | None) -> None:
    header = alice.get(f"/message/{whole(alice, subject).pk}/download").headers["Content-Disposition"]
    assert header == f'attachment; filename="{name or "x" * 146 + ".eml"}"'


def test_the_source_is_text_that_hides_nothing(alice: Person) -> None:
    answer = alice.get(f"/message/{whole(alice).pk}/source")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers[csp.HEADER] == csp.attachment()
    assert content(answer).endswith(b"<script>alert(1)</script>\\xe9\\x00\r\n")


def test_the_source_of_a_large_message_is_its_beginning(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []

    def pieces(message: Message) -> Iterator[bytes]:
        for number in range(1000):
            taken.append(number)
            yield b"x" * 65536

    monkeypatch.setattr(bodies, "open_message", pieces)
    text = content(alice.get(f"/message/{whole(alice).pk}/source"))
    assert text.startswith(b"x" * 2 * 2**20 + b"\n\n[Only the first 2.1 MB are shown;")
    assert len(taken) == 33
    del taken[:]
    stream = iter(alice.get(f"/message/{whole(alice).pk}/download").streaming_content)
    next(stream)
    assert len(taken) <= 2, "never whole in memory"
    assert sum(map(len, stream)) == 999 * 65536


def test_all_headers(alice: Person, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    made = whole(alice, raw=RAW.replace(b"Wren", b'"><script>alert(2)</script>'))
    with django_assert_max_num_queries(8):  # two are the session and the person
        html = alice.text(f"/message/{made.pk}/headers")
    assert '<dt>Subject</dt><dd dir="auto">Été</dd>' in html
    assert "<script>alert" not in html
    assert "alert(1)" not in html, "of the header only"


@pytest.mark.parametrize("path", ["source", "headers", "download"])
def test_other_peoples_messages_do_not_exist(alice: Person, bob: Person, path: str) -> None:
    address = f"/message/{whole(bob).pk}/{path}"
    assert alice.get(address).status_code == 404
    assert bob.get(address).status_code == 200


@pytest.mark.parametrize("path", ["source", "download"])
def test_other_sites_get_nothing(alice: Person, path: str) -> None:
    address = f"/message/{whole(alice).pk}/{path}"
    assert alice.get(address, sec_fetch_site="cross-site").status_code == 403
    assert alice.get(address, sec_fetch_site="none").status_code == 200


@pytest.mark.parametrize("path", ["source", "download"])
def test_a_server_that_does_not_answer_is_told_before_anything_begins(
    alice: Person, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(message: Message) -> Iterator[bytes]:
        raise ServerTimedOut(server="mail.example.com")
        yield b""

    monkeypatch.setattr(bodies, "open_message", silent)
    assert alice.get(f"/message/{whole(alice).pk}/{path}").status_code == 503


def test_the_ways_to_them_stand_in_the_message(alice: Person) -> None:
    made = whole(alice)
    html = alice.text(f"/message/{made.pk}/")
    assert 'aria-label="More for this message"' in html
    for path in ("source", "headers", "download"):
        assert f'href="/message/{made.pk}/{path}"' in html


def test_a_message_comes_byte_for_byte_from_the_server_and_stays_unread(
    bridge: Bridge, dovecot: Dovecot, mail_user: User
) -> None:
    raw = b"Subject: Large\r\n\r\n" + b"Line of a large letter.\r\n" * 60_000
    dovecot.append(mail_user, "INBOX", raw)
    account = account_of(mail_user)
    with dovecot.client(mail_user) as client:
        validity = client.status("INBOX")["UIDVALIDITY"]
        box = factories.mailbox(account, uid_validity=validity)
        made = factories.message(box, "Large")
        assert b"".join(bodies.open_message(made)) == raw
        assert bodies.header_of(made).startswith(b"Subject: Large\r\n")
        assert "\\Seen" not in client.flags("INBOX")[1]
