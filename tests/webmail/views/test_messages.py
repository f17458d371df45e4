"""An open message: its page, what a script gets of it, and the document of its HTML."""

from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from imapbridge import bodies
from imapbridge.errors import MessageGone, ServerTimedOut, SignInRefused
from imapbridge.models import Entry, Message, PendingChange
from imapbridge.terms.part import Part
from tests import factories
from tests.webmail.views.conftest import Person
from tests.webmail.views.reading_pages import names, rows, tags
from webmail import csp

HTML = Part("1", "text/html", charset="utf-8", encoding="8bit", size=500)
MIXED = Part(
    "",
    "multipart/mixed",
    parts=(
        Part("1", "text/plain", charset="utf-8", encoding="8bit", size=100),
        Part("2", "application/pdf", encoding="base64", size=339_000, disposition="attachment", filename="plan.pdf"),
        Part("3", "image/png", encoding="base64", size=1_642_000, disposition="attachment", filename="hall-map.png"),
    ),
)


def address(message: Message, path: str = "") -> str:
    return f"/message/{message.pk}/{path}"


def test_a_page_shows_list_head_and_text(alice: Person) -> None:
    made = factories.message(alice.inbox, "Table plan", text="Hi both,\nhttps://example.org/van <b>\n", seen=False)
    html = alice.text(address(made))
    assert "<title>Table plan – Whimbrel</title>" in html
    assert 'data-view="conversation"' in html
    assert "Hi both," in html
    assert "&lt;b&gt;" in html
    assert tags(html, "a", href="https://example.org/van", target="_blank")
    assert "is-open" in rows(html)[made.thread]
    assert next(each["aria-label"] for each in tags(html, "a", aria_current="true")).startswith("Unread, Wren Calloway")


@pytest.mark.parametrize("place", ["9" * 5000, "-1", "٣", "", "x"])
def test_a_list_that_is_none_is_passed_over(alice: Person, place: str) -> None:
    made = factories.message(alice.inbox, "Table plan", text="Hi")
    assert "Back to Inbox" in alice.text(f"{address(made)}?in={place}")


def test_a_script_gets_the_reading_pane_only(alice: Person) -> None:
    made = factories.message(alice.inbox, "Table plan", text="Hi")
    answer = alice.script(address(made), "reader").content.decode()
    assert "<title>Table plan – Whimbrel</title>" in answer
    assert "Hi" in answer
    assert "<nav" not in answer
    assert rows(answer) == {}


def test_opening_changes_nothing(alice: Person) -> None:
    made = factories.message(alice.inbox, text="Hi", seen=False)
    alice.text(address(made))
    alice.script(address(made), "reader")
    assert not Entry.objects.get(message=made).seen
    assert "Mark as read" in alice.text(address(made))


def test_a_post_marks_what_it_shows(alice: Person) -> None:
    first = factories.message(alice.inbox, seen=False, sort_at=1, text="one")
    last = factories.message(alice.inbox, seen=False, thread=first.thread, sort_at=2, text="two")
    answer = alice.client.post(f"{address(last)}?in={alice.inbox.pk}&open=one", headers={"Region": "reader"})
    assert [Entry.objects.get(message=each).seen for each in (first, last)] == [False, True]
    assert "Mark as read" in answer.content.decode()
    answer = alice.client.post(address(last), headers={"Region": "reader"})
    assert Entry.objects.get(message=first).seen
    assert "Mark as unread" in answer.content.decode()
    assert PendingChange.objects.count() == 2


def test_a_post_needs_the_page_and_its_person(alice: Person, bob: Person) -> None:
    made = factories.message(alice.inbox, seen=False)
    assert bob.client.post(address(made)).status_code == 404
    alice.client.handler.enforce_csrf_checks = True
    assert alice.client.post(address(made)).status_code == 403
    assert not Entry.objects.get(message=made).seen


