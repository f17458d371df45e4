"""The copy in Sent: its octets stay until the mail server has it, and what the server refuses is told and kept."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import TestCase
from django.utils import timezone

from imapbridge import actions
from imapbridge.models import Entry, Mailbox, Notice, PendingChange
from imapbridge.models.change import filing_folder
from imapbridge.sync import refusals
from imapbridge.writing import writing
from tests.webmail.outbox.conftest import Sender
from webmail.compose import clearing, filing, outbox, posting
from webmail.models import Outgoing
from webmail.screen.clock import Clock
from webmail.screen.outbox import line

pytestmark = pytest.mark.servers


@pytest.fixture
def row(alice: Sender) -> Outgoing:
    """Sent, and its copy owed."""
    return alice.post(alice.send("bob@example.org", subject="Lease"))


def owed() -> PendingChange:
    return PendingChange.objects.get(kind="append", confirmed_at=None)


def look(row: Outgoing, *, later: timedelta = timedelta()) -> str:
    """What the clock makes of it."""
    Outgoing.objects.filter(pk=row.pk, copy_due_at__lte=timezone.now() + later).update(copy_due_at=timezone.now())
    with TestCase.captureOnCommitCallbacks(execute=True):
        posting.look()
    row.refresh_from_db()
    return row.copy


def refuse(row: Outgoing, code: str = "over-quota") -> None:
    """The mail server does."""
    with writing(row.account_id):
        refusals.take_back(owed(), code)
    row.refresh_from_db()


def stands(row: Outgoing) -> str:
    return line(row, Clock(timezone.get_default_timezone())).stands


@pytest.mark.parametrize("is_forgotten", [False, True])
def test_the_octets_stay_until_the_server_has_them(row: Outgoing, is_forgotten: bool) -> None:
    assert look(row) == "owed" and row.path.exists()
    path = row.path
    PendingChange.objects.update(confirmed_at=timezone.now())
    if is_forgotten:  # for minutes no clock has looked
        PendingChange.objects.all().delete()
    assert look(row) == "filed" and not row.octets and not path.exists()


def test_what_was_owed_before_there_was_filing(row: Outgoing) -> None:
    """The change has the octets itself."""
    path = row.path
    Outgoing.objects.filter(pk=row.pk).update(filing=None, state="waiting", due_at=row.due_at + timedelta(days=1))
    assert look(row) == "owed" and path.exists()  # others are to get it yet
    Outgoing.objects.filter(pk=row.pk).update(state="sent")
    look(row)
    assert not row.octets and not path.exists()


def test_what_the_server_refuses_is_kept_told_and_offered_again(alice: Sender, row: Outgoing) -> None:
    octets = row.path.read_bytes()
    refuse(row)
    assert row.copy == "held" and row.path.read_bytes() == octets
    assert not Entry.objects.filter(mailbox=alice.sent, expunged=False).exists()
    told = Notice.objects.get()
    assert (told.kind, told.code, told.subject, told.source) == ("sent-copy", "over-quota", "Lease", "Sent")
    assert outbox.waiting(alice.ids) == [row]
    assert stands(row).endswith("Your mailbox is full: make room in it, then save the copy.")
    assert look(row) == "held"
    assert look(row, later=filing.AGAIN) == "owed"
    refuse(row)
    assert Notice.objects.count() == 1  # once is enough
    assert not outbox.offer_copy([alice.account.pk + 1], row.pk)
    assert outbox.offer_copy(alice.ids, row.pk) and not outbox.offer_copy(alice.ids, row.pk)
    assert (filing_folder() / owed().file).read_bytes() == octets
    assert Entry.objects.filter(mailbox=alice.sent, expunged=False).count() == 1
    PendingChange.objects.update(confirmed_at=timezone.now())
    assert look(row) == "filed" and not outbox.waiting(alice.ids)


def test_its_person_may_do_without(alice: Sender, row: Outgoing) -> None:
    refuse(row, "too-large")
    path = row.path
    assert not outbox.forgo_copy([alice.account.pk + 1], row.pk) and path.exists()
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert outbox.forgo_copy(alice.ids, row.pk) and path.exists()
    assert not path.exists()
    assert look(row, later=filing.AGAIN) == "nowhere" and not outbox.waiting(alice.ids)


def test_the_folder_is_gone(alice: Sender, row: Outgoing) -> None:
    with writing(row.account_id):
        refusals.no_target(alice.sent)
    alice.sent.delete()
    assert look(row, later=filing.AGAIN) == "held"
    assert not Mailbox.objects.filter(name="Sent").exists()  # the clock makes none
    assert "no such folder" in stands(row)
    assert outbox.offer_copy(alice.ids, row.pk)
    assert [change.kind for change in PendingChange.objects.order_by("pk")] == ["create", "append"]


def test_a_copy_that_the_server_has_all_the_same_is_no_second_one(alice: Sender, row: Outgoing) -> None:
    place = Entry.objects.get(mailbox=alice.sent)
    PendingChange.objects.update(places={})
    refuse(row, "busy")
    Entry.objects.filter(pk=place.pk).update(uid=7)  # the next sync has found it
    assert look(row, later=filing.AGAIN) == "filed"
    assert not PendingChange.objects.exists() and not row.octets


def test_one_that_cannot_be_filed_holds_up_no_other(alice: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    full, real = alice.send("a@example.org"), actions.append_file

    def append(account_id: int, sent: int, path: Path, given: list[str]) -> int:
        if path == full.path:
            raise OSError("no space left on device")
        return real(account_id, sent, path, given)

    monkeypatch.setattr(actions, "append_file", append)
    with pytest.raises(OSError, match="no space"):
        alice.post(full)
    other = alice.post(alice.send("b@example.org"))
    Outgoing.objects.filter(pk=other.pk).update(copy="", filing=None)
    assert look(other) == "owed" and look(full) == "" and full.state == "sent" and full.path.exists()
    monkeypatch.setattr(actions, "append_file", real)
    assert look(full) == "owed"


def test_others_are_to_get_it_yet(alice: Sender) -> None:
    alice.server.refusals.recipients = {"soon@example.org": "451 4.7.1 Wait"}
    row = alice.post(alice.send("bob@example.org", "soon@example.org"))
    refuse(row)
    outbox.forgo_copy(alice.ids, row.pk)
    row.refresh_from_db()
    assert (row.state, row.copy) == ("waiting", "nowhere") and row.path.exists()
    alice.server.clear()
    assert alice.post(row).state == "sent" and not row.octets


def test_what_is_kept_is_not_swept(alice: Sender, row: Outgoing) -> None:
    refuse(row)
    long_ago = timezone.now() - 2 * clearing.KEPT
    Outgoing.objects.update(created_at=long_ago, planned_at=long_ago, dismissed=True)
    clearing.sweep()
    assert Outgoing.objects.exists() and row.path.exists()
    outbox.forgo_copy(alice.ids, row.pk)
    clearing.sweep()
    assert not Outgoing.objects.exists()
