"""Sounds and films, and the ranges that a player asks for."""

import base64
import random
from typing import Any

import pytest

from imapbridge.models import Message
from imapbridge.terms.part import Part
from tests import factories
from tests.servers.bridge import Bridge, account_of
from tests.servers.dovecot import Dovecot, User
from tests.webmail.views.conftest import Person
from tests.webmail.views.test_parts import content, with_part
from webmail import csp
from webmail.views import playing

SOUND = b"ID3\x04" + random.Random(7).randbytes(9000)


def play(person: Person, data: bytes = SOUND, range_: str = "", encoding: str = "base64") -> Any:
    """The answer for a part with this content, to a player that asks for this range."""
    part = Part("2", "audio/mpeg", encoding=encoding, size=len(encoded(data, encoding)), filename="talk.mp3")
    made = factories.message(person.inbox, text="Hi", structure=Part("", "multipart/mixed", parts=(part,)))
    made.bodies.create(section="2", data=encoded(data, encoding))
    return person.get(f"/message/{made.pk}/part/2?play", **({"Range": range_} if range_ else {}))


def encoded(data: bytes, encoding: str) -> bytes:
    return base64.encodebytes(data).replace(b"\n", b"\r\n") if encoding == "base64" else data


@pytest.mark.parametrize("encoding", ["base64", "binary"])
def test_a_sound_is_played_whole(alice: Person, encoding: str) -> None:
    answer = play(alice, encoding=encoding)
    assert answer.status_code == 200
    assert content(answer) == SOUND
    assert answer.headers["Content-Type"] == "audio/mpeg"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Content-Length"] == str(len(SOUND))
    assert answer.headers["Content-Disposition"] == 'inline; filename="talk.mp3"'
    assert answer.headers[csp.HEADER] == csp.attachment()
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("encoding", ["base64", "binary"])
@pytest.mark.parametrize(
    ("range_", "start", "end"), [("bytes=0-", 0, 9004), ("bytes=57-57", 57, 58), ("bytes=5000-5999", 5000, 6000),
                                 ("bytes=-4", 9000, 9004), ("bytes=9003-99999", 9003, 9004)],
)  # fmt: skip
def test_a_range_of_it(alice: Person, range_: str, start: int, end: int, encoding: str) -> None:
    answer = play(alice, range_=range_, encoding=encoding)
    assert answer.status_code == 206
    assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/9004"
    assert answer.headers["Content-Length"] == str(end - start)
    assert content(answer) == SOUND[start:end]


def test_a_range_after_the_end(alice: Person) -> None:
    answer = play(alice, range_="bytes=9004-")
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == "bytes */9004"


def test_what_has_no_countable_places_is_played_whole(alice: Person) -> None:
    data = b"ID3\x04" + b"plain octets" * 50
    answer = play(alice, data, "bytes=10-20", "quoted-printable")
    assert answer.status_code == 200
    assert "Accept-Ranges" not in answer.headers
    assert content(answer) == data


@pytest.mark.parametrize("hostile", [b"<html><script>alert(1)</script>", b"<svg onload=alert(1)>", b"%PDF-1.4", b""])
def test_anything_else_is_saved(alice: Person, hostile: bytes) -> None:
    answer = alice.get(f"{with_part(alice, hostile, 'audio/mpeg', 'x.mp3')}?play", **{"Range": "bytes=0-"})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert content(answer) == hostile


def test_what_was_learnt_is_kept(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"{with_part(alice, SOUND, 'audio/mpeg', 'talk.mp3')}?play"
    first = content(alice.get(address))
    monkeypatch.setattr(playing, "_learnt", lambda message, part: pytest.fail("learnt twice"))
    assert content(alice.get(address)) == first == SOUND


def test_ranges_are_read_from_the_server_at_their_place(bridge: Bridge, dovecot: Dovecot, mail_user: User) -> None:
    film = b"\x00\x00\x00\x20ftypisom" + random.Random(3).randbytes(3_000_000)
    body = base64.encodebytes(film).replace(b"\n", b"\r\n")
    head = b"Subject: Film\r\nContent-Type: video/mp4\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    dovecot.append(mail_user, "INBOX", head + body)
    with dovecot.client(mail_user) as client:
        box = factories.mailbox(account_of(mail_user), uid_validity=client.status("INBOX")["UIDVALIDITY"])
    part = Part("1", "video/mp4", encoding="base64", size=len(body))
    made: Message = factories.message(box, structure=part)
    found = playing.playable(made, part)
    assert found is not None
    assert found.layout is not None
    assert found.layout.size == len(film)
    for start, end in ((0, 10), (1_999_999, 2_100_001), (len(film) - 1, len(film))):
        taken = b"".join(playing._octets(made, part, found.layout, playing.Wanted(start, end)))
        assert taken == film[start:end]
