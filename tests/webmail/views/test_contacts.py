"""The people and groups somebody knows, as pages: written down, found, merged, brought from files and taken away."""

import io
import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from tests import factories
from tests.webmail.views.conftest import Person
from webmail.contacts import storing
from webmail.contacts.card import Card, Labelled
from webmail.models import Contact, KeptContacts


def knows(person: Person, name: str, *addresses: str, **fields: Any) -> Contact:
    card = Card(name=name, addresses=tuple(map(Labelled, addresses)), **fields)
    return storing.save(person.user.pk, card)


def named(person: Person, query: str = "") -> list[str]:
    return re.findall(r'<a href="/contacts/\d+/">([^<]*)</a>', person.text(f"/contacts?q={query}"))


def picture() -> SimpleUploadedFile:
    written = io.BytesIO()
    Image.new("RGB", (900, 900), "teal").save(written, "PNG")
    return SimpleUploadedFile("me.png", written.getvalue(), "image/png")


def test_somebody_is_written_down_found_and_changed(alice: Person) -> None:
    sent = {"given": "Noor", "family": "Eklund", "company": "Press", "address": ["noor@example.org", "n@home.example"],
            "address_label": ["work", ""], "phone": ["+46 70 123"], "phone_label": ["mobile"], "note": "a\nb",
            "photo": picture()}  # fmt: skip
    answer = alice.client.post("/contacts/new", sent)
    contact = Contact.objects.get()
    assert answer.headers["Location"] == f"/contacts/{contact.pk}/?done=saved"
    assert (contact.name, contact.phones) == ("Noor Eklund", [["+46 70 123", "mobile"]])
    assert [(row.address, row.label) for row in contact.addresses.all()] == [
        ("noor@example.org", "work"),
        ("n@home.example", ""),
    ]
    assert contact.photo
    assert Image.open(io.BytesIO(contact.photo)).size == (256, 256)
    shown = alice.get(f"/contacts/{contact.pk}/photo")
    assert (shown.headers["Content-Type"], "sandbox" in shown.headers["Content-Security-Policy"]) == (
        "image/jpeg",
        True,
    )
    assert alice.get(f"/contacts/{contact.pk}/photo", If_None_Match=shown.headers["ETag"]).status_code == 304
    for query in ("", "noor", "eklund", "home", "press", "%2B46", "70"):
        assert named(alice, query) == ["Noor Eklund"], query
    assert named(alice, "wren") == []
    page = alice.text(f"/contacts/{contact.pk}/")
    assert 'value="n@home.example"' in page
    alice.client.post(f"/contacts/{contact.pk}/", {"given": "Noor", "address": ["new@example.org"], "no_photo": "on"})
    contact.refresh_from_db()
    assert (contact.name, contact.note, contact.photo) == ("Noor", "", None)
    assert named(alice, "new@") == ["Noor"]


def test_what_the_form_does_not_show_stays(alice: Person) -> None:
    contact = knows(alice, "Dr. Jane Q. Doe", given="Jane", family="Doe", rest="X-ODD:x", photo=b"\x89PNG")
    alice.client.post(f"/contacts/{contact.pk}/", {"given": "Jane", "family": "Doe", "note": "new"})
    contact.refresh_from_db()
    assert (contact.name, contact.rest, bytes(contact.photo or b"")) == ("Dr. Jane Q. Doe", "X-ODD:x", b"\x89PNG")


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Enter a name, a company or a mail address."),
        ({"given": "a", "address": "nobody"}, "“nobody” is not a mail address."),
        ({"given": "a", "photo": SimpleUploadedFile("x.png", b"no picture")}, "This is no picture that can be shown."),
    ],
)
def test_what_is_no_contact_is_said(alice: Person, sent: dict[str, Any], said: str) -> None:
    answer = alice.client.post("/contacts/new", sent)
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert not Contact.objects.exists()


def test_groups(alice: Person) -> None:
    wren = knows(alice, "Wren", "wren@example.org")
    alice.client.post("/contacts/new-group", {"name": "Co-op", "members": "Wren <WREN@example.org>\nann@example.org"})
    group = Contact.objects.get(kind="group")
    assert sorted(group.members.values_list("name", flat=True)) == ["Wren", "ann@example.org"]
    page = alice.text(f"/contacts/{group.pk}/")
    assert "Wren &lt;wren@example.org&gt;" in page
    assert f'value="{group.pk}" checked' in alice.text(f"/contacts/{wren.pk}/")
    alice.client.post(f"/contacts/{wren.pk}/", {"given": "Wren", "address": "wren@example.org"})
    assert [row.name for row in group.members.all()] == ["ann@example.org"]
    mute = knows(alice, "Mute")
    group.members.add(mute)
    alice.client.post(f"/contacts/{group.pk}/", {"name": "Co-op", "members": ""})
    assert list(group.members.all()) == [mute]
    bad = alice.client.post(f"/contacts/{group.pk}/", {"name": "Co-op", "members": "nobody"})
    assert "“nobody” is not a mail address." in bad.content.decode()


