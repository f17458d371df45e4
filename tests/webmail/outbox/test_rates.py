"""Limits on sending: what is over them waits and goes later, and the operator is told."""

from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEntry, MailDomain
from tests import factories
from tests.webmail.outbox.conftest import Sender
from webmail.compose import outbox, posting, rates, uploads
from webmail.models import Draft, Outgoing, SendingTally
from webmail.screen.clock import Clock
from webmail.screen.outbox import line
from webmail.views import sending


def limit(**values: int) -> None:
    MailDomain.objects.filter(name="example.com").update(**values)


def test_what_is_over_the_limit_waits_and_goes_by_itself(alice: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = alice.send("a@example.org", "b@example.org"), alice.send("c@example.org")
    limit(person_recipients_per_hour=2)
    assert alice.post(one).state == "sent"
    waits = alice.post(other)
    assert (waits.state, waits.problem, waits.attempts, waits.counted) == ("waiting", "sending-limit", 0, False)
    minutes = (waits.due_at - timezone.now()).total_seconds() / 60
    assert 59 < minutes <= 65
    clock = Clock(timezone.get_default_timezone())
    assert "As much was sent as may be for now. This goes by itself on" in line(waits, clock).stands
    hour = waits.due_at.timestamp() + 1
    monkeypatch.setattr(rates, "time", SimpleNamespace(time=lambda: hour))
    assert alice.post(waits).state == "sent"
    entry = AuditEntry.objects.get()
    assert (entry.kind, entry.user_id, entry.address) == ("sending-limited", alice.account.user_id, "alice@example.com")
    assert (entry.facts["whose"], entry.facts["people"]) == ("person", 1)


def test_a_message_is_counted_once_however_often_it_is_tried(new_sender: Callable[..., Sender]) -> None:
    alice = new_sender(port=9)
    limit(person_messages_per_hour=1)
    row = alice.send("a@example.org")
    for _ in range(3):
        row = alice.post(row)
    assert (row.problem, row.attempts) == ("unreachable", 3)
    assert [sum(slot[0] for slot in tally.slots.values()) for tally in SendingTally.objects.all()] == [1]


def test_what_waited_long_for_a_limit_is_not_given_up_at_once(new_sender: Callable[..., Sender]) -> None:
    alice = new_sender(port=9)
    row = alice.send("a@example.org")
    waited = {"planned_at": timezone.now() - timedelta(days=4), "problem": Outgoing.LIMITED}
    Outgoing.objects.filter(pk=row.pk).update(**waited)
    assert alice.post(row).state == "waiting"


def test_the_limit_of_the_domain_is_everybodys(alice: Sender) -> None:
    bob = Sender(factories.person("bob@example.com", secret="x")[1], alice.inbox, alice.sent, alice.server)
    limit(domain_messages_per_day=1)
    assert alice.post(alice.send("a@example.org")).state == "sent"
    with pytest.raises(outbox.TooMany) as told:
        bob.send("a@example.org")
    assert told.value.refusal.of_domain
    planned = bob.send("a@example.org", due_at=timezone.now() + timedelta(days=1))
    assert posting.take(planned.pk) is None
    assert bob.post(planned).problem == "sending-limit"


def test_what_is_said_before_it_is_handed_over(alice: Sender) -> None:
    draft = Draft.objects.create(account=alice.account, to="a@example.org, b@example.org", subject="x", text="x")
    clock = Clock(timezone.get_default_timezone())

    def said(at: Any = None) -> str:
        return " ".join(one.text for one in sending.problems(draft, {"file", "subject"}, at, clock))

    assert said() == ""
    limit(recipients_per_message=1)
    assert "One message may go to 1 person at most" in said()
    limit(recipients_per_message=0, person_recipients_per_day=1, domain_recipients_per_hour=1)
    assert "You may write to 1 person within a day. Write to the others later, or ask your host" in said()
    limit(person_recipients_per_day=0)
    assert "Within an hour your domain may write to 1 person." in said(timezone.now() + timedelta(hours=3))
    limit(domain_recipients_per_hour=0, person_messages_per_day=1)
    alice.send("a@example.org")
    assert "You have sent as much as you may for now. You can send again from" in said()
    assert said(timezone.now() + timedelta(hours=3)) == ""


def test_unusually_much_is_told_once(alice: Sender) -> None:
    for _ in range(2):
        alice.post(alice.send(*(f"a{number}@example.org" for number in range(31))))
    entry = AuditEntry.objects.get()
    assert (entry.kind, entry.facts) == ("sending-burst", {"whose": "person", "people": 31, "usual": 0})


def test_files_and_messages_are_as_large_as_the_domain_allows(alice: Sender) -> None:
    draft = Draft.objects.create(account=alice.account)
    limit(message_megabytes=3, upload_megabytes=2, storage_megabytes=3)
    assert posting.limit(alice.account.pk) == 3 * 2**20
    uploads.begin(draft, "a", "text/plain", 2 * 2**20)
    with pytest.raises(uploads.TooMuch):
        uploads.begin(draft, "b", "text/plain", 2 * 2**20 - 1)
    limit(storage_megabytes=0)
    with pytest.raises(uploads.TooMuch):
        uploads.begin(draft, "b", "text/plain", 2 * 2**20 + 1)
    uploads.begin(draft, "b", "text/plain", 2 * 2**20)
    limit(upload_megabytes=0)
    uploads.begin(draft, "c", "text/plain", 200 * 2**20)


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_of_many_workers_at_once_none_gets_past_the_limit(new_sender: Callable[..., Sender]) -> None:
    alice = new_sender()
    rows = [alice.send("a@example.org") for _ in range(6)]
    limit(person_messages_per_hour=2)
    Outgoing.objects.update(due_at=timezone.now())
    taken: list[Outgoing | None] = []

    def work(pk: int) -> None:
        try:
            taken.append(posting.take(pk))
        finally:
            connection.close()

    threads = [Thread(target=work, args=(row.pk,)) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([one for one in taken if one is not None]) == 2
    assert Outgoing.objects.filter(state="waiting", problem="sending-limit").count() == 4
