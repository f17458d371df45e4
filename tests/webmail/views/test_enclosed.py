"""Letters within messages, opened as letters."""

import base64
from typing import Any

import pytest

from imapbridge.mime.parse import parse
from imapbridge.models import Message
from tests import factories
from tests.servers.bridge import Bridge, account_of
from tests.servers.dovecot import Dovecot, User
from tests.webmail.views.conftest import Person
from tests.webmail.views.reading_pages import names, tags
from tests.webmail.views.test_parts import PNG, content
from webmail import csp
from webmail.views import enclosed, streams, turns

INNER = (
    b"From: =?utf-8?q?M=C3=BChle?= <mill@paper.example>\r\nTo: Noor <noor@example.com>\r\nSubject: The <paper>\r\n"
    b"Date: Thu, 12 Mar 2026 10:42:00 +0100\r\nContent-Type: multipart/mixed; boundary=inner\r\n\r\n"
    b"--inner\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    b'<h1>Paper</h1><script>alert(1)</script><img src="cid:logo"><img src="https://tracker.example/x.png">\r\n'
    b"--inner\r\nContent-Type: image/png; name=logo.png\r\nContent-ID: <logo>\r\nContent-Disposition: inline\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(PNG) + b"\r\n"
    b"--inner\r\nContent-Type: application/pdf; name=offer.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    + base64.encodebytes(b"%PDF-1.4 offer") + b"\r\n--inner--\r\n"
)  # fmt: skip


def raw(encoded: bool, inner: bytes = INNER) -> bytes:
    """A message that has `inner` for its second part: as it should be, or as a file."""
    kind = b"message/rfc822" if not encoded else b"application/octet-stream; name=order.eml"
    encoding = b"Content-Transfer-Encoding: base64\r\n" if encoded else b""
    body = base64.encodebytes(inner) if encoded else inner
    return (
        b"Subject: Outer\r\nContent-Type: multipart/mixed; boundary=outer\r\n\r\n--outer\r\n\r\nSee below.\r\n"
        b"--outer\r\nContent-Type: " + kind + b"\r\n" + encoding + b"\r\n" + body + b"\r\n--outer--\r\n"
    )


def with_letter(person: Person, encoded: bool, inner: bytes = INNER) -> Message:
    data = raw(encoded, inner)
    parsed = parse(data)
    made = factories.message(person.inbox, "Outer", text="See below.", structure=parsed.root)
    for section in ("2", "2.1", "2.2", "2.3"):
        made.bodies.create(section=section, data=parsed.body_of(section))
    made.bodies.create(section="2.HEADER", data=INNER.partition(b"\r\n\r\n")[0])
    return made


def test_a_file_in_plain_text_is_saved(alice: Person) -> None:
    text = "Here it is\r\n\r\nbegin 644 ../cat.txt\r\n#0V%T\r\n`\r\nend\r\n\r\nBye"
    made = factories.message(alice.inbox, text=text)
    html = alice.text(f"/message/{made.pk}/")
    assert "#0V%T" not in html
    (button,) = tags(html, "button", aria_label="Download cat.txt")
    answer = alice.get(button["formaction"])
    assert b"".join(answer.streaming_content) == b"Cat"
    assert answer["Content-Disposition"] == 'attachment; filename="cat.txt"'
    for number in ("0", "2", "x", "9" * 30):
        assert alice.get(f"/message/{made.pk}/part/1/inside/{number}").status_code == 404


def test_so_is_one_of_news(alice: Person) -> None:
    made = factories.message(alice.inbox, text="x")
    made.bodies.update(data=b"Here\r\n=ybegin line=128 size=3 name=cat.txt\r\nm\x8b\x9e\r\n=yend size=3\r\nBye")
    (button,) = tags(alice.text(f"/message/{made.pk}/"), "button", aria_label="Download cat.txt")
    assert b"".join(alice.get(button["formaction"]).streaming_content) == b"Cat"


@pytest.mark.parametrize("encoded", [False, True])
def test_it_is_a_letter(alice: Person, encoded: bool) -> None:
    made = with_letter(alice, encoded)
    html = alice.text(f"/message/{made.pk}/part/2/view")
    for words in (
        "The &lt;paper&gt;",
        "Mühle &lt;mill@paper.example&gt;",
        "Noor &lt;noor@example.com&gt;",
        "12 March 2026",
    ):
        assert words in html
    assert "1 remote image is blocked" in html
    assert "<h1>Paper" not in html, "its HTML is in a frame of its own"
    (frame,) = tags(html, "iframe")
    assert frame["sandbox"] == csp.SANDBOX
    assert frame["src"].startswith(f"/message/{made.pk}/part/2/body?v=")
    assert "Download offer.pdf" in names(html, "button")
    assert "Download all" not in html