def test_deleting_can_be_undone(alice: Person) -> None:
    wren = knows(alice, "Wren", "wren@example.org", note="x", photo=b"\xff\xd8")
    group = knows(alice, "Co-op", is_group=True, members=(wren.uid,))
    before = storing.card_of(wren)
    answer = alice.client.post(f"/contacts/{wren.pk}/delete")
    page = alice.text(answer.headers["Location"])
    assert "Deleted Wren." in page
    assert not Contact.objects.filter(name="Wren").exists()
    alice.client.post(re.findall(r'formaction="(/contacts/undo/\d+)"', page)[0])
    back = Contact.objects.get(name="Wren")
    assert storing.card_of(back) == before
    assert list(group.members.all()) == [back]
    assert not KeptContacts.objects.exists()


def test_merging_shows_what_becomes_of_it_and_can_be_undone(alice: Person) -> None:
    first = knows(alice, "Wren Calloway", "wren@example.org", note="one")
    second = knows(alice, "wren calloway", "w@home.example", company="Press", note="two")
    knows(alice, "Ann", "ann@example.org")
    group = knows(alice, "Co-op", is_group=True, members=(second.uid,))
    before = [storing.card_of(first), storing.card_of(second)]
    page = alice.text("/contacts/duplicates")
    assert re.findall(r'name="id" value="(\d+)"', page) == [str(first.pk), str(second.pk)]
    query = f"?id={first.pk}&id={second.pk}"
    page = alice.text(f"/contacts/merge{query}")
    assert "w@home.example" in page
    assert Contact.objects.count() == 4
    answer = alice.client.post("/contacts/merge", {"id": [first.pk, second.pk]})
    result = storing.card_of(Contact.objects.get(pk=first.pk))
    assert [each.value for each in result.addresses] == ["wren@example.org", "w@home.example"]
    assert (result.company, result.note) == ("Press", "one\ntwo")
    assert [row.pk for row in group.members.all()] == [first.pk]
    page = alice.text(answer.headers["Location"])
    assert "Merged 1 contact into Wren Calloway." in page
    alice.client.post(re.findall(r'formaction="(/contacts/undo/\d+)"', page)[0])
    found = Contact.objects.filter(name__iexact="wren calloway").order_by("name")
    assert [storing.card_of(row) for row in found] == before
    assert [row.name for row in group.members.all()] == ["wren calloway"]


@pytest.mark.parametrize("ids", [[], [1], list(range(1, 20))])
def test_what_can_not_be_merged_is_said(alice: Person, ids: list[int]) -> None:
    answer = alice.client.get("/contacts/merge", {"id": ids})
    assert (answer.status_code, "Choose two to ten people" in answer.content.decode()) == (422, True)


VCARDS = (
    b"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u1\r\nFN:Wren Calloway\r\nEMAIL:wren@example.org\r\nCATEGORIES:Press\r\n"
    b"NOTE:<script>alert(1)</script>\r\nEND:VCARD\r\nBEGIN:VCARD\r\nEND:VCARD\r\n"
    b"BEGIN:VCARD\r\nFN:Ann\r\nEMAIL:ann@example.org\r\nTEL:+46 1\r\nEND:VCARD\r\n"
)


def bring(person: Person, data: bytes) -> tuple[int, str]:
    answer = person.client.post("/contacts/import", {"file": SimpleUploadedFile("contacts.vcf", data)})
    return answer.status_code, answer.content.decode()


def token(page: str) -> str:
    return re.findall(r'name="token" value="([^"]+)"', page)[0]


def test_a_file_is_shown_before_it_is_taken(alice: Person) -> None:
    ann = knows(alice, "Ann", "Ann@example.org")
    status, page = bring(alice, VCARDS)
    assert (status, Contact.objects.count()) == (200, 1)
    assert "1 contact will be added." in page
    assert "1 seems to be there already." in page
    assert "Contact 2 has neither a name nor an address." in page
    assert "&lt;script&gt;" in page
    answer = alice.client.post("/contacts/import/agree", {"token": token(page), "there": "fill"})
    assert answer.headers["Location"] == "/contacts?made=1&filled=1"
    assert "1 contact was added. 1 was filled in." in alice.text("/contacts?made=1&filled=1")
    assert Contact.objects.get(pk=ann.pk).phones == [["+46 1", ""]]
    group = Contact.objects.get(kind="group")
    assert (group.name, [row.uid for row in group.members.all()]) == ("Press", ["u1"])
    assert alice.client.post("/contacts/import/agree", {"token": token(page)}).status_code == 422
    page = bring(alice, VCARDS)[1]
    assert (
        alice.client.post("/contacts/import/agree", {"token": token(page)})
        .headers["Location"]
        .endswith("made=0&filled=0")
    )


