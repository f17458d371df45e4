"""What is told of a sender, and leaving a list through a real web server."""

from dataclasses import replace
from typing import Any

import pytest

from imapbridge.models import Message
from imapbridge.terms.part import Part
from tests import factories
from tests.servers.web_host import Reply, WebHost
from tests.webmail.views.conftest import Person
from tests.webmail.views.reading_pages import tags
from webmail.models import Correspondent

HTML = Part("1", "text/html", charset="utf-8", encoding="8bit", size=500)
PASSED = "Authentication-Results: mx.example; dkim=pass header.d=example.org"
FAILED = "Authentication-Results: mx.example; dmarc=fail"
SIGNED = "DKIM-Signature: d=example.org; h=list-unsubscribe:list-unsubscribe-post"


@pytest.fixture(autouse=True)
def _servers(settings: Any) -> None:
    settings.ENV = replace(settings.ENV, authserv_ids=("MX.example",))


def letter(person: Person, *lines: str, text: str = "<p>Hi") -> Message:
    made = factories.message(person.inbox, text=text, structure=HTML)
    header = "\r\n".join((*lines, "From: Wren Calloway <wren@example.org>", "", ""))
    made.bodies.create(section="HEADER", data=header.encode())
    return made


def page(person: Person, *lines: str, text: str = "<p>Hi") -> str:
    return person.text(f"/message/{letter(person, *lines, text=text).pk}/")


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([PASSED], "example.org verified by mx.example"),
        ([FAILED], "It says that it comes from example.org, but mx.example found that it does not."),
        ([FAILED], "example.org is not the sender, says mx.example"),
        (["Authentication-Results: mx.example; spf=none"], "mx.example could not verify that this message comes from"),
        ([PASSED, "Reply-To: x@evil.example"], "An answer would go to x@evil.example"),
    ],
)
def test_in_words(alice: Person, lines: list[str], told: str) -> None:
    assert told in page(alice, *lines)


def test_nothing_is_said_where_nothing_is_known(alice: Person) -> None:
    for html in (page(alice), page(alice, "Authentication-Results: mx.evil; dmarc=fail")):
        assert "verif" not in html
        assert "probably not" not in html


def test_a_doubtful_sender_shows_no_images(alice: Person) -> None:
    Correspondent.objects.create(account=alice.account, address="wren@example.org", shows_images=True)
    text = '<img src="https://t.example/a.png">'
    html = page(alice, FAILED, text=text)
    assert "This message is probably not from Wren Calloway" in html
    assert "images=" not in tags(html, "iframe")[0]["src"]
    assert tags(html, "button", name="show", value="once") == []
    assert "images=" in tags(page(alice, PASSED, text=text), "iframe")[0]["src"]


@pytest.mark.parametrize("show", ["once", "always"])
def test_nobody_may_show_the_images_of_a_doubtful_sender(alice: Person, show: str) -> None:
    made = letter(alice, FAILED, text='<img src="https://t.example/a.png">')
    assert alice.client.post(f"/message/{made.pk}/images", {"show": show}).status_code == 400
    assert not Correspondent.objects.exists()
    assert alice.client.post(f"/message/{made.pk}/images", {"show": "never"}).status_code == 302
    good = letter(alice, PASSED, text='<img src="https://t.example/a.png">')
    assert alice.client.post(f"/message/{good.pk}/images", {"show": show}).status_code == 302


# --- Leaving a list ---------------------------------------------------------------------------------------------------


@pytest.fixture
def host(web_host: WebHost, settings: Any) -> WebHost:
    found = str(web_host.authority.path)
    settings.ENV = replace(settings.ENV, inner_hosts=("localhost",), tls_ca_file=found)
    return web_host


def newsletter(person: Person, host: WebHost, *lines: str) -> Message:
    ways = f"List-Unsubscribe: <{host.secure_url}/leave?u=1>, <mailto:leave@example.org>"
    return letter(person, ways, "List-Unsubscribe-Post: List-Unsubscribe=One-Click", *lines)


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (Reply(b"bye"), "Wren Calloway was told that you want no more of it."),
        (Reply(status=500), "It did not answer; try again later, or another way."),
        (Reply(status=302, headers={"Location": "/other"}), "It did not answer; try again later, or another way."),
    ],
)
def test_with_one_click(alice: Person, host: WebHost, reply: Reply, told: str) -> None:
    host.answers["/leave"] = reply
    made = newsletter(alice, host, PASSED, SIGNED)
    html = alice.text(f"/message/{made.pk}/")
    assert "Mailing list: Wren Calloway." in html
    assert host.asked == [], "whoever only reads does not leave"
    (button,) = tags(html, "button", name="unsubscribe")
    answer = alice.client.post(button["formaction"], {"unsubscribe": "yes"})
    assert told in alice.text(answer["Location"])
    (asked,) = host.asked
    assert (asked.method, asked.path, asked.body) == ("POST", "/leave?u=1", b"List-Unsubscribe=One-Click")
    assert not {"Cookie", "Referer", "Origin"} & set(asked.headers)


def test_without_a_verified_signature_the_reader_goes_there(alice: Person, host: WebHost) -> None:
    made = newsletter(alice, host, SIGNED)
    html = alice.text(f"/message/{made.pk}/")
    assert tags(html, "button", name="unsubscribe") == []
    (link,) = tags(html, "a", href=f"{host.secure_url}/leave?u=1")
    assert (link["target"], link["rel"]) == ("_blank", "noopener noreferrer")
    assert alice.client.post(f"/message/{made.pk}/unsubscribe").status_code == 400
    assert host.asked == []


def test_by_mail_alone(alice: Person) -> None:
    html = page(alice, "List-Unsubscribe: <mailto:leave@example.org?subject=x>")
    assert "To leave it, write to leave@example.org." in html


def test_only_by_a_post_of_its_reader(alice: Person, bob: Person, host: WebHost) -> None:
    made = newsletter(alice, host, PASSED, SIGNED)
    assert alice.get(f"/message/{made.pk}/unsubscribe").status_code == 405
    assert bob.client.post(f"/message/{made.pk}/unsubscribe").status_code == 404
    assert host.asked == []


def test_nothing_inside_is_told(alice: Person, host: WebHost, settings: Any) -> None:
    settings.ENV = replace(settings.ENV, inner_hosts=())
    made = newsletter(alice, host, PASSED, SIGNED)
    answer = alice.client.post(f"/message/{made.pk}/unsubscribe")
    assert "left=no" in answer["Location"]
    assert host.asked == []


def test_the_header_comes_with_the_text(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """One command for both."""
    from imapbridge import bodies

    made = factories.message(alice.inbox, structure=HTML)
    asked: list[list[str]] = []

    def fetch(_account: int, _mailbox: int, _uid: int, sections: list[str]) -> dict[str, bytes]:
        asked.append(sections)
        return {"1": b"Hi", "HEADER": f"{FAILED}\r\nFrom: wren@example.org\r\n\r\n".encode()}

    monkeypatch.setattr(bodies.client, "fetch", fetch)
    assert "probably not from" in alice.text(f"/message/{made.pk}/")
    assert asked == [["1", "HEADER"]]
