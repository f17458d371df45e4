"""Remote images: blocked, then loaded by us when the reader says so, and by nobody who was not given their address."""

import re
import time
from dataclasses import replace
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from accounts.models import Preferences
from imapbridge.models import Message
from imapbridge.terms.part import Part
from tests import factories
from tests.mail.pictures import KINDS, picture
from tests.servers.web_host import Reply, WebHost
from tests.webmail.views.conftest import Person
from tests.webmail.views.reading_pages import tags
from webmail import csp
from webmail.models import Contact, ContactAddress, Correspondent
from webmail.views import consent, images

HTML = Part("1", "text/html", charset="utf-8", encoding="8bit", size=500)
NOTICE = "1 remote image is blocked to keep your reading private."


@pytest.fixture
def host(web_host: WebHost, settings: Any) -> WebHost:
    settings.ENV = replace(settings.ENV, inner_hosts=("localhost",))
    web_host.answers["/a.png"] = Reply(picture())
    return web_host


def letter(person: Person, host: WebHost, **fields: Any) -> Message:
    text = f'<p>Hi</p><img src="{host.url}/a.png?u=1&amp;v=2"><img src="{host.url}/t.gif" width=1 height=1>'
    return factories.message(person.inbox, text=text, structure=HTML, **fields)


def frame(html: str) -> str:
    return tags(html, "iframe")[0]["src"]


def sources(document: str) -> list[str]:
    return [unescape(found) for found in re.findall(r'src="([^"]*)"', document)]