def test_who_has_only_a_number_is_not_there_twice(alice: Person) -> None:
    data = b"Name,Phone\nWren,+46 70-1\nWren,+46 2\nAnn,\n"  # another Wren
    for made in (3, 0):
        page = bring(alice, data.replace(b"70-1", b"701") if made else data)[1]
        answer = alice.client.post("/contacts/import/agree", {"token": token(page)})
        assert answer.headers["Location"] == f"/contacts?made={made}&filled=0"


@pytest.mark.parametrize("data", [b"PK\x03\x04 no contacts", b"\x00" * 99, b"name\n"])
def test_a_file_of_something_else_is_said(alice: Person, data: bytes) -> None:
    status, page = bring(alice, data)
    assert (status, "No contacts were found in this file" in page) == (422, True)


def test_thousands_come_in_a_few_statements(alice: Person) -> None:
    data = b"".join(b"BEGIN:VCARD\nFN:P %d\nEMAIL:p%d@example.org\nEND:VCARD\n" % (at, at) for at in range(1500))
    page = bring(alice, data)[1]
    with CaptureQueriesContext(connection) as queries:
        alice.client.post("/contacts/import/agree", {"token": token(page)})
    assert Contact.objects.count() == 1500
    assert len(queries) < 60
    with CaptureQueriesContext(connection) as queries:
        assert len(named(alice)) == 100
    assert len(queries) <= 14
    assert len(re.findall("/contacts/[0-9]+/", alice.text("/contacts?from=1400"))) == 100


def test_everything_is_taken_along(alice: Person) -> None:
    wren = knows(alice, "Wren", "wren@example.org")
    knows(alice, "Co-op", is_group=True, members=(wren.uid,))
    for version in "34":
        answer = alice.get(f"/contacts/export?as=vcard{version}")
        assert f"VERSION:{version}.0" in answer.content.decode()
        assert answer.content.count(b"BEGIN:VCARD") == 2
        assert "attachment" in answer.headers["Content-Disposition"]
    assert alice.get(f"/contacts/export?as=vcard3&id={wren.pk}").content.count(b"BEGIN:VCARD") == 1
    assert b"Wren,,,,,,,Co-op,,wren@example.org" in alice.get("/contacts/export?as=csv").content
    assert alice.get("/contacts/export?as=exe").status_code == 404


def test_whoever_wrote_a_message_is_added_from_it(alice: Person) -> None:
    message = factories.message(alice.inbox, sender=("Wren Calloway", "wren@example.org"))
    assert f'href="/contacts/new?message={message.pk}"' in alice.text(f"/message/{message.pk}/")
    page = alice.text(f"/contacts/new?message={message.pk}")
    assert re.search(r'name="given" value="Wren"', page)
    assert 'value="wren@example.org"' in page
    contact = knows(alice, "W.", "Wren@example.org")
    answer = alice.get(f"/contacts/new?message={message.pk}")
    assert answer.headers["Location"] == f"/contacts/{contact.pk}/"


def test_they_are_nobody_elses(alice: Person, bob: Person, charlie: Client) -> None:
    wren, ann = knows(alice, "Wren", "wren@example.org"), knows(alice, "Ann", "ann@example.org")
    message = factories.message(alice.inbox)
    kept = KeptContacts.objects.create(user=alice.user, said="x")
    assert bob.get(f"/contacts/{wren.pk}/").status_code == bob.get(f"/contacts/{wren.pk}/photo").status_code == 404
    assert bob.get(f"/contacts/new?message={message.pk}").status_code == 404
    assert bob.client.post(f"/contacts/{wren.pk}/delete").status_code == 404
    assert bob.client.post(f"/contacts/undo/{kept.pk}").status_code == 404
    assert bob.client.post("/contacts/merge", {"id": [wren.pk, ann.pk]}).status_code == 404
    assert "Wren" not in bob.text(f"/contacts?undo={kept.pk}")
    assert b"Wren" not in bob.get(f"/contacts/export?id={wren.pk}").content
    assert charlie.get(f"/contacts/{wren.pk}/").status_code == 404
    assert Contact.objects.count() == 2


def test_collecting_is_a_choice(alice: Person) -> None:
    assert 'name="collects">' in alice.text("/settings/contacts")
    alice.client.post("/settings/contacts/collect", {"collects": "on"})
    assert 'name="collects" checked' in alice.text("/settings/contacts")
    assert json.loads(alice.client.get("/contacts/suggest?q=x").content) == []
