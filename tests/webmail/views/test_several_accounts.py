"""Alice has two accounts: which one a page is about, and that what is done goes to the right one."""

import pytest

from accounts.models import MailAccount
from imapbridge.models import Entry, Mailbox, PendingChange
from tests import factories
from tests.webmail.views.conftest import Person


@pytest.fixture
def fair(alice: Person) -> MailAccount:
    return factories.another(alice.user)


@pytest.fixture
def fair_inbox(fair: MailAccount) -> Mailbox:
    return factories.mailbox(fair)


def test_the_account_that_was_looked_at_is_the_one_of_the_next_page(alice: Person, fair_inbox: Mailbox) -> None:
    assert alice.get("/").headers["Location"] == f"/mailbox/{alice.inbox.pk}/"
    assert alice.get(f"/mailbox/{fair_inbox.pk}/").cookies["account"].value == str(fair_inbox.account_id)
    assert alice.get("/").headers["Location"] == f"/mailbox/{fair_inbox.pk}/"
    assert "account" not in alice.get(f"/mailbox/{fair_inbox.pk}/").cookies


def test_who_has_one_account_is_given_nothing_to_keep(alice: Person) -> None:
    assert "account" not in alice.get(f"/mailbox/{alice.inbox.pk}/").cookies


def test_undo_reaches_each_account(alice: Person, bob: Person, fair_inbox: Mailbox) -> None:
    keys = []
    for person, box in ((alice, alice.inbox), (alice, fair_inbox), (bob, bob.inbox)):
        letter = factories.message(box, seen=False)
        person.client.post(f"/message/{letter.pk}/flags", {"seen": "1"})
        keys.append(PendingChange.objects.get(account=box.account_id).pk)
    mine, fairs, anothers = keys
    assert alice.client.post("/undo", {"change": [mine, fairs]}).status_code == 302
    assert not Entry.objects.filter(seen=True, account__user=alice.user.pk).exists()
    assert alice.client.post("/undo", {"change": [anothers]}).status_code == 404
    assert Entry.objects.get(mailbox=bob.inbox).seen


def test_each_page_has_the_account_of_its_mailbox(alice: Person, fair_inbox: Mailbox) -> None:
    """And costs what it costs who has one."""
    letter = factories.message(fair_inbox, "Stand 14")
    for address in (f"/mailbox/{fair_inbox.pk}/", f"/message/{letter.pk}/"):
        assert "fair@press.example.com" in alice.text(address)
