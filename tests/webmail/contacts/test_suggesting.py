"""Who is known from mail, and whom a half-typed recipient means."""

import json
import time

import pytest
from django.contrib.auth.signals import user_logged_in
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from kombu.exceptions import OperationalError

from accounts.models import Preferences
from imapbridge.models import Mailbox
from tests import factories
from tests.examples import examples
from tests.webmail.views.conftest import Person, _person
from webmail import tasks
from webmail.contacts import acquaintances, wrote_to
from webmail.contacts.folding import found_by, wanted
from webmail.contacts.ranking import HALF_LIFE, ranked
from webmail.models import Acquaintance, Contact, ContactAddress

DAY = 86_400


@pytest.fixture
def alice(db: None) -> Person:
    return _person("alice@example.com")


def known(person: Person, name: str, *addresses: str, kind: str = "person") -> Contact:
    contact = Contact.objects.create(
        user=person.user, uid=name, name=name, kind=kind, found_by=found_by([name, *addresses])
    )
    for at, address in enumerate(addresses):
        ContactAddress.objects.create(
            contact=contact, user=person.user, address=address, known_as=address.lower(), position=at
        )
    return contact


def suggested(person: Person, query: str) -> list[str]:
    answer = person.client.get("/contacts/suggest", {"q": query})
    assert answer.status_code == 200
    return [each["address"] or each["name"] for each in json.loads(answer.content)]


def count_all(person: Person) -> None:
    while acquaintances.look_through(person.account):
        pass


def test_senders_and_recipients_become_acquaintances_once(alice: Person) -> None:
    sent = factories.mailbox(alice.account, "Sent", special_use="sent")
    junk = factories.mailbox(alice.account, "Junk", special_use="junk")
    now = int(time.time())
    factories.message(alice.inbox, sender=("Wren Calloway", "wren@example.org"), sort_at=now - DAY)
    factories.message(alice.inbox, sender=("Wren Calloway", "Wren@example.org"), sort_at=now)
    factories.message(alice.inbox, sender=("List", "wrens@example.org"), list_id="x.example")
    factories.message(alice.inbox, sender=("", "no-reply@example.org"))
    factories.message(junk, sender=("Wrong", "wrong@example.org"))
    letter = factories.message(sent, sender=("Alice", "alice@example.com"), sort_at=now)
    letter.recipients = {"to": [["Tomás", "tomas@example.org"]], "cc": [["", "alice@example.com"]]}
    letter.save()
    count_all(alice)
    count_all(alice)
    found = {row.known_as: (row.name, row.sent, row.received) for row in Acquaintance.objects.all()}
    assert found == {"wren@example.org": ("Wren Calloway", 0, 2), "tomas@example.org": ("Tomás", 1, 0)}
    factories.message(alice.inbox, sender=("Wren", "wren@example.org"), sort_at=now)
    count_all(alice)
    assert Acquaintance.objects.get(known_as="wren@example.org").received == 3


def test_what_a_first_sync_still_brings_is_counted_when_it_is_there(alice: Person) -> None:
    for number in range(3):
        factories.message(alice.inbox, sender=("", f"w{number}@example.org"))
    Mailbox.objects.filter(pk=alice.inbox.pk).update(lowest_uid=3)
    count_all(alice)
    assert [row.known_as for row in Acquaintance.objects.all()] == ["w2@example.org"]
    Mailbox.objects.filter(pk=alice.inbox.pk).update(lowest_uid=1)
    count_all(alice)
    assert Acquaintance.objects.count() == 3


def test_who_is_written_to_often_and_lately_comes_first(alice: Person) -> None:
    factories.message(alice.inbox, sender=("Ann Old", "ann@old.example"), sort_at=int(time.time()) - 400 * DAY)
    factories.message(alice.inbox, sender=("Ann New", "ann@new.example"))
    count_all(alice)
    wrote_to(alice.account, [("Ann Written", "ann@written.example")])
    known(alice, "Ann Nobody", "a@nobody.example")
    assert suggested(alice, "ann") == ["ann@written.example", "ann@new.example", "a@nobody.example", "ann@old.example"]


def test_whoever_a_message_is_sent_to_is_known_at_once(alice: Person) -> None:
    sent = {"to": "Wren <wren@example.org>", "cc": "tomas@example.org", "subject": "x", "text": "y", "do": "send"}
    alice.client.post("/compose/", sent)
    assert sorted(suggested(alice, "")) == ["tomas@example.org", "wren@example.org"]