@pytest.mark.parametrize("encoded", [False, True])
def test_its_html_is_safe_under_the_policy_of_messages(alice: Person, encoded: bool) -> None:
    made = with_letter(alice, encoded)
    answer = alice.get(f"/message/{made.pk}/part/2/body?theme=dark", sec_fetch_dest="iframe")
    html = answer.content.decode()
    assert "<h1>Paper</h1>" in html
    assert "alert(1)" not in html
    assert "tracker.example/x.png" not in html.replace("data-", "")
    assert "sandbox" in answer.headers[csp.HEADER]
    assert "script-src" not in answer.headers[csp.HEADER]
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    logo = html.partition('src="')[2].partition('"')[0]
    picture = alice.get(logo)
    assert picture.headers["Content-Type"] == "image/png"
    assert content(picture) == PNG
    assert alice.get(f"/message/{made.pk}/part/2/body", sec_fetch_dest="document").status_code == 403


@pytest.mark.parametrize("encoded", [False, True])
def test_what_is_attached_to_it(alice: Person, encoded: bool) -> None:
    made = with_letter(alice, encoded)
    (button,) = tags(alice.text(f"/message/{made.pk}/part/2/view"), "button", aria_label="Download offer.pdf")
    answer = alice.get(button["formaction"])
    assert content(answer) == b"%PDF-1.4 offer"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="offer.pdf"'


def test_a_picture_of_it_is_kept_by_the_browser(alice: Person) -> None:
    link = f"/message/{with_letter(alice, encoded=True).pk}/part/2/inside/2"
    assert alice.get(f"{link}?inline").headers["Cache-Control"] == streams.KEPT
    assert alice.get(link).headers["Cache-Control"] == "no-store"


def test_who_gets_no_turn_may_ask_again(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    link = f"/message/{with_letter(alice, encoded=True).pk}/part/2/inside/2?inline"
    monkeypatch.setattr(turns, "LONGEST_WAIT", 0.01)
    with turns.turn(), turns.turn():
        answer = alice.get(link)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (503, "no-store")
        assert "try again in a minute" in answer.content.decode()
    assert alice.get(link).status_code == 200


@pytest.mark.parametrize("larger", [False, True])
def test_pictures_of_a_large_one_are_attached_to_it(
    alice: Person, monkeypatch: pytest.MonkeyPatch, larger: bool
) -> None:
    inner = INNER.replace(b"multipart/mixed", b"multipart/related")
    made = with_letter(alice, True, inner)
    monkeypatch.setattr(enclosed, "LARGEST_WITH_PICTURES", len(inner) - larger)
    html = alice.get(f"/message/{made.pk}/part/2/body", sec_fetch_dest="iframe").content.decode()
    assert ("/inside/2?inline" in html) is not larger
    listed = names(alice.text(f"/message/{made.pk}/part/2/view"), "button")
    assert ("Download logo.png" in listed) is larger


@pytest.mark.parametrize("inner", ["9", "x", "1.1.1"])
def test_a_part_that_is_not_in_it(alice: Person, inner: str) -> None:
    made = with_letter(alice, encoded=True)
    assert alice.get(f"/message/{made.pk}/part/2/inside/{inner}").status_code == 404
    assert alice.get(f"/message/{made.pk}/part/1/inside/1").status_code == 404, "no letter"


def test_other_peoples_letters_do_not_exist(alice: Person, bob: Person) -> None:
    address = f"/message/{with_letter(bob, encoded=True).pk}/part/2"
    for path in ("body", "inside/2"):
        assert alice.get(f"{address}/{path}").status_code == 404
        assert bob.get(f"{address}/{path}").status_code == 200


@pytest.mark.parametrize(
    "data", [b"", b"\x00\xff", b"Subject: only", b"From: <\r\nContent-Type: multipart/x\r\n\r\n--"]
)
def test_nonsense_opens(alice: Person, data: bytes) -> None:
    body = b"Content-Type: application/x; name=a.eml\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.b64encode(
        data
    )
    parsed = parse(body)
    made = factories.message(alice.inbox, text="", structure=parsed.root)
    made.bodies.all().delete()
    made.bodies.create(section="1", data=parsed.body_of("1"))
    assert alice.get(f"/message/{made.pk}/part/1/view").status_code == 200
    assert alice.get(f"/message/{made.pk}/part/1/body").status_code == 200


@pytest.mark.parametrize("encoded", [False, True])
def test_from_the_server(bridge: Bridge, dovecot: Dovecot, mail_user: User, encoded: bool) -> None:
    from django.conf import settings
    from django.test import Client

    dovecot.append(mail_user, "INBOX", raw(encoded))
    account = account_of(mail_user)
    with dovecot.client(mail_user) as client:
        box = factories.mailbox(account, uid_validity=client.status("INBOX")["UIDVALIDITY"])
    made = factories.message(box, "Outer", structure=parse(raw(encoded)).root)
    browser = Client()
    browser.force_login(account.user, backend=settings.AUTHENTICATION_BACKENDS[0])
    answer: Any = browser.get(f"/message/{made.pk}/part/2/view")
    assert "Mühle &lt;mill@paper.example&gt;" in answer.content.decode()
    assert "<h1>Paper</h1>" in browser.get(f"/message/{made.pk}/part/2/body").content.decode()