def address_of(person: Person, url: str, day: int = 0) -> str:
    return consent.image_address(person.user.pk, day or int(time.time()) // consent.DAY)(url) or ""


@pytest.mark.threat("A11")
def test_nothing_is_loaded_and_the_curious_are_named(alice: Person, host: WebHost) -> None:
    made = letter(alice, host)
    html = alice.text(f"/message/{made.pk}/")
    assert f"{NOTICE} 1 tracking pixel is left out: localhost." in html
    assert "images=" not in frame(html)
    assert sources(alice.text(frame(html))) == []
    assert host.asked == []


def test_shown_once_by_a_plain_form(alice: Person, host: WebHost) -> None:
    made = letter(alice, host)
    html = alice.text(f"/message/{made.pk}/")
    (once,) = tags(html, "button", name="show", value="once")
    answer = alice.client.post(once["formaction"], {"show": "once"})
    html = alice.text(answer["Location"])
    assert NOTICE not in html
    assert "1 tracking pixel is left out: localhost." in html
    (source,) = sources(alice.text(frame(html)))
    shown = alice.get(source)
    assert (shown.status_code, shown.headers["Content-Type"], shown.content) == (200, "image/png", picture())
    assert host.paths == ["/a.png?u=1&v=2"]
    assert "Cookie" not in host.asked[0].headers and "Referer" not in host.asked[0].headers
    assert NOTICE in alice.text(f"/message/{made.pk}/")


def test_a_script_gets_the_consent(alice: Person, host: WebHost) -> None:
    made = letter(alice, host)
    post = alice.client.post(f"/message/{made.pk}/images", {"show": "once"}, headers={"X-Requested-With": "fetch"})
    answer = alice.get(f"/message/{made.pk}/body?images={post.json()['images']}", sec_fetch_dest="iframe")
    assert len(sources(answer.content.decode())) == 1
    assert answer.headers["Cache-Control"] == "private, max-age=21600, immutable"
    assert "/proxy/" in answer.headers[csp.HEADER]


def test_always_for_a_sender_until_it_is_taken_back(alice: Person, bob: Person, host: WebHost) -> None:
    first = letter(alice, host, sender=("Wren Calloway", "Wren@Example.org"))
    second = letter(alice, host, sender=("W", "wren@example.org"))
    other = letter(alice, host, sender=("Wren Calloway", "wren@elsewhere.example"))
    bobs = letter(bob, host)
    html = alice.text(f"/message/{first.pk}/")
    assert "Always for Wren" in html
    alice.client.post(f"/message/{first.pk}/images", {"show": "always"})
    for made in (first, second):
        html = alice.text(f"/message/{made.pk}/")
        assert NOTICE not in html
        assert len(sources(alice.text(frame(html)))) == 1
    assert NOTICE in alice.text(f"/message/{other.pk}/")
    assert NOTICE in bob.text(f"/message/{bobs.pk}/")
    (never,) = tags(html, "button", name="show")
    assert never["value"] == "never"
    alice.client.post(never["formaction"], {"show": "never"})
    assert NOTICE in alice.text(f"/message/{first.pk}/")


def test_each_of_a_conversation_is_asked_about_alone(alice: Person, host: WebHost) -> None:
    first = letter(alice, host, sender=("Wren", "wren@example.org"), seen=False)
    second = letter(alice, host, sender=("Ines", "ines@example.org"), thread=first.thread, seen=False)
    alice.client.post(f"/message/{first.pk}/images", {"show": "always"})
    html = alice.text(f"/message/{second.pk}/")
    assert ["images=" in each["src"] for each in tags(html, "iframe")] == [True, False]
    assert html.count(NOTICE) == 1


def test_a_get_changes_nothing_and_others_have_no_say(
    alice: Person, bob: Person, client: Client, host: WebHost
) -> None:
    made = letter(alice, host)
    where = f"/message/{made.pk}/images"
    assert alice.get(f"{where}?show=always").status_code == 405
    assert bob.client.post(where, {"show": "always"}).status_code == 404
    assert client.post(where, {"show": "always"}).headers["Location"].startswith("/sign-in")
    for wrong in ("", "x"):
        assert alice.client.post(where, {"show": wrong}).status_code == 400
    assert not Correspondent.objects.exists()


@pytest.mark.parametrize("word", ["1", "x.y", "20000.abc", ".", "٣.x", "9" * 40, "1." + "A" * 43])
def test_consent_cannot_be_made_up(alice: Person, host: WebHost, word: str) -> None:
    made = letter(alice, host)
    assert NOTICE in alice.text(f"/message/{made.pk}/?images={word}")
    assert sources(alice.text(f"/message/{made.pk}/body?images={word}")) == []


def test_consent_is_for_one_person_one_message_and_two_days(
    alice: Person, bob: Person, host: WebHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, other = letter(alice, host), letter(alice, host)
    word = consent.consent(alice.user.pk, made.pk)
    assert consent.checked(word, alice.user.pk, made.pk)
    assert not consent.checked(word, bob.user.pk, made.pk)
    assert not consent.checked(word, alice.user.pk, other.pk)
    now = time.time()
    for days, good in ((1, True), (2, False), (-1, False)):
        monkeypatch.setattr(consent.time, "time", lambda days=days: now + days * consent.DAY)
        assert bool(consent.checked(word, alice.user.pk, made.pk)) is good


# --- The door ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_pictures_come_as_what_they_are(alice: Person, host: WebHost, kind: str) -> None:
    host.answers["/x"] = Reply(picture(kind), headers={"Content-Type": "text/html", "Set-Cookie": "a=b"})
    answer = alice.get(address_of(alice, f"{host.url}/x"))
    assert answer.headers["Content-Type"] == kind
    assert answer.headers[csp.HEADER] == csp.attachment()
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, max-age=86400, immutable"
    assert "Set-Cookie" not in answer.headers


FLOOD = picture()[:16] + b"\0\1\0\0\0\1\0\0" + picture()[24:]


@pytest.mark.threat("C1")
@pytest.mark.parametrize(
    "body", [b"", b"<svg onload=alert(1)>", b"<html><script>x</script>", b"%PDF-1.4", b"\x89PNG", FLOOD, b"GIF89a"]
)
def test_what_is_no_picture_is_not_shown(alice: Person, host: WebHost, body: bytes) -> None:
    host.answers["/x"] = Reply(body, headers={"Content-Type": "image/png"})
    answer = alice.get(address_of(alice, f"{host.url}/x"))
    assert (answer.status_code, answer.content) == (404, b"")
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_is_too_long_is_not_shown(alice: Person, host: WebHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "LARGEST", 10)
    assert alice.get(address_of(alice, f"{host.url}/a.png")).status_code == 404


@pytest.mark.threat("D5")
def test_nothing_inside_is_asked(alice: Person, web_host: WebHost) -> None:
    """Here the operator vouches for nobody."""
    web_host.answers["/a.png"] = Reply(picture())
    assert alice.get(address_of(alice, f"{web_host.url}/a.png")).status_code == 404
    assert web_host.asked == []


def test_it_is_no_open_door(alice: Person, bob: Person, client: Client, host: WebHost) -> None:
    url = f"{host.url}/a.png"
    good = address_of(alice, url)
    assert bob.get(good).status_code == 404
    assert client.get(good).headers["Location"].startswith("/sign-in")
    assert alice.get(good, sec_fetch_site="cross-site").status_code == 403
    assert alice.get(good.replace("a.png", "b.png")).status_code == 404
    assert alice.get(f"/proxy/x?url={quote(url)}").status_code == 404
    assert alice.get(good.split("?", maxsplit=1)[0]).status_code == 404
    assert alice.get(address_of(alice, url, int(time.time()) // consent.DAY - 2)).status_code == 404
    assert host.asked == []
    assert alice.get(good).status_code == 200


def test_an_address_that_is_too_long_has_none(alice: Person) -> None:
    assert address_of(alice, "https://a.example/" + "x" * consent.LONGEST) == ""


def test_those_of_contacts_are_shown_to_who_likes_it_so(alice: Person, host: WebHost) -> None:
    contact = Contact.objects.create(user=alice.user, uid="1", name="Wren")
    ContactAddress.objects.create(
        contact=contact, user=alice.user, address="Wren@example.org", known_as="wren@example.org"
    )
    made = letter(alice, host)
    stranger = letter(alice, host, sender=("", "x@other.example"))
    assert "images=" not in frame(alice.text(f"/message/{made.pk}/"))
    Preferences.objects.create(user=alice.user, images_of_contacts=True)
    html = alice.text(f"/message/{made.pk}/")
    assert "images=" in frame(html)
    assert "Shown, for the sender is one of your contacts." in html
    assert "images=" not in frame(alice.text(f"/message/{stranger.pk}/"))
