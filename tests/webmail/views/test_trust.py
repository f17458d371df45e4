"""What is told of a sender, and leaving a list through a real web server."""

from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from imapbridge.models import Message
from imapbridge.terms.part import Part
from tests import factories
from tests.servers.web_host import Reply, WebHost
from tests.webmail.views.conftest import Person
from tests.webmail.views.reading_pages import tags
from webmail.contacts.folding import found_by
from webmail.models import Acquaintance, Acquainted, Contact, ContactAddress, Correspondent, Outgoing
from webmail.models.outgoing import folder

HTML = Part("1", "text/html", charset="utf-8", encoding="8bit", size=500)
PASSED = "Authentication-Results: mx.example; dkim=pass header.d=example.org"
FAILED = "Authentication-Results: mx.example; dmarc=fail"
SIGNED = "DKIM-Signature: d=example.org; h=list-unsubscribe:list-unsubscribe-post"


@pytest.fixture(autouse=True)
def _servers(settings: Any, tmp_path: Path) -> None:
    settings.ENV = replace(settings.ENV, authserv_ids=("MX.example",), data_dir=str(tmp_path))


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


@pytest.mark.parametrize("show", ["safe", "block"])
def test_only_a_known_wish_is_taken(alice: Person, bob: Person, show: str) -> None:
    made = letter(alice)
    assert bob.client.post(f"/message/{made.pk}/sender", {"treat": show}).status_code == 404
    assert alice.get(f"/message/{made.pk}/sender").status_code == 405
    assert alice.client.post(f"/message/{made.pk}/sender", {"treat": "x"}).status_code == 400
    assert not Correspondent.objects.exists()


# --- What a doubtful message may do -----------------------------------------------------------------------------------

LINKED = '<a href="https://t.example/in">Sign in</a> <a href="mailto:x@t.example">x@t.example</a>'
MIXED = Part(
    "", "multipart/mixed", parts=(HTML, Part("2", "application/pdf", filename="bill.pdf", encoding="base64", size=9))
)


def test_its_links_and_attachments_are_off_until_it_is_marked_as_safe(alice: Person) -> None:
    made = letter(alice, FAILED, text=LINKED)
    Message.objects.filter(pk=made.pk).update(structure=MIXED.to_json(), has_attachment=True)
    html = alice.text(f"/message/{made.pk}/")
    assert "Its links, images and attachments are off." in html
    assert "bill" not in html
    assert "href" not in alice.text(tags(html, "iframe")[0]["src"])
    (button,) = tags(html, "button", name="treat", value="safe")
    answer = alice.client.post(button["formaction"], {"treat": "safe"})
    html = alice.text(answer["Location"])
    assert "probably not" not in html
    assert "example.org is not the sender, says mx.example" in html, "the details go on telling the truth"
    assert "bill" in html
    assert 'href="https://t.example/in"' in alice.text(tags(html, "iframe")[0]["src"])
    assert "probably not" in page(alice, FAILED), "another one is not"
    assert not Correspondent.objects.exists()


def test_plain_text_of_a_doubtful_sender_has_no_links(alice: Person) -> None:
    made = factories.message(alice.inbox, text="See https://t.example/in")
    made.bodies.create(section="HEADER", data=f"{FAILED}\r\nFrom: wren@example.org\r\n\r\n".encode())
    assert tags(alice.text(f"/message/{made.pk}/"), "a", href="https://t.example/in") == []


