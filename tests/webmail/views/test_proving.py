"""Whoever sits at a session that somebody left open comes to no more than the mail that is there."""

import pytest

from accounts.models import Identity
from tests.webmail.views.conftest import Person, confirm
from webmail.models import AddressBook

pytestmark = pytest.mark.threat("F4")


@pytest.mark.parametrize("name", ["reply_to", "bcc"])
def test_answers_and_copies_go_nowhere_else(alice: Person, name: str) -> None:
    made = Identity.objects.create(account=alice.account, name="Alice", address="alice@example.com", is_default=True)
    sent = {"name": "Alice", "address": "alice@example.com", "is_default": "on"}
    page = f"/settings/identities/{made.pk}/"
    confirm(alice.client, ago=601)
    for address in (page, "/settings/identities/new"):
        answer = alice.client.post(address, sent | {name: "me@elsewhere.example"})
        assert (answer.status_code, answer.content.count(b"Show that it is you")) == (422, 1)
        assert b"me@elsewhere.example" in answer.content, "what was typed is there"
    assert not Identity.objects.exclude(pk=made.pk).exists()
    assert alice.client.post(page, sent | {"name": "Al"}).status_code == 302, "a name is nobody else's business"
    confirm(alice.client)
    assert alice.client.post(page, sent | {name: "me@elsewhere.example"}).status_code == 302
    confirm(alice.client, ago=601)
    assert alice.client.post(page, sent | {name: "me@elsewhere.example"}).status_code == 302, "nothing new in it"
    assert alice.client.post(page, sent).status_code == 302, "it may be taken away"
    assert getattr(Identity.objects.get(), name) == ""


def test_no_account_or_address_book_is_added(alice: Person) -> None:
    confirm(alice.client, ago=601)
    page = "/settings/accounts/new"
    for answer in (alice.client.get(page), alice.client.post(page, {"address": "a@x.example", "password": "x"})):
        assert answer["Location"].startswith("/confirm?next=")
    assert alice.user.accounts.count() == 1
    book = {"url": "https://books.example/", "username": "me", "password": "x", "takes_ours": "on"}
    answer = alice.client.post("/settings/contacts/connect", book)
    assert (answer.status_code, answer.content.count(b"Show that it is you")) == (422, 1)
    assert not AddressBook.objects.exists()
