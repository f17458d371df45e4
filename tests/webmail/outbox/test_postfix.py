"""Through a real Postfix into a real Dovecot: whole, read as it was written, and what comes back of it is told."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import MailAccount
from imapbridge import client as bridge
from imapbridge.mime.build import Composed, File, new_message_id
from imapbridge.mime.parse import Parsed, parse
from imapbridge.mime.parts import choose_body, decode_transfer
from imapbridge.models import Body, Message
from imapbridge.sync.account import sync
from imapbridge.terms.envelope import Address
from imapbridge.terms.part import Part
from tests.imapbridge.sync.conftest import account_of, point_at
from tests.servers.dovecot import Dovecot, User
from tests.servers.fixtures import running
from tests.servers.postfix import Postfix
from tests.servers.process import wait_until
from tests.servers.redis import Redis
from webmail.compose import bounces, outbox, posting
from webmail.models import Outgoing

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(os.geteuid() != 0, reason="Postfix gives up the rights of root by itself, and must have them"),
]


@pytest.fixture(scope="module")
def postfix(dovecot: Dovecot) -> Iterator[Postfix]:
    with running(Postfix(dovecot)) as server:
        yield server


@pytest.fixture
def alice(
    settings: Any, dovecot: Dovecot, postfix: Postfix, redis_server: Redis, transactional_db: None,
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[User, MailAccount]:  # fmt: skip
    point_at(settings, dovecot, redis_server)
    settings.ENV = replace(settings.ENV, smtp_host="localhost", smtp_port=postfix.port, smtp_security="starttls")
    monkeypatch.setattr(bridge, "replay", lambda _account: None)
    monkeypatch.setattr(posting, "_ask", lambda pk, seconds=0: None)
    user = dovecot.user()
    account = account_of(user)
    sync(account.pk)
    return user, account


def letter(user: User, bob: User, path: Path) -> Composed:
    size = path.stat().st_size
    image, file = File(path, size, "i.png", "image/png", "i1@x"), File(path, size, "grüße.bin", "application/zip")
    return Composed(
        message_id=new_message_id("example.org"), date=timezone.now(), from_=Address("Älice", user.address),
        to=(Address("Bob", bob.address), Address("", "nobody+=tag@example.org")), cc=(Address("", user.address),),
        bcc=(Address("", "nobody-else@example.org"),), subject="Größe 日本 =?utf-8?q?x?=",
        text="Hello\n.\n> quoted\n" + "long " * 60, html='<p>Hellö <img src="cid:i1@x">', inline=(image,),
        files=(file,),
    )  # fmt: skip


def whole(dovecot: Dovecot, user: User, mailbox: str = "INBOX") -> list[bytes]:
    with dovecot.client(user) as phone:
        return [phone.raw(mailbox, uid) for uid in phone.uids(mailbox)]


def test_there_and_back(alice: tuple[User, MailAccount], dovecot: Dovecot, tmp_path: Path) -> None:
    (user, account), bob = alice, dovecot.user()
    (tmp_path / "file").write_bytes(os.urandom(1_000_000))
    composed = letter(user, bob, tmp_path / "file")
    row = outbox.send(account, composed, due_at=timezone.now(), dsn=True)
    written = row.path.read_bytes()
    posting.post(row.pk)
    wait_until(lambda: whole(dovecot, bob) and _told_of(whole(dovecot, user)) == 4, "the letter, and what came back")
    [came] = whole(dovecot, bob)
    assert came.endswith(written[row.private :]) and b"nobody-else" not in came
    _reads_as_it_was_written(account_of(bob), parse(came), composed)
    sync(account.pk)
    assert whole(dovecot, user, "Sent") == [written]
    _what_came_back_is_told(account, row, whole(dovecot, user))


def test_letters_of_any_script(alice: tuple[User, MailAccount], postfix: Postfix) -> None:
    """SMTPUTF8 (RFC 6531): addresses as people write them, in the envelope and in the header."""
    user, account = alice
    one = Composed(
        message_id=new_message_id("example.org"), date=timezone.now(), from_=Address("Älice", user.address),
        to=(Address("Jörg", "jörg@utf8.example"), Address("", '"用 户"@utf8.example')), subject="Grüße", text="日本\n.",
    )  # fmt: skip
    row = outbox.send(account, one, due_at=timezone.now(), dsn=True)
    written = row.path.read_bytes()
    posting.post(row.pk)
    row.refresh_from_db()
    assert [each["state"] for each in row.recipients] == ["accepted", "accepted"]
    wait_until(lambda: len(postfix.utf8_letters()) == 2, "both")
    assert all(raw.replace(b"\n", b"\r\n").endswith(written) for raw in postfix.utf8_letters())


def _reads_as_it_was_written(bob: MailAccount, came: Parsed, composed: Composed) -> None:
    sync(bob.pk)
    message = Message.objects.get(account=bob)
    assert (message.subject, message.sender_name) == (composed.subject, "Älice")
    assert message.recipients["to"][0] == ["Bob", composed.to[0].address]
    choice = choose_body(Part.from_json(message.structure))
    [shown] = choice.shown
    assert decode_transfer(came.body_of(shown.section), shown.encoding).decode().strip() == composed.html
    assert [part.content_id for part in choice.related] == ["i1@x"]
    assert [part.filename for part in choice.attached] == ["grüße.bin"]
    for part, file in zip((*choice.related, *choice.attached), (*composed.inline, *composed.files), strict=True):
        assert decode_transfer(came.body_of(part.section), part.encoding) == file.path.read_bytes()


def _told_of(inbox: list[bytes]) -> int:
    """Recipients that all reports together tell of."""
    return sum(raw.count(b"\nFinal-Recipient:") for raw in inbox)


def _what_came_back_is_told(account: MailAccount, row: Outgoing, inbox: list[bytes]) -> None:
    reports = [parse(raw) for raw in inbox if b"multipart/report" in raw]
    for parsed in reports:
        message = Message.objects.get(account=account, message_id=parsed.header("Message-ID").decode().strip())
        Body.objects.bulk_create(
            Body(message=message, section=part.section, data=parsed.body_of(part.section))
            for part in parsed.root.walk()
            if not part.is_multipart
        )
    assert bounces.look(account.pk) == len(reports)
    row.refresh_from_db()
    fates = {one["address"]: (one["state"], one["code"]) for one in row.recipients}
    gone = {name: fates.pop(name) for name in ("nobody+=tag@example.org", "nobody-else@example.org")}
    assert set(gone.values()) == {("failed", "5.1.1")}
    assert set(fates.values()) == {("relayed", "2.0.0")}  # it was asked for, and LMTP tells no more
