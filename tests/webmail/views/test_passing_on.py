"""Redirecting a message in a browser that runs no script."""

import re

from tests.webmail.views.conftest import Person
from tests.webmail.views.test_source import RAW, whole
from webmail.models import Outgoing


def test_it_goes_as_it_came_and_once(alice: Person) -> None:
    address = f"/message/{whole(alice).pk}/redirect"
    page = alice.text(address)
    (key,) = re.findall(r'name="key" value="([0-9a-f]{32})"', page)
    for _ in range(2):  # a second click sends nothing more
        alice.client.post(address, {"to": "Carol <carol@y.org>", "key": key})
    row = Outgoing.objects.get()
    head, _, rest = row.path.read_bytes().partition(b"\r\nFrom: ")
    assert b"\r\nResent-To: Carol <carol@y.org>\r\n" in head
    assert b"From: " + rest == RAW
    assert [one["address"] for one in row.recipients] == ["carol@y.org"]
    assert (row.eight_bit, row.utf8, row.size) == (True, False, len(head) + 2 + len(RAW))


def test_what_is_in_the_way_is_said(alice: Person, bob: Person) -> None:
    address = f"/message/{whole(alice).pk}/redirect"
    for typed, said in (("", "Say first to whom"), ("carol@y.org, wren@", "“wren@” is not a complete address")):
        answer = alice.client.post(address, {"to": typed, "key": "0" * 32})
        assert answer.status_code == 422
        assert said in answer.content.decode()
    assert alice.client.post(address, {"to": "carol@y.org", "key": "x"}).status_code == 400
    assert bob.client.post(address, {"to": "carol@y.org", "key": "0" * 32}).status_code == 404
    assert not Outgoing.objects.exists()
