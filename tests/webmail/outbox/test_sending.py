"""Handing over: what goes over the wire, and what is made of the server's answers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts import secrets
from accounts.models import MailAccount
from imapbridge import submit
from imapbridge.mime.build import File
from imapbridge.models import Entry, PendingChange, ThreadRef
from imapbridge.submit.link import stuffed
from imapbridge.terms import flags
from imapbridge.terms.envelope import Address
from imapbridge.terms.refs import digest
from tests import factories
from tests.servers.process import free_ports
from tests.servers.smtp import SmtpServer
from tests.webmail.outbox.conftest import Sender
from webmail.compose import outbox, posting
from webmail.compose.receipts import receipt
from webmail.compose.redirecting import Resent
from webmail.models import Draft, Outgoing
from webmail.screen.clock import Clock
from webmail.screen.outbox import line

pytestmark = pytest.mark.servers


def fates(row: Outgoing) -> dict[str, str]:
    return {one["address"].partition("@")[0]: one["state"] for one in row.recipients}


def test_it_arrives_as_it_was_written_and_once(alice: Sender, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"\r\n.\r\n" * 50_000)
    file = File(tmp_path / "file", 250_000, "grüße.bin", "application/octet-stream")
    one = alice.composed("bob@example.org", bcc=(Address("", "eve@example.org"),), files=(file,))
    row = outbox.send(alice.account, one, due_at=timezone.now())
    again = outbox.send(alice.account, one, due_at=timezone.now())
    assert again.pk == row.pk
    kept = row.path.read_bytes()
    assert alice.post(row).state == "sent"
    alice.post(row)
    [taken] = alice.server.received
    assert taken.raw == kept[row.private :] and b"eve@" not in taken.raw
    assert taken.login == "alice@example.com" and taken.sender == "alice@example.com"
    assert alice.got() == [["bob@example.org", "eve@example.org"]]
    [attached] = taken.message.iter_attachments()
    assert attached.get_content() == b"\r\n.\r\n" * 50_000 and attached.get_filename() == "grüße.bin"


def test_the_rest_follows_once(alice: Sender) -> None:
    original = factories.message(alice.inbox)
    ThreadRef.objects.create(account=alice.account, ref=digest(original.message_id), thread=original.thread)
    draft = Draft.objects.create(account=alice.account, message_id="<one@example.com>")
    row = alice.send(
        "bob@example.org", message_id=draft.message_id, draft=draft, bcc=(Address("", "eve@example.org"),),
        answers={"kind": "reply", "message_id": original.message_id},
    )  # fmt: skip
    draft.refresh_from_db()
    assert draft.outgoing == row.pk
    alice.post(row)
    assert row.state == "sent" and row.copy == "owed"
    filed = PendingChange.objects.get(kind="append")
    assert filed.mailbox == alice.sent and filed.add == [flags.SEEN]
    listed = Entry.objects.get(mailbox=alice.sent)
    assert listed.seen and listed.message.message_id == "<one@example.com>"
    assert listed.message.recipients["bcc"] == [["", "eve@example.org"]]
    assert Entry.objects.get(message=original).answered
    assert not Draft.objects.exists()
    posting.look()
    assert PendingChange.objects.filter(kind="append").count() == 1


def test_no_copy_where_the_server_files_it(alice: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    row = alice.send("bob@example.org")
    monkeypatch.setattr("webmail.compose.filing._is_filed_by_server", lambda _address: True)
    assert alice.post(row).copy == "server"
    assert not PendingChange.objects.exists() and not row.octets


def test_a_mailbox_for_what_was_sent_is_made(alice: Sender) -> None:
    alice.sent.delete()
    assert alice.post(alice.send("bob@example.org")).copy == "owed"
    assert [change.kind for change in PendingChange.objects.order_by("pk")] == ["create", "append"]


def test_each_recipient_has_an_answer_of_its_own(alice: Sender) -> None:
    alice.server.refusals.recipients = {
        "no@example.org": "550 5.1.1 No such user",
        "soon@example.org": "451 4.7.1 Wait",
    }
    row = alice.post(alice.send("bob@example.org", "no@example.org", "soon@example.org"))
    assert fates(row) == {"bob": "accepted", "no": "refused", "soon": ""}
    assert (row.recipients[1]["code"], row.recipients[1]["said"]) == ("5.1.1", "No such user")
    assert row.state == "waiting" and row.begun and row.copy == "owed"
    told = line(row, Clock(timezone.get_default_timezone()))
    assert [one.what for one in told.told] == ["no@example.org did not get it.", "soon@example.org has not got it yet."]
    assert "wants it later: “Wait” Some have got it already. It is tried again on" in told.stands
    alice.server.refusals.recipients = {}
    row = alice.post(row)
    assert row.state == "partly" and fates(row)["soon"] == "accepted"
    assert alice.got() == [["bob@example.org"], ["soon@example.org"]]
    assert PendingChange.objects.filter(kind="append").count() == 1


@pytest.mark.parametrize(
    ("refusals", "state"),
    [
        ({"data": "554 5.7.1 Spam"}, "refused"),
        ({"data": "451 4.3.0 Later"}, "waiting"),
        ({"sender": "550 5.7.1 Not you"}, "refused"),
        ({"sender": "421 4.3.2 Going down"}, "waiting"),
        ({"login": "535 5.7.8 No"}, "waiting"),
        ({"login": "454 4.7.0 Later"}, "waiting"),
    ],
)
def test_nobody_gets_what_is_refused(alice: Sender, refusals: dict[str, str], state: str) -> None:
    vars(alice.server.refusals).update(refusals)
    draft = Draft.objects.create(account=alice.account, message_id="<one@example.com>")
    row = alice.post(alice.send("bob@example.org", draft=draft, message_id=draft.message_id))
    assert row.state == state and not alice.got() and not row.begun
    draft.refresh_from_db()
    assert draft.outgoing == (row.pk if state == "waiting" else None)
    assert row.path.exists()
    if state == "waiting":
        assert row.due_at > timezone.now()
        alice.server.clear()
        outbox.send_now(alice.ids, row.pk)
        assert alice.post(row).state == "sent" and len(alice.got()) == 1
    else:
        taken = outbox.edit(alice.ids, row.pk)
        assert taken and taken.draft == draft and not taken.octets


def test_a_refused_password_is_told_and_ends_nothing_else(alice: Sender) -> None:
    alice.server.refusals.login = "535 5.7.8 No"
    row = alice.post(alice.send("bob@example.org"))
    assert row.problem == "sign-in-refused" and row.due_at > timezone.now() + timedelta(minutes=9)
    assert not MailAccount.objects.get(pk=alice.account.pk).refused


@pytest.mark.parametrize("mended", ["signs in again", "says so"])
def test_a_refused_password_is_not_tried_again_by_itself(alice: Sender, mended: str) -> None:
    alice.server.refusals.login = "535 5.7.8 No"
    row, other = alice.post(alice.send("bob@example.org")), alice.send("eve@example.org")
    alice.server.clear()
    assert [alice.post(one).problem for one in (row, other)] == ["sign-in-refused"] * 2
    assert not alice.server.seen
    if mended == "says so":
        assert outbox.send_now(alice.ids, row.pk)
    else:
        secrets.seal(alice.account, "neu")
        alice.account.save()
    assert [alice.post(one).state for one in (row, other)] == ["sent", "sent"]


def test_what_the_server_cannot_carry_is_not_begun(alice: Sender) -> None:
    alice.server.refusals.lacks = frozenset({"SMTPUTF8"})
    row = alice.post(alice.send("jörg@example.org"))
    assert row.state == "refused" and row.recipients[0]["code"] == "5.6.7"
    alice.server.refusals.lacks = frozenset()
    assert alice.post(alice.send("jörg@example.org")).state == "sent"
    assert any(line.startswith("MAIL") and "SMTPUTF8" in line for line in alice.server.seen)


def test_the_limit_is_known_after_the_first_time(alice: Sender) -> None:
    assert submit.limit(alice.account.pk) == 0
    submit.learn_limit(alice.account.pk)
    assert submit.limit(alice.account.pk) == 64 << 20
    big = replace(_letter(alice), size=65 << 20)
    assert submit.submit(alice.account.pk, big, ending=lambda: True)["bob@example.org"].status == "5.3.4"
    assert not alice.server.seen[-1].startswith("MAIL")


def _letter(alice: Sender) -> submit.Letter:
    row = alice.send("bob@example.org")
    return submit.Letter("alice@example.com", ("bob@example.org",), row.path, 0, row.size)


def test_what_is_asked_of_delivery(alice: Sender) -> None:
    alice.post(alice.send("bob+x@example.org", message_id="<abc@example.com>", dsn=True))
    alice.post(alice.send("bob@example.org"))
    mail, rcpt, _, second = [line for line in alice.server.seen if line[:4] in ("MAIL", "RCPT")]
    assert "RET=HDRS" in mail and "ENVID=ABC" in mail
    assert rcpt.endswith("NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=RFC822;BOB+2BX@EXAMPLE.ORG")
    assert "NOTIFY" not in second


def test_many_recipients_are_all_named(alice: Sender) -> None:
    people = [f"p{number}@example.org" for number in range(120)]
    assert alice.post(alice.send(*people)).state == "sent"
    assert alice.got() == [sorted(people)]


@pytest.mark.threat("D3")
@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_the_link_is_private_and_verified(
    new_sender: Callable[..., Sender], smtp_server: SmtpServer, settings: Any, security: str
) -> None:
    port = smtp_server.tls_port if security == "tls" else smtp_server.port
    alice = new_sender(port=port, security=security)
    row = alice.send("bob@example.org")
    trusting, settings.ENV = settings.ENV, replace(settings.ENV, tls_ca_file="")
    assert alice.post(row).problem == "certificate-refused"
    settings.ENV = trusting
    assert alice.post(row).state == "sent"


@pytest.mark.threat("D3")
def test_a_server_without_tls_is_told_nothing(alice: Sender) -> None:
    alice.server.refusals.lacks = frozenset({"STARTTLS"})
    assert alice.post(alice.send("bob@example.org")).problem == "not-private"
    assert alice.server.seen and not any("AUTH" in line for line in alice.server.seen)


def test_a_server_that_is_away_is_tried_for_days_and_then_no_more(new_sender: Callable[..., Sender]) -> None:
    alice = new_sender(port=free_ports(1)[0])
    row = alice.post(alice.send("bob@example.org"))
    pauses = []
    for _ in range(8):
        pauses.append(round((row.due_at - timezone.now()).total_seconds() / 60))
        row = alice.post(row)
    assert pauses == [1, 2, 5, 10, 20, 30, 60, 60] and row.problem == "unreachable"
    Outgoing.objects.filter(pk=row.pk).update(planned_at=timezone.now() - timedelta(days=4))
    row.refresh_from_db()
    assert alice.post(row).state == "refused"


def test_so_many_and_no_more(alice: Sender, settings: Any) -> None:
    settings.ENV = replace(settings.ENV, send_limit=2)
    alice.send("a@example.org", "b@example.org")
    with pytest.raises(outbox.TooMany):
        alice.send("c@example.org")
    assert Outgoing.objects.count() == 1


@pytest.mark.parametrize("cut", [1, 2, 3, 5, 1000])
def test_dots_are_stuffed_wherever_it_is_cut(cut: int) -> None:
    raw = b".a\r\n.\r\n..b\r\nc.\r\n.d"
    pieces = (raw[at : at + cut] for at in range(0, len(raw), cut))
    assert b"".join(stuffed(pieces)) == b"..a\r\n..\r\n...b\r\nc.\r\n..d\r\n"


@pytest.mark.parametrize(
    ("refused", "state", "senders"),
    [
        ({}, "sent", [""]),
        ({"MAIL": "553 5.7.1 Sender not yours"}, "sent", ["alice@example.com"]),
        ({"RCPT": "553 5.7.1 Sender not yours"}, "sent", ["alice@example.com"]),
        ({"RCPT": "451 4.7.1 Wait"}, "waiting", []),
    ],
)
def test_a_receipt_comes_from_nobody_where_the_server_takes_that(
    alice: Sender, refused: dict[str, str], state: str, senders: list[str]
) -> None:
    alice.server.refusals.nobody = refused
    me = Address("Alice", alice.account.address)
    row = outbox.send(
        alice.account, receipt("bob@example.org", me, "Hello", "<1@example.org>", timezone.now()), due_at=timezone.now()
    )
    assert row.sender == "" and alice.post(row).state == state
    assert [one.sender for one in alice.server.received] == senders


def test_a_message_is_passed_on(alice: Sender) -> None:
    came = b"Return-Path: <x@y.org>\nFrom: Wren <wren@y.org>\nTo: alice@example.com\n\nHello\n.\n"
    resent = Resent(
        "<r1@example.com>", timezone.now(), Address("Alice", alice.account.address), (Address("", "c@z.org"),)
    )
    row = alice.post(outbox.pass_on(alice.account, resent, [came], subject="Hello"))
    assert row.state == "sent"
    (got,) = alice.server.received
    assert (got.sender, got.recipients) == (alice.account.address, ["c@z.org"])
    assert got.raw.startswith(b"Resent-From: Alice <alice@example.com>\r\n")
    assert got.raw.endswith(b"From: Wren <wren@y.org>\r\nTo: alice@example.com\r\n\r\nHello\r\n.\r\n")