def test_controls_have_their_names(alice: Person) -> None:
    factories.message(alice.inbox, "Older", sort_at=1_700_000_000)
    made = factories.message(alice.inbox, "This", text="Hi", sort_at=1_700_000_100)
    factories.message(alice.inbox, "Newer", sort_at=1_700_000_200)
    html = alice.text(address(made))
    pane = html[html.index('id="reader"') :]
    assert {"Star", "Newer conversation", "Older conversation"} <= set(names(pane, "button"))
    assert "Back to Inbox" in names(pane, "a")
    for region in ("Conversation actions", "Messages in this conversation"):
        assert f'aria-label="{region}"' in pane


def test_the_way_on_leads_past_the_end_of_a_page(alice: Person) -> None:
    box = factories.fill_mailbox(alice.account, 60, "Archive", special_use="archive")
    order = list(box.entries.order_by("-sort_at").values_list("message_id", flat=True))
    html = alice.text(f"/message/{order[49]}/?in={box.pk}")
    (newer,), (older,) = tags(html, "button", id="newer"), tags(html, "button", id="older-conversation")
    assert (newer["formaction"], older["formaction"]) == (f"/message/{order[48]}/", f"/message/{order[50]}/")
    (first,) = tags(alice.text(f"/message/{order[0]}/?in={box.pk}"), "button", id="newer")
    assert "hidden" in first


def test_a_conversation_unfolds_by_a_plain_form(alice: Person) -> None:
    thread = factories.message(alice.inbox, "Van", text="Text 0", sort_at=1_700_000_000).thread
    for number in range(1, 6):
        last = factories.message(
            alice.inbox, "Van", text=f"Text {number}", thread=thread, sort_at=1_700_000_000 + number
        )
    html = alice.text(address(last))
    assert "Text 5" in html
    assert "Text 1" not in html
    assert "Show 3 earlier messages" in html
    assert "Text 1" in alice.text(address(last, "?open=all"))
    assert "Text 0" in alice.text(address(Message.objects.get(pk=thread)))


def test_the_list_it_came_from_stands_beside_it(alice: Person) -> None:
    archive = factories.mailbox(alice.account, "Archive", special_use="archive")
    made = factories.message(archive, "Kept", text="Hi")
    for query in ("", f"?in={archive.pk}", "?in=999999", "?in=x", f"?in={alice.inbox.pk}"):
        html = alice.text(address(made, query))
        assert "Back to Archive" in names(html, "a")
        assert list(rows(html)) == [made.thread]


@pytest.mark.threat("B1")
def test_hostile_text_is_text_everywhere(alice: Person) -> None:
    evil = '"><script>alert(1)</script>'
    part = Part("1", "text/plain", size=50)
    attached = Part("2", "text/html", size=50, disposition="attachment", filename=f"{evil}.html")
    made = factories.message(
        alice.inbox, evil, text=evil, sender=(evil, "wren@example.org"), preview=evil, list_id=evil,
        structure=Part("", "multipart/mixed", parts=(part, attached)),
    )  # fmt: skip
    html = alice.text(address(made))
    assert "<script>alert" not in html


def test_attachments_are_cards(alice: Person) -> None:
    made = factories.message(alice.inbox, text="Hi", structure=MIXED)
    html = alice.text(address(made))
    assert "2 attachments, 1.4 MB" in html
    assert "Preview hall-map.png, 1.2 MB" in names(html, "a")
    assert {"Download plan.pdf", "Download hall-map.png"} <= set(names(html, "button"))


@pytest.mark.parametrize(
    "broken", [None, Part("1", "text/plain", charset="klingon", size=9), Part("1", "image/x-odd", size=0)]
)
def test_odd_messages_open(alice: Person, broken: Part | None) -> None:
    made = factories.message(alice.inbox, "", text="\xff\x00 odd", structure=broken or factories.PLAIN)
    if broken is None:
        Message.objects.filter(pk=made.pk).update(structure=None)
        made.bodies.update(section="", data=b"Subject: x\n\nWhole and broken: \xff\xfe\n")
    assert alice.get(address(made)).status_code == 200


