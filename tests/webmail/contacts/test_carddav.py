"""Contacts kept equal with an address book elsewhere, on a real server, as two programs of one person would."""

import base64
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import User
from accounts.secrets import Secret
from tests import factories
from tests.servers.radicale import PASSWORD, Radicale
from tests.servers.web_host import Reply, WebHost
from webmail.contacts import keeping, storing
from webmail.contacts.card import Card, Labelled
from webmail.contacts.carddav import client, digest, discovery, pushing, syncing, xml
from webmail.contacts.carddav.errors import (
    BookError,
    NoBook,
    NotAllowedThere,
    NotReached,
    NotUnderstood,
    PasswordRefused,
    ServerRefused,
)
from webmail.contacts.carddav.syncing import Typed
from webmail.models import AddressBook, Contact, GoneContact, KeptContacts


@dataclass
class Pair:
    """A person here, and her address book there, as another program of hers sees it."""

    user: User
    server: Radicale
    person: str
    path: str
    book: AddressBook

    def sync(self) -> AddressBook:
        syncing.sync(self.book.pk)
        self.book.refresh_from_db()
        return self.book

    def put(self, name: str, **lines: str) -> None:
        said = "".join(f"{key}:{value}\r\n" for key, value in {"UID": name, "FN": name, **lines}.items())
        text = f"BEGIN:VCARD\r\nVERSION:3.0\r\n{said}END:VCARD\r\n"
        status, told = self.server.ask("PUT", f"{self.path}{name}.vcf", text, self.person, Content_Type="text/vcard")
        assert status in (201, 204), told

    def delete(self, name: str) -> None:
        assert self.server.ask("DELETE", f"{self.path}{name}.vcf", "", self.person)[0] == 200

    def there(self) -> str:
        """All that is in the book."""
        return self.server.ask("GET", self.path, "", self.person)[1]

    def here(self) -> dict[str, Contact]:
        return {row.name: row for row in Contact.objects.filter(user=self.user)}

    def change(self, contact: Contact, **fields: Any) -> Contact:
        return storing.save(self.user.pk, replace(storing.card_of(contact), **fields), contact)


NUMBERS = iter(range(50))


@pytest.fixture
def pair(db: None, radicale: Radicale, settings: Any, settings_redis: object) -> Pair:
    settings.ENV = replace(settings.ENV, carddav_hosts=("localhost",))
    person = f"noor{next(NUMBERS)}"
    path = radicale.make_book(person)
    user, _account = factories.person(f"{person}@example.com")
    [book] = syncing.connect(user, Typed(radicale.url, person, Secret(PASSWORD), takes_ours=False))
    return Pair(user, radicale, person, path, book)


def test_it_is_found_from_the_servers_address_alone(pair: Pair) -> None:
    assert (pair.book.url, pair.book.name) == (f"{pair.server.url[:-1]}{pair.path}", "friends")
    assert PASSWORD not in pair.book.secret
    again = syncing.connect(pair.user, Typed(pair.book.url, pair.person, Secret(PASSWORD), takes_ours=False))
    assert again == []


def test_what_is_there_comes_here_and_what_is_here_goes_there(pair: Pair) -> None:
    pair.put("Wren", EMAIL="wren@example.org", NOTE="a\\nb", **{"X-ODD": "kept"})
    new = storing.save(pair.user.pk, Card(name="Tomás", addresses=(Labelled("tomas@example.org", "work"),)))
    assert pair.sync().error == ""
    wren = pair.here()["Wren"]
    assert (wren.note, wren.rest, wren.is_owed) == ("a\nb", "X-ODD:kept", False)
    assert "FN:Tomás" in pair.there()
    assert "EMAIL;TYPE=work:tomas@example.org" in pair.there()
    pair.change(wren, note="changed here")
    pair.put("Ann", EMAIL="ann@example.org")
    pair.sync()
    assert "NOTE:changed here" in pair.there()
    assert "X-ODD:kept" in pair.there()
    assert set(pair.here()) == {"Wren", "Tomás", "Ann"}
    pair.sync()  # what we sent ourselves
    token, before = pair.book.sync_token, pair.here()["Ann"].changed_at
    assert (pair.sync().sync_token, pair.here()["Ann"].changed_at) == (token, before)
    assert {row.is_owed for row in pair.here().values()} == {False}
    assert Contact.objects.get(pk=new.pk).etag