def test_a_resemblance_is_answered_for_all_that_come_from_there(alice: Person) -> None:
    Message.objects.update(sender_address="wren@examp1e.com")

    def pretender() -> Message:
        made = letter(alice)
        Message.objects.filter(pk=made.pk).update(sender_address="wren@examp1e.com")
        made.bodies.filter(section="HEADER").update(data=b"From: Wren <wren@examp1e.com>\r\n\r\n")
        return made

    first = pretender()
    assert "looks like your own example.com" in alice.text(f"/message/{first.pk}/")
    assert alice.client.post(f"/message/{first.pk}/images", {"show": "once"}).status_code == 400
    alice.client.post(f"/message/{first.pk}/sender", {"treat": "safe"})
    assert Correspondent.objects.get().is_trusted
    for made in (first, pretender()):
        assert "looks like" not in alice.text(f"/message/{made.pk}/")
        assert alice.client.post(f"/message/{made.pk}/images", {"show": "once"}).status_code == 302


# --- Who is known -----------------------------------------------------------------------------------------------------


@pytest.fixture
def known(alice: Person) -> None:
    """Alice wrote to Wren Calloway and to somebody at a house of letters; all of her inbox was counted."""
    Acquainted.objects.create(account=alice.account, marks={"INBOX": [1, 1, 9, 9]})
    for name, address in (("Wren Calloway", "wren@press.example"), ("Ines Haddad", "ines@gmail.example")):
        Acquaintance.objects.create(
            account=alice.account, known_as=address, address=address, name=name, sent=2, rank=1.0,
            last_at=timezone.now(), found_by=found_by([name, address]),
        )  # fmt: skip


POSES = "You know Wren Calloway as wren@press.example, but this message comes from wren@example.org."
NEW = "This is the first message you get from"


@pytest.mark.usefixtures("known")
def test_somebody_with_the_name_of_somebody_known(alice: Person) -> None:
    html = unescape(page(alice))
    assert POSES in html
    assert "probably not" not in html
    (safe,) = tags(html, "button", name="treat", value="safe")
    alice.client.post(safe["formaction"], {"treat": "safe"})
    assert POSES not in unescape(page(alice))


@pytest.mark.threat("B4")
@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(
    ("name", "address", "told"),
    [
        ("Calloway, Wren", "wren@other.example", "You know Calloway, Wren as wren@press.example"),
        ("WRÉN CALLOWAY", "x@other.example", "You know WRÉN CALLOWAY as wren@press.example"),
        ("Wrеn Cаlloway", "x@other.example", "as wren@press.example"),
        ("Ines Haddad", "ines2@gmail.example", "as ines@gmail.example"),
        ("Wren Calloway", "wren@mail.press.example", NEW),
        ("Wren Calloway", "wren@press.example", ""),
        ("Wren", "x@other.example", NEW),
        ("Somebody", "some@other.example", NEW),
        ("Shop", "no-reply@shop.example", ""),
    ],
)
def test_who_is_new_and_who_poses(alice: Person, name: str, address: str, told: str) -> None:
    made = factories.message(alice.inbox, text="Hi", sender=(name, address))
    html = unescape(alice.text(f"/message/{made.pk}/"))
    assert told in html
    assert told or not ("You know" in html or NEW in html)


@pytest.mark.usefixtures("known")
def test_a_contact_is_known_by_all_its_addresses(alice: Person) -> None:
    contact = Contact.objects.create(user=alice.user, uid="1", name="Mina Sol", found_by=found_by(["Mina Sol"]))
    for address in ("mina@one.example", "mina@two.example"):
        ContactAddress.objects.create(contact=contact, user=alice.user, address=address, known_as=address)
    for address, told in (("mina@two.example", False), ("mina@three.example", True)):
        made = factories.message(alice.inbox, text="Hi", sender=("Mina Sol", address))
        assert ("You know Mina Sol as mina@one.example" in unescape(alice.text(f"/message/{made.pk}/"))) is told


def test_nobody_is_new_before_all_was_counted(alice: Person) -> None:
    Acquainted.objects.create(account=alice.account, marks={"INBOX": [1, 400, 900, 500]})
    assert NEW not in page(alice)


@pytest.mark.usefixtures("known")
def test_lists_are_not_looked_up(alice: Person) -> None:
    made = factories.message(alice.inbox, text="Hi", list_id="press.example")
    assert POSES not in unescape(alice.text(f"/message/{made.pk}/"))


