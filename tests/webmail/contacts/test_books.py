"""The settings of address books elsewhere: connecting one, what is said of it, and letting it go."""

from dataclasses import replace
from typing import Any

import pytest

from tests.servers.radicale import PASSWORD, Radicale
from tests.webmail.views.conftest import Person, _person
from webmail import tasks
from webmail.contacts import storing
from webmail.contacts.card import Card
from webmail.models import AddressBook, Contact

PAGE = "/settings/contacts"


@pytest.fixture
def alice(db: None, settings: Any) -> Person:
    settings.ENV = replace(settings.ENV, carddav_hosts=("localhost",))
    return _person("alice@example.com")


def typed(radicale: Radicale, **other: str) -> dict[str, str]:
    return {"url": radicale.url, "username": "noor", "password": PASSWORD, "takes_ours": "on", **other}


def test_a_book_is_connected_compared_and_let_go(alice: Person, radicale: Radicale) -> None:
    path = radicale.make_book("noor", "people")
    storing.save(alice.user.pk, Card(name="Wren"))
    answer = alice.client.post(f"{PAGE}/connect", typed(radicale))
    assert answer.headers["Location"] == f"{PAGE}?done=connected"
    book = AddressBook.objects.get()
    assert "Not compared yet." in alice.text(PAGE)
    tasks.sync_book(book.pk)
    assert "FN:Wren" in radicale.ask("GET", path)[1]
    page = alice.text(PAGE)
    assert "localhost, as noor. Equal since" in page
    assert PASSWORD not in page
    assert "Kept equal in the address book people." in alice.text(f"/contacts/{Contact.objects.get().pk}/")
    again = alice.client.post(f"{PAGE}/connect", typed(radicale))
    assert (again.status_code, "connected already" in again.content.decode()) == (422, True)
    assert PASSWORD not in again.content.decode()
    assert "Its contacts stay here and on the server" in alice.text(f"{PAGE}/{book.pk}/disconnect")
    alice.client.post(f"{PAGE}/{book.pk}/disconnect")
    assert (AddressBook.objects.count(), Contact.objects.count()) == (0, 1)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"url": ""}, "Enter the CardDAV address that your provider names."),
        ({"password": "wrong"}, "localhost does not take this user name and password."),
        ({"url": "http://localhost:1/"}, "localhost does not answer."),
        ({"url": "https://192.168.0.1/"}, "it must begin with https:// and be on the public internet"),
        ({"username": "noor49"}, "There is no address book at this address."),
    ],
)
def test_what_is_wrong_is_said(alice: Person, radicale: Radicale, changed: dict[str, str], said: str) -> None:
    answer = alice.client.post(f"{PAGE}/connect", typed(radicale, **changed))
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert not AddressBook.objects.exists()


def test_a_refused_password_is_asked_for_where_it_is_told(alice: Person) -> None:
    book = AddressBook.objects.create(user=alice.user, url="http://localhost:1/a/", name="a", error="password",
                                      notes=[["both", "Wren"], ["odd", "x"]])  # fmt: skip
    page = alice.text(PAGE)
    assert "Type them again." in page
    assert "Wren was changed here and there at once." in page
    alice.client.post(f"{PAGE}/{book.pk}/read")
    assert "Wren was changed" not in alice.text(PAGE)
    alice.client.post(f"{PAGE}/{book.pk}/password", {"password": "new"})
    book.refresh_from_db()
    assert (book.error, "new" in book.secret, book.secret != "") == ("", False, True)
    assert alice.client.post(f"{PAGE}/sync").status_code == 302


def test_books_are_nobody_elses(alice: Person) -> None:
    book = AddressBook.objects.create(user=alice.user, url="http://localhost:1/a/", name="friends of alice")
    bob = _person("bob@example.com")
    assert "friends of alice" not in bob.text(PAGE)
    assert bob.get(f"{PAGE}/{book.pk}/disconnect").status_code == 404
    assert bob.client.post(f"{PAGE}/{book.pk}/disconnect").status_code == 404
    assert bob.client.post(f"{PAGE}/{book.pk}/password", {"password": "x"}).status_code == 404
