"""Whoever dies, and whenever: nobody gets a message twice, none is lost, and what is not known is said."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from imapbridge import submit
from imapbridge.mime.build import File
from imapbridge.models import PendingChange
from tests.webmail.outbox.conftest import Sender
from webmail.compose import afterwards, clearing, filing, outbox, posting, rates
from webmail.models import Draft, Outgoing

pytestmark = pytest.mark.servers


class Killed(BaseException):
    """The worker is no more."""


def killing(where: Any, name: str, monkeypatch: pytest.MonkeyPatch, *, before: bool) -> None:
    """The next one that comes there dies, before or after it has done it."""
    real: Callable[..., Any] = getattr(where, name)

    def dies(*args: Any, **kwargs: Any) -> None:
        monkeypatch.setattr(where, name, real)
        if not before:
            real(*args, **kwargs)
        raise Killed

    monkeypatch.setattr(where, name, dies)


# (where, what, before it or after it) -> state after the clock has found it, how often it arrived
STEPS = [
    (posting, "take", False, "sent", 1),
    (rates, "claim", True, "sent", 1),
    (rates, "claim", False, "sent", 1),
    (submit, "submit", True, "sent", 1),
    (posting, "_is_ending", True, "sent", 1),
    (posting, "_is_ending", False, "unknown", 0),
    (submit, "submit", False, "unknown", 1),
    (posting, "answered", True, "unknown", 1),
    (posting, "_conclude", False, "unknown", 1),
    (afterwards, "see_to", True, "sent", 1),
    (filing, "file", True, "sent", 1),
    (filing, "file", False, "sent", 1),
    (afterwards, "_end_draft", True, "sent", 1),
    (clearing, "drop_octets", True, "sent", 1),
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("where", "name", "before", "state", "arrived"), STEPS)
def test_a_worker_is_killed(
    alice: Sender, monkeypatch: pytest.MonkeyPatch, where: Any, name: str, before: bool, state: str, arrived: int
) -> None:
    draft = Draft.objects.create(account=alice.account, message_id="<one@example.com>")
    row = alice.send("bob@example.org", draft=draft)
    killing(where, name, monkeypatch, before=before)
    with pytest.raises(Killed):
        alice.post(row)
    posting.post(row.pk)  # the broker gives the task to another one
    row = alice.later(row)
    assert (row.state, len(alice.got())) == (state, arrived)
    posting.look()
    row.refresh_from_db()
    assert (row.copy, Draft.objects.count()) == (("owed", 0) if state == "sent" else ("", 1))
    if state == "unknown":
        _a_person_decides(alice, row, arrived)


@pytest.mark.django_db(transaction=True)
def test_the_database_is_away_when_the_server_has_answered(alice: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    real, tried = posting.answered, list[object]()

    def away(*given: Any) -> None:
        tried.append(given)
        if len(tried) < 3:
            raise OperationalError
        real(*given)

    monkeypatch.setattr(posting, "answered", away)
    monkeypatch.setattr(posting, "AWAY", (0, 0, 0))
    row = alice.post(alice.send("bob@example.org"))
    assert (row.state, row.copy, len(alice.got()), len(tried)) == ("sent", "owed", 1, 3)


def _a_person_decides(alice: Sender, row: Outgoing, arrived: int) -> None:
    """Nothing is sent by itself; what is sent is what its person says."""
    alice.later(row)
    assert len(alice.got()) == arrived
    if arrived:
        assert outbox.arrived(alice.ids, row.pk)
        posting.look()
    else:
        assert outbox.send_again(alice.ids, row.pk)
        alice.post(row)
    row.refresh_from_db()
    assert (row.state, row.copy, len(alice.got())) == ("sent", "owed", 1)
    assert not outbox.send_again(alice.ids, row.pk) and not outbox.arrived(alice.ids, row.pk)


def test_the_server_goes_away_before_it_answers(alice: Sender) -> None:
    alice.server.refusals.dies = "reply"
    row = alice.post(alice.send("bob@example.org"))
    assert (row.state, len(alice.got())) == ("unknown", 1)
    row = alice.later(row)
    assert (row.state, len(alice.got())) == ("unknown", 1)
    assert row.path.exists() and row in outbox.waiting(alice.ids)


def test_the_server_goes_away_in_the_middle(alice: Sender, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 6_000_000)
    file = File(tmp_path / "file", 6_000_000, "a.bin", "application/octet-stream")
    alice.server.refusals.dies = "data"
    row = alice.post(alice.send("bob@example.org", files=(file,)))
    assert (row.state, row.problem, row.begun) == ("waiting", "unreachable", False)
    assert alice.post(row).state == "sent" and len(alice.got()) == 1


def test_no_answer_in_time(alice: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imapbridge.submit.link.LAST", 0.05)
    alice.server.refusals.delay = 0.5
    assert alice.post(alice.send("bob@example.org")).state == "unknown"


def test_one_who_was_thought_dead_still_tells_what_it_knows(alice: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    row = alice.send("bob@example.org")
    real = posting.answered

    def late(mine: Outgoing, replies: Any) -> None:
        alice.later(mine)
        assert Outgoing.objects.get(pk=mine.pk).state == "unknown"
        real(mine, replies)

    monkeypatch.setattr(posting, "answered", late)
    assert alice.post(row).state == "sent"


def test_one_whose_message_was_taken_over_sends_nothing(alice: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    row = alice.send("bob@example.org")
    real = posting._is_ending

    def slow(mine: Outgoing) -> bool:
        monkeypatch.setattr(posting, "_is_ending", real)
        alice.later(row)  # another one has sent it meanwhile
        return real(mine)

    monkeypatch.setattr(posting, "_is_ending", slow)
    assert alice.post(row).state == "sent" and len(alice.got()) == 1


def test_taking_back(alice: Sender) -> None:
    draft = Draft.objects.create(account=alice.account, message_id="<one@example.com>")
    row = alice.send("bob@example.org", draft=draft, message_id=draft.message_id, due_at=timezone.now())
    assert outbox.undo([alice.account.pk + 1], row.pk) is None
    assert outbox.undo(alice.ids, row.pk) and not outbox.undo(alice.ids, row.pk)
    draft.refresh_from_db()
    assert draft.outgoing is None
    assert alice.post(row).state == "taken-back" and not alice.got()
    again = alice.send("bob@example.org", draft=draft, message_id=draft.message_id)
    assert alice.post(again).state == "sent" and outbox.undo(alice.ids, again.pk) is None


def test_those_that_have_not_got_it_need_not(alice: Sender) -> None:
    alice.server.refusals.recipients = {"soon@example.org": "451 4.7.1 Wait"}
    row = alice.post(alice.send("bob@example.org", "soon@example.org"))
    assert outbox.undo(alice.ids, row.pk) is None
    assert outbox.cancel(alice.ids, row.pk)
    row.refresh_from_db()
    assert row.state == "partly"
    assert outbox.dismiss(alice.ids, row.pk) and not outbox.waiting(alice.ids)


def test_what_ended_is_forgotten_and_files_with_it(alice: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    row = alice.post(alice.send("bob@example.org"))
    PendingChange.objects.update(confirmed_at=timezone.now())
    posting.look()
    waiting = alice.send("eve@example.org")
    stray = waiting.path.with_name("stray")
    stray.write_bytes(b"")
    monkeypatch.setattr(clearing, "ORPHANED", -10)
    Outgoing.objects.update(
        created_at=timezone.now() - 2 * clearing.KEPT, planned_at=timezone.now() - 2 * clearing.KEPT
    )
    clearing.sweep()
    assert list(Outgoing.objects.all()) == [waiting]
    assert waiting.path.exists() and not stray.exists() and row.state == "sent"