def test_a_large_message_without_a_structure_is_fetched_and_read_once(
    alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = factories.message(alice.inbox, text="")
    made.bodies.all().delete()
    Message.objects.filter(pk=made.pk).update(structure=None)
    lines = b"0123456789" * 7 + b"\r\n"
    whole = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nLarge letter\r\n--b\r\n\r\n" + lines * 40_000
    asked: list[list[str]] = []

    def fetch(_account: int, _mailbox: int, _uid: int, sections: list[str]) -> dict[str, bytes]:
        asked.append(sections)
        return dict.fromkeys(sections, whole)

    monkeypatch.setattr(bodies.client, "fetch", fetch)
    assert len(whole) > bodies.CACHED
    assert "Large letter" in alice.text(f"/message/{made.pk}/")
    assert asked == [[""]]
    list(bodies.open_part(message := Message.objects.get(pk=made.pk), bodies.structure_of(message).parts[1]))
    assert asked == [[""], [""]]


def test_a_page_waits_once_for_a_server_that_does_not_answer(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def fails(message: Message, wanted: list[str]) -> dict[str, bytes]:
        asked.append(message.pk)
        raise ServerTimedOut(server="mail.example.com")

    monkeypatch.setattr(bodies, "sections_and_header", fails)
    thread = factories.message(alice.inbox, "One", seen=False).thread
    made = factories.message(alice.inbox, "Two", seen=False, thread=thread)
    assert alice.text(address(made)).count("did not reply in time") == 2
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("error", "heading", "way_out"),
    [
        (ServerTimedOut(server="mail.example.com"), "mail.example.com did not reply in time", "Try again"),
        (SignInRefused(server="mail.example.com"), "does not let this webmail in any more", "Sign in again"),
        (MessageGone(), "This message is gone", "Try again"),
    ],
)
def test_a_text_that_cannot_be_had_leaves_the_rest(
    alice: Person, monkeypatch: pytest.MonkeyPatch, error: Exception, heading: str, way_out: str
) -> None:
    def fails(message: Message, wanted: list[str]) -> dict[str, bytes]:
        raise error

    monkeypatch.setattr(bodies, "sections_and_header", fails)
    made = factories.message(alice.inbox, "Table plan", seen=False)
    html = alice.text(address(made))
    assert "Wren Calloway" in html
    assert heading in html
    assert "Mark as read" in alice.client.post(address(made), headers={"Region": "reader"}).content.decode()
    assert not Entry.objects.get(message=made).seen, "nobody has read it"
    assert way_out in html
    answer = alice.get(address(made, "body"))
    assert answer.status_code == 503
    assert heading in answer.content.decode()
    assert answer.headers["Cache-Control"] == "no-store"


# --- HTML -------------------------------------------------------------------------------------------------------------


def test_html_lives_in_a_frame_of_its_own(alice: Person) -> None:
    made = factories.message(alice.inbox, text='<p onclick="x()">Hi</p><script>x()</script>', structure=HTML)
    html = alice.text(address(made))
    (frame,) = tags(html, "iframe")
    assert frame["sandbox"] == csp.SANDBOX
    assert (frame["referrerpolicy"], frame["title"]) == ("no-referrer", "Message")
    assert frame["src"].startswith(address(made, "body?v="))
    assert "<p>Hi" not in html
    answer = alice.get(frame["src"], sec_fetch_dest="iframe")
    assert "Hi" in answer.content.decode()
    assert "x()" not in answer.content.decode()
    assert answer.headers[csp.HEADER].startswith("default-src 'none'")
    assert "script-src" not in answer.headers[csp.HEADER]
    assert f"sandbox {csp.SANDBOX}" in answer.headers[csp.HEADER]
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert answer.headers["Cache-Control"] == "private, max-age=604800, immutable"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.threat("A9")
@pytest.mark.parametrize("destination", ["document", "image", "script", "embed", "object", "empty"])
def test_the_document_is_for_a_frame_only(alice: Person, destination: str) -> None:
    made = factories.message(alice.inbox, text="<p>Hi</p>", structure=HTML)
    assert alice.get(address(made, "body"), sec_fetch_dest=destination).status_code == 403


def test_remote_images_are_blocked_and_counted(alice: Person) -> None:
    text = '<p>Hi</p><img src="https://t.example/a.png"><img src="//t.example/b.png">'
    made = factories.message(alice.inbox, text=text, structure=HTML)
    assert "2 remote images are blocked to keep your reading private." in alice.text(address(made))
    assert "t.example" not in alice.get(address(made, "body")).content.decode()


def test_images_of_the_message_itself_come_from_its_parts(alice: Person) -> None:
    picture = Part("2", "image/png", encoding="base64", size=100, content_id="logo@x", disposition="inline")
    related = Part("", "multipart/related", parts=(HTML, picture))
    made = factories.message(alice.inbox, text='<img src="cid:logo@x">', structure=related)
    body = alice.get(address(made, "body")).content.decode()
    assert f'src="{address(made, "part/2?inline")}"' in body
    assert 'class="file"' not in alice.text(address(made))


# --- Whose it is, and what it costs -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "body", "part/1", "flags"])
def test_others_find_nothing(alice: Person, bob: Person, charlie: Client, client: Client, path: str) -> None:
    made = factories.message(alice.inbox, text="Secret")
    method = "post" if path == "flags" else "get"
    for other in (bob.client, charlie):
        answer = getattr(other, method)(address(made, path))
        assert answer.status_code == 404
        assert b"Secret" not in answer.content
    assert getattr(client, method)(address(made, path)).headers["Location"].startswith("/sign-in")
    assert getattr(bob.client, method)(f"{address(made, path)}?in={alice.inbox.pk}").status_code == 404


def test_a_message_that_is_gone_is_not_found(alice: Person) -> None:
    made = factories.message(alice.inbox, text="Hi")
    Entry.objects.filter(message=made).update(expunged=True)
    assert alice.get(address(made)).status_code == 404


@pytest.fixture
def big(alice: Person) -> Iterator[list[int]]:
    """Messages of a mailbox of 2,000, newest first."""
    box = factories.fill_mailbox(alice.account, 2_000, "Archive", special_use="archive")
    newest = list(box.entries.order_by("-sort_at").values_list("message_id", flat=True)[:60])
    for pk in newest[:3]:
        Message.objects.get(pk=pk).bodies.create(section="1", data=b"Hi")
    yield newest


def test_opening_takes_six_queries(
    alice: Person, big: list[int], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    alice.get("/")
    with django_assert_max_num_queries(6):
        assert "Hi" in alice.script(f"/message/{big[1]}/", "reader").content.decode()
    with django_assert_max_num_queries(6):
        assert "Hi" in alice.text(f"/message/{big[2]}/")
    with django_assert_max_num_queries(6):
        assert alice.get(f"/message/{big[2]}/body").status_code == 200


def test_only_one_message_and_the_way_to_the_others(alice: Person) -> None:
    first = factories.message(alice.inbox, "Van", sort_at=1, text="one")
    second = factories.message(alice.inbox, "Re: Van", thread=first.thread, sort_at=2, text="two", seen=False)
    html = alice.text(f"/message/{second.pk}/")
    (link,) = [each for each in tags(html, "a") if "open=one" in each.get("href", "")]
    assert tags(html, "button", aria_label="Expand all")[0]["value"] == "all"
    html = alice.text(link["href"])
    assert ("two" in html, "one</div>" in html) == (True, False)
    assert "Show the other message" in html
    html = alice.text(f"/message/{second.pk}/?open=all")
    assert tags(html, "button", aria_label="Expand all") == []
    alone = factories.message(alice.inbox, text="three")
    html = alice.text(f"/message/{alone.pk}/")
    assert ["hidden" in each for each in tags(html, "a") if "open=one" in each.get("href", "")] == [True]