def test_a_picture_that_is_too_large_for_here_stays_there(pair: Pair) -> None:
    photo = base64.b64encode(bytes(600_000)).decode()
    pair.put("Wren", **{"PHOTO;ENCODING=b;TYPE=JPEG": photo, "X-AFTER": "kept"})
    pair.sync()
    assert pair.here()["Wren"].photo is None
    pair.change(pair.here()["Wren"], note="ours")
    pair.sync()
    there = pair.there().replace("\r\n ", "")
    assert photo in there and "X-AFTER:kept" in there and "NOTE:ours" in there and "WHIMBREL" not in there


def test_deleting_goes_both_ways(pair: Pair) -> None:
    pair.put("Wren")
    pair.put("Ann")
    pair.sync()
    storing.remove([pair.here()["Wren"]])
    pair.delete("Ann")
    pair.sync()
    assert pair.here() == {}
    assert "FN:" not in pair.there()
    assert not GoneContact.objects.exists()
    kept = KeptContacts.objects.get()
    assert kept.said == "1 contact was deleted in friends."
    keeping.undo(kept)
    pair.sync()
    assert "FN:Ann" in pair.there()


def test_one_that_may_not_be_deleted_comes_back_and_holds_up_nothing(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(self: client.Client, url: str, etag: str) -> None:
        raise ServerRefused("status 403")

    pair.put("Wren")
    pair.sync()
    storing.remove([pair.here()["Wren"]])
    storing.save(pair.user.pk, Card(name="Tomás"))
    monkeypatch.setattr(client.Client, "delete", refuses)
    assert pair.sync().error == "" and "FN:Tomás" in pair.there()
    pair.sync()
    assert set(pair.here()) == {"Wren", "Tomás"} and not GoneContact.objects.exists()


def test_what_changed_on_both_sides_is_kept_twice(pair: Pair) -> None:
    pair.put("Wren", NOTE="old")
    pair.sync()
    pair.change(pair.here()["Wren"], note="ours")
    pair.put("Wren", NOTE="theirs")
    book = pair.sync()
    assert sorted(Contact.objects.values_list("name", "note")) == [("Wren", "ours"), ("Wren", "theirs")]
    assert book.notes == [["both", "Wren"]]
    assert "NOTE:ours" in pair.there()
    assert "NOTE:theirs" in pair.there()


def test_what_became_the_same_on_both_sides_is_one(pair: Pair) -> None:
    pair.put("Wren", NOTE="old")
    pair.sync()
    pair.change(pair.here()["Wren"], note="new")
    pair.put("Wren", NOTE="new")
    assert pair.sync().notes == []
    assert Contact.objects.count() == 1


def test_a_change_wins_over_a_deletion(pair: Pair) -> None:
    pair.put("Wren")
    pair.put("Ann")
    pair.sync()
    pair.change(pair.here()["Wren"], note="ours")
    pair.delete("Wren")
    storing.remove([pair.here()["Ann"]])
    pair.put("Ann", NOTE="theirs")
    book = pair.sync()
    assert sorted((row.name, row.note) for row in pair.here().values()) == [("Ann", "theirs"), ("Wren", "ours")]
    assert sorted(note[0] for note in book.notes) == ["back", "kept"]
    assert "NOTE:ours" in pair.there()


def test_a_change_that_comes_between_is_not_written_over(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    pair.put("Wren")
    pair.sync()
    pair.change(pair.here()["Wren"], note="ours")
    put = client.Client.put

    def late(self: client.Client, url: str, card: str, etag: str) -> str:
        if "theirs" not in pair.there():
            pair.put("Wren", NOTE="theirs")
        return put(self, url, card, etag)

    monkeypatch.setattr(client.Client, "put", late)
    assert pair.sync().notes == [["both", "Wren"]]
    pair.sync()
    assert sorted(row.note for row in Contact.objects.all()) == ["ours", "theirs"]
    assert "NOTE:ours" in pair.there()


def test_an_answer_that_was_lost_makes_nobody_twice(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    storing.save(pair.user.pk, Card(name="Wren", note="x"))
    put = client.Client.put

    def lost(self: client.Client, url: str, card: str, etag: str) -> str:
        put(self, url, card, etag)
        raise NotReached

    with monkeypatch.context() as patched:
        patched.setattr(client.Client, "put", lost)
        assert pair.sync().error == "not-reached"
    assert pair.sync().error == ""
    assert (Contact.objects.count(), pair.there().count("FN:Wren")) == (1, 1)


def test_groups_come_with_those_who_are_in_them(pair: Pair) -> None:
    pair.put("A-group", **{"X-ADDRESSBOOKSERVER-KIND": "group", "X-ADDRESSBOOKSERVER-MEMBER": "urn:uuid:Wren"})
    pair.put("Wren")
    pair.sync()
    group = pair.here()["A-group"]
    assert [row.name for row in group.members.all()] == ["Wren"]
    ann = storing.save(pair.user.pk, Card(name="Ann"))
    group.members.add(ann)
    storing.owe([group.pk])
    pair.sync()
    assert f"X-ADDRESSBOOKSERVER-MEMBER:{ann.uid}" in pair.there().replace("\r\n ", "")


def test_a_token_that_the_server_forgot_is_no_end(pair: Pair) -> None:
    pair.put("Wren")
    pair.put("Ann")
    pair.sync()
    AddressBook.objects.update(sync_token="http://radicale.org/ns/sync/" + "0" * 64)
    pair.delete("Ann")
    assert pair.sync().error == ""
    assert set(pair.here()) == {"Wren"}
    assert pair.book.sync_token


def test_all_contacts_go_into_a_new_book_and_stay_when_it_leaves(pair: Pair) -> None:
    syncing.disconnect(pair.book)
    pair.put("Wren", NOTE="x")
    storing.save(pair.user.pk, Card(uid="Wren", name="Wren", note="x"))
    storing.save(pair.user.pk, Card(name="Ann"))
    [pair.book] = syncing.connect(pair.user, Typed(pair.server.url, pair.person, Secret(PASSWORD), takes_ours=True))
    pair.sync()
    assert pair.there().count("FN:") == 2
    syncing.disconnect(pair.book)
    assert {(row.name, row.book, row.href) for row in pair.here().values()} == {("Wren", None, ""), ("Ann", None, "")}
    assert pair.there().count("FN:") == 2


def test_what_goes_wrong_stands_in_the_row(pair: Pair, settings: Any) -> None:
    syncing.set_password(pair.book, Secret("wrong"))
    assert pair.sync().error == "password"
    syncing.set_password(pair.book, Secret(PASSWORD))
    pair.server.ask("DELETE", pair.path, "", pair.person)
    assert pair.sync().error == "no-book"
    settings.ENV = replace(settings.ENV, carddav_hosts=())
    assert pair.sync().error == "not-allowed"


def test_keys_are_rotated_for_address_books_too(pair: Pair, settings: Any) -> None:
    before = pair.book.secret
    settings.ENV = replace(settings.ENV, credential_keys=("n" * 50, *settings.ENV.credential_keys))
    call_command("rotatekeys")
    assert AddressBook.objects.get().secret != before
    settings.ENV = replace(settings.ENV, credential_keys=("n" * 50,))
    assert pair.sync().error == ""


# The example of RFC 7616 section 3.9.1.
ASKS = (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={}, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)


@pytest.mark.parametrize(
    ("challenge", "response"),
    [
        (ASKS.format("MD5"), "8ca523f5e9506fed4657c9700eebdbec"),
        (ASKS.format("SHA-256"), "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        (ASKS.format("SHA-512-256"), ""),
        (ASKS.format("MD5").replace("auth, auth-int", "auth-int"), ""),
        ('Basic realm="x"', ""),
        ("", ""),
    ],
)
def test_a_challenge_is_answered(challenge: str, response: str) -> None:
    who, cnonce = ("Mufasa", "Circle of Life"), "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    said = digest.authorization(challenge, "GET", "/dir/index.html", *who, cnonce=cnonce)
    assert bool(said) == bool(response) and response in said


def test_a_server_that_takes_no_password_as_it_is(web_host: WebHost, settings: Any) -> None:
    settings.ENV = replace(settings.ENV, carddav_hosts=("localhost",))
    asks = 'Digest realm="books", nonce="n1", qop="auth"'
    web_host.answers["/b/a.vcf"] = Reply(status=401, headers={"WWW-Authenticate": asks})
    with pytest.raises(PasswordRefused):
        client.Client(web_host.url, "änn", Secret("geheim")).delete(f"{web_host.url}/b/a.vcf", "")
    said = [each.headers["Authorization"].split(" ")[0] for each in web_host.asked]
    assert said == ["Basic", "Digest"]


@pytest.mark.parametrize("status", [408, 423, 425, 429, 503])
def test_what_is_not_taken_now_is_owed_on(db: None, web_host: WebHost, settings: Any, status: int) -> None:
    settings.ENV = replace(settings.ENV, carddav_hosts=("localhost",))
    web_host.answers["/b/a.vcf"] = Reply(status=status)
    book = AddressBook.objects.create(user=factories.person()[0], url=f"{web_host.url}/b/")
    GoneContact.objects.create(book=book, href="/b/a.vcf")
    with pytest.raises(NotReached):
        pushing.push(book, client.Client(web_host.url, "noor", Secret("x")))
    assert GoneContact.objects.exists()


@pytest.mark.threat("D5")
@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("http://localhost:1/", NotReached),
        ("https://127.0.0.1/", NotAllowedThere),
        ("http://dav.example.com/", NotAllowedThere),
        ("https://u:p@dav.example.com/", NotAllowedThere),
        ("ftp://localhost/", NotAllowedThere),
        ("", NotAllowedThere),
    ],
)
def test_where_nobody_is_asked(settings: Any, url: str, fault: type[BookError]) -> None:
    settings.ENV = replace(settings.ENV, carddav_hosts=("localhost",))
    with pytest.raises(fault):
        discovery.books(client.Client(discovery.typed_url(url), "noor", Secret("x")))


def test_a_wrong_password_or_place_is_told(radicale: Radicale, settings: Any) -> None:
    settings.ENV = replace(settings.ENV, carddav_hosts=("localhost",))
    with pytest.raises(PasswordRefused):
        discovery.books(client.Client(radicale.url, "noor", Secret("x")))
    with pytest.raises(NoBook):
        discovery.books(client.Client(radicale.url, "noor48", Secret(PASSWORD)))


@pytest.mark.threat("D5")
@pytest.mark.parametrize(
    ("host", "named", "is_told"),
    [
        ("dav.example.com", "dav.example.com", True), ("p42-dav.example.com", "dav.example.com", True),
        ("example.org", "dav.example.com", False), ("evil.com", "example.com", False),
        ("xexample.com", "dav.example.com", False), ("a.example.com", "example.com", False),
    ],
)  # fmt: skip
def test_which_hosts_are_told_the_password(host: str, named: str, is_told: bool) -> None:
    assert client.is_beside(host, named) is is_told


@pytest.mark.parametrize(
    "data",
    [b"", b"<html/>", b"<", b'<!DOCTYPE x [<!ENTITY a "aa">]><multistatus xmlns="DAV:">&a;</multistatus>',
     '<?xml version="1.0"?><multistatus xmlns="DAV:"/>'.encode("utf-16")],
)  # fmt: skip
def test_what_is_no_answer_is_not_read(data: bytes) -> None:
    with pytest.raises(NotUnderstood):
        xml.multistatus(data)


def test_many_are_taken_in_pieces(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webmail.contacts.carddav.pulling.BATCH", 3)
    for at in range(7):
        pair.put(f"P{at}")
    pair.sync()
    assert len(pair.here()) == 7


def test_only_one_turn_at_a_time(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    inner: list[bool] = []
    monkeypatch.setattr(syncing, "_sync", lambda book: inner.append(syncing.sync(book.pk)))
    assert syncing.sync(pair.book.pk)
    assert inner == [False]