# --- Leaving a list ---------------------------------------------------------------------------------------------------


@pytest.fixture
def host(web_host: WebHost, settings: Any) -> WebHost:
    found = str(web_host.authority.path)
    settings.ENV = replace(settings.ENV, inner_hosts=("localhost",), tls_ca_file=found)
    return web_host


def newsletter(person: Person, host: WebHost, *lines: str) -> Message:
    ways = f"List-Unsubscribe: <{host.secure_url}/leave?u=1>, <mailto:leave@example.org>"
    return letter(person, ways, "List-Unsubscribe-Post: List-Unsubscribe=One-Click", *lines)


@pytest.mark.threat("D6")
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
    made = letter(alice, "List-Unsubscribe: <mailto:leave@example.org?subject=leave%20me%0d%0aBcc:%20x@x.example>")
    html = alice.text(f"/message/{made.pk}/")
    assert "A message to leave@example.org ends it." in html
    (button,) = tags(html, "button", name="unsubscribe")
    answer = alice.client.post(button["formaction"])
    assert "was told that you want no more of it." in alice.text(answer["Location"])
    (sent,) = Outgoing.objects.all()
    assert [one["address"] for one in sent.recipients] == ["leave@example.org"]
    assert sent.subject == "leave me Bcc: x@x.example"
    refused = letter(alice, FAILED, "List-Unsubscribe: <mailto:leave@example.org>")
    assert alice.client.post(f"/message/{refused.pk}/unsubscribe").status_code == 400


# --- Receipts ---------------------------------------------------------------------------------------------------------

ASKS = "Disposition-Notification-To: Wren <wren@example.org>"


@pytest.mark.parametrize(("receipt", "count"), [("yes", 1), ("no", 0)])
def test_a_receipt_is_sent_on_the_reader_s_word_only(alice: Person, receipt: str, count: int) -> None:
    made = letter(alice, ASKS)
    html = alice.text(f"/message/{made.pk}/")
    assert "wren@example.org asks to be told that you opened this." in html
    assert not Outgoing.objects.exists()
    (button,) = tags(html, "button", name="receipt", value=receipt)
    html = alice.text(alice.client.post(button["formaction"], {"receipt": receipt})["Location"])
    assert tags(html, "button", name="receipt") == []
    assert Outgoing.objects.count() == count
    for sent in Outgoing.objects.all():
        octets = (folder() / sent.octets).read_bytes()
        assert b"Disposition: manual-action/MDN-sent-manually; displayed" in octets
        assert f"Original-Message-ID: {made.message_id}".encode() in octets
        assert (sent.sender, sent.recipients[0]["address"]) == ("", "wren@example.org")


@pytest.mark.parametrize(
    "lines",
    [
        [FAILED, ASKS],
        [ASKS, "List-Id: <l.example>"],
        ["Disposition-Notification-To: alice@example.com"],
        ["Disposition-Notification-To: nonsense"],
        [],
    ],
)
def test_no_receipt_is_asked_for(alice: Person, lines: list[str]) -> None:
    made = letter(alice, *lines)
    assert tags(alice.text(f"/message/{made.pk}/"), "button", name="receipt") == []
    assert alice.client.post(f"/message/{made.pk}/receipt", {"receipt": "yes"}).status_code == 400


# --- Leaving a list, once more ----------------------------------------------------------------------------------------


@pytest.mark.threat("D6")
def test_only_by_a_post_of_its_reader(alice: Person, bob: Person, host: WebHost) -> None:
    made = newsletter(alice, host, PASSED, SIGNED)
    assert alice.get(f"/message/{made.pk}/unsubscribe").status_code == 405
    assert bob.client.post(f"/message/{made.pk}/unsubscribe").status_code == 404
    assert host.asked == []


@pytest.mark.threat("D6")
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