def test_a_contact_is_called_as_the_person_calls_it_and_comes_with_each_address(alice: Person) -> None:
    known(alice, "Mum", "ann.smith@example.org", "ann@work.example")
    wrote_to(alice.account, [("Ann Smith", "ANN@work.example")])
    answer = json.loads(alice.client.get("/contacts/suggest", {"q": "mum"}).content)
    assert [(each["name"], each["address"]) for each in answer] == [
        ("Mum", "ann@work.example"),
        ("Mum", "ann.smith@example.org"),
    ]
    assert json.loads(alice.client.get("/contacts/suggest", {"q": "smith"}).content)[0]["name"] == "Mum"


def test_a_group_is_its_members(alice: Person) -> None:
    group = known(alice, "Co-op", kind="group")
    group.members.add(known(alice, "Wren", "wren@example.org"), known(alice, "Mute"))
    answer = json.loads(alice.client.get("/contacts/suggest", {"q": "co-"}).content)
    assert answer == [
        {"name": "Co-op", "address": "", "kind": "group", "members": [{"name": "Wren", "address": "wren@example.org"}]}
    ]


def test_nobody_sees_whom_another_knows(alice: Person) -> None:
    bob = _person("bob@example.com")
    known(bob, "Wren", "wren@example.org")
    wrote_to(bob.account, [("Tomás", "tomas@example.org")])
    assert suggested(alice, "") == suggested(alice, "wren") == suggested(alice, "tom") == []
    assert suggested(bob, "") == ["tomas@example.org"]


def test_at_most_eight_in_a_bounded_number_of_queries(alice: Person) -> None:
    for number in range(60):
        known(alice, f"Person {number}", f"p{number}@example.org")
        known(alice, f"People {number}", kind="group").members.add(Contact.objects.filter(kind="person").first())
    wrote_to(alice.account, [("", f"p{number}@example.org") for number in range(40)])
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert len(suggested(alice, "p")) == 8
    assert len(queries) <= 10, [query["sql"] for query in queries]


def test_contacts_are_collected_only_for_who_chose_it(alice: Person) -> None:
    known(alice, "Wren", "wren@example.org")
    wrote_to(alice.account, [("Tomás", "tomas@example.org")])
    assert Contact.objects.count() == 1
    Preferences.objects.update_or_create(user=alice.user, defaults={"collects_contacts": True})
    wrote_to(alice.account, [("Tomás", "tomas@example.org"), ("", "Wren@example.org"), ("", "alice@example.com")])
    assert [(row.name, row.is_collected) for row in Contact.objects.order_by("pk")] == [
        ("Wren", False),
        ("Tomás", True),
    ]


@pytest.mark.parametrize(
    ("query", "is_found"),
    [("noor", True), ("EKLU", True), ("eklund no", True), ("noor@ex", True), ("example", True), ("jose", True),
     ("klund", False), ("noor x", False), ("", True), ("\x00", True), ("%", False), ("_", False)],
)  # fmt: skip
def test_words_are_found_by_how_they_begin(query: str, is_found: bool) -> None:
    text = found_by(["Noor José Eklund", "noor@example.com"])
    assert all(word in text for word in wanted(query)) is is_found


@settings(max_examples=examples(12))
@given(st.lists(st.tuples(st.sampled_from([1.0, 8.0]), st.floats(0, 2e9)), min_size=1, max_size=20))
def test_a_rank_grows_with_each_time_and_does_not_mind_their_order(times: list[tuple[float, float]]) -> None:
    def rank(order: list[tuple[float, float]]) -> list[float]:
        found: list[float] = []
        for weight, at in order:
            found.append(ranked(found[-1] if found else None, weight, at))
        return found

    forth, back = rank(times), rank(times[::-1])
    assert forth == sorted(forth)
    assert abs(forth[-1] - back[-1]) < 1e-6
    assert ranked(None, 8.0, HALF_LIFE * 3) == ranked(None, 1.0, HALF_LIFE * 6)


def test_who_signs_in_is_counted_for_soon(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(tasks.count_acquaintances, "apply_async", lambda given, **_options: asked.append(*given))
    cache.clear()  # she has signed in before
    user_logged_in.send(sender=None, user=alice.user, request=None)
    assert asked == [alice.account.pk]


def test_a_broker_that_is_down_keeps_nobody_out(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_arguments: object, **_options: object) -> None:
        raise OperationalError

    monkeypatch.setattr(tasks.count_acquaintances, "apply_async", down)
    cache.clear()
    tasks.count_after_sign_in(None, alice.user)
