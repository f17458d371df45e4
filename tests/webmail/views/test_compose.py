"""Writing a message in a browser that runs no script, and what its script asks for."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Preferences
from imapbridge.models import Body, Entry, PendingChange
from imapbridge.terms.part import Part
from tests import factories
from tests.webmail.views.conftest import Person
from webmail import tasks
from webmail.compose import rates
from webmail.compose.rates import Refusal
from webmail.models import Acquaintance, Draft, Outgoing, Template, Upload

FETCH = {"X-Requested-With": "fetch"}


def write(who: Person, **values: Any) -> Draft:
    """A draft with these values, as the form makes it."""
    answer = who.client.post("/compose/", {"do": "save", **values})
    assert answer.status_code == 302, answer.content
    return Draft.objects.get(pk=int(answer["Location"].split("/")[2]))


@pytest.mark.threat("C7", "E2")
def test_looking_writes_nothing_and_a_link_fills_the_form(alice: Person) -> None:
    page = alice.text("/compose/?to=ann@x.org&subject=Plan&body=Dear%20Ann&attach=/etc/passwd")
    assert 'value="ann@x.org"' in page
    assert 'value="Plan"' in page
    assert "Dear Ann" in page
    assert not Draft.objects.exists()


def test_a_draft_is_saved_and_shown_again(alice: Person, bob: Person) -> None:
    draft = write(
        alice, to="ann@x.org, wren@example", subject="<b>Plan", text="one\r\ntwo", priority="high", receipt="1"
    )
    assert (draft.to, draft.text, draft.priority, draft.receipt) == (
        "ann@x.org, wren@example",
        "one\ntwo",
        "high",
        True,
    )
    page = alice.text(f"/compose/{draft.pk}/")
    assert "&lt;b&gt;Plan" in page
    assert "one\ntwo" in page
    for address in (f"/compose/{draft.pk}/", f"/compose/{draft.pk}/quote", f"/compose/{draft.pk}/files/x"):
        assert bob.client.get(address).status_code == 404, address
    assert bob.client.post(f"/compose/{draft.pk}/", {"text": "mine now"}).status_code == 404


@pytest.mark.parametrize("asked", [{}, {"dsn": "1"}])
def test_who_sends_may_ask_to_be_told_of_the_delivery(alice: Person, asked: dict[str, str]) -> None:
    draft = write(alice, to="ann@x.org", subject="Plan", text="Dear Ann", **asked)
    assert ("checked" in element(alice.text(f"/compose/{draft.pk}/"), 'name="dsn"')) == bool(asked)
    values = {"do": "send", "to": draft.to, "subject": "Plan", "text": "Dear Ann", "revision": draft.revision, **asked}
    alice.client.post(f"/compose/{draft.pk}/", values)
    assert Outgoing.objects.get().dsn == bool(asked)


def test_a_template_stands_before_what_is_typed(alice: Person, bob: Person) -> None:
    mine = Template.objects.create(user=alice.user, name="Thanks", subject="Thank you", text="Dear {name},\n{date}")
    theirs = Template.objects.create(user=bob.user, name="Secret", text="of Bob")
    draft = write(alice, to="Ann Lee <ann@x.org>", text="typed")
    address = f"/compose/{draft.pk}/"
    page = alice.text(address)
    assert "Thanks" in page and "Secret" not in page
    values = {"to": draft.to, "text": "typed", "subject": "", "revision": draft.revision}
    assert alice.client.post(address, {**values, "fill": theirs.pk}).status_code == 404
    draft.refresh_from_db()
    assert alice.client.post(address, {**values, "revision": draft.revision, "fill": mine.pk}).status_code == 302
    draft.refresh_from_db()
    assert draft.subject == "Thank you"
    assert re.fullmatch(r"Dear Ann Lee,\n\w+ \d+ \w+\ntyped", draft.text)  # a day has no hour


def test_who_looks_like_somebody_known_is_asked_about(alice: Person) -> None:
    account = alice.account
    Acquaintance.objects.create(
        account=account, known_as="ann@example.org", address="ann@example.org", sent=3, last_at=timezone.now(), rank=1
    )
    values = {"do": "send", "to": "ann@exmaple.org", "subject": "Plan", "text": "Dear Ann"}
    page = alice.client.post("/compose/", values).content.decode()
    assert "looks like ann@example.org" in page
    assert not Outgoing.objects.exists()
    draft = Draft.objects.get()
    alice.client.post(
        f"/compose/{draft.pk}/", {**values, "sure": "alike:ann%40exmaple.org", "revision": draft.revision}
    )
    assert Outgoing.objects.count() == 1


def element(page: str, attribute: str) -> str:
    """The tag that has it."""
    at = page.index(attribute)
    return page[page.rindex("<", 0, at) : page.index(">", at)]


def test_of_two_pages_the_later_is_told(alice: Person) -> None:
    draft = write(alice, text="first")
    address = f"/compose/{draft.pk}/"
    ours = {"text": "ours", "revision": draft.revision, "tab": "one"}
    assert alice.client.post(address, ours, headers=FETCH).json()["revision"] == draft.revision + 1
    theirs = {"text": "theirs", "revision": draft.revision, "tab": "two"}
    assert alice.client.post(address, theirs, headers=FETCH).status_code == 409
    kept = alice.client.post(address, theirs)
    assert kept.status_code == 409
    assert "theirs" in kept.content.decode()
    # A page whose answer got lost saves again with the revision it knows.
    again = {"text": "ours, longer", "revision": draft.revision, "tab": "one"}
    assert alice.client.post(address, again, headers=FETCH).status_code == 200
    assert alice.client.post(address, {**theirs, "anyway": "1"}, headers=FETCH).status_code == 200
    draft.refresh_from_db()
    assert draft.text == "theirs"


@pytest.mark.threat("A1")
def test_what_an_editor_sends_is_not_believed(alice: Person) -> None:
    html = '<p onclick="x()">Hi <script>x()</script><img src="cid:a@b"><img src="/sign-out"></p>'
    draft = write(alice, rich="1", html=html, text="Hi", subject="s")
    assert draft.html == '<p>Hi <img src="cid:a@b"><img></p>'
    # Without a script what was rich stays so, as long as its text does.
    alice.client.post(f"/compose/{draft.pk}/", {"text": "Hi", "subject": "other", "revision": draft.revision})
    draft.refresh_from_db()
    assert (draft.is_rich, draft.subject) == (True, "other")
    alice.client.post(f"/compose/{draft.pk}/", {"text": "Hi you", "subject": "other", "revision": draft.revision})
    draft.refresh_from_db()
    assert (draft.is_rich, draft.html) == (False, "")


def test_a_reply_begins_with_whom_and_what_it_answers(alice: Person) -> None:
    came = factories.message(alice.inbox, "AW: Plan", text="Shall we?", sender=("Ann", "ann@x.org"))
    came.recipients["cc"] = [["Bo", "bo@x.org"]]
    came.save()
    Body.objects.create(message=came, section="HEADER", data=b"Subject: x\r\n\r\n")
    answer = alice.client.post(f"/compose/?all={came.pk}")
    draft = Draft.objects.get()
    assert answer["Location"] == f"/compose/{draft.pk}/"
    assert (draft.to, draft.cc, draft.subject) == ("Ann <ann@x.org>", "Bo <bo@x.org>", "Re: Plan")
    assert (draft.in_reply_to, draft.references) == (came.message_id, came.message_id)
    assert "> Shall we?" in draft.quote_text
    frame = alice.client.get(f"/compose/{draft.pk}/quote")
    assert "Shall we?" in frame.content.decode()
    assert "sandbox" in frame["Content-Security-Policy"]
    alice.client.post(f"/compose/{draft.pk}/", {"do": "unseal", "text": "Yes", "revision": 0})
    draft.refresh_from_db()
    assert (draft.text.startswith("Yes\n\n"), "> Shall we?" in draft.text, draft.quote) == (True, True, "")


def test_nobody_answers_the_mail_of_others(alice: Person, bob: Person) -> None:
    came = factories.message(bob.inbox, text="secret")
    for kind in ("reply", "all", "forward", "attach", "again", "draft"):
        assert alice.client.post(f"/compose/?{kind}={came.pk}").status_code == 404
    assert not Draft.objects.exists()


def test_a_message_is_attached_without_its_blind_copies(alice: Person) -> None:
    sent = factories.message(alice.inbox, text="Hi")
    sent.bodies.create(section="", data=b"To: ann@x.org\r\nBcc: eve@x.org\r\n\r\nHi\r\n")
    alice.client.post(f"/compose/?attach={sent.pk}")
    assert Upload.objects.get().path.read_bytes() == b"To: ann@x.org\r\n\r\nHi\r\n"


def test_files_come_with_a_form_and_go_by_a_button(alice: Person) -> None:
    draft = write(alice, text="x")
    address = f"/compose/{draft.pk}/"
    file = SimpleUploadedFile("../plan.pdf", b"%PDF-1.7", "application/pdf")
    alice.client.post(address, {"do": "attach", "file": file, "text": "x", "revision": draft.revision})
    upload = Upload.objects.get()
    assert (upload.name, upload.size, upload.media_type) == ("plan.pdf", 8, "application/pdf")
    assert upload.path.read_bytes() == b"%PDF-1.7"
    assert b"".join(alice.client.get(f"{address}files/{upload.key}")) == b"%PDF-1.7"
    alice.client.post(address, {"drop": upload.key, "text": "x"})
    assert not Upload.objects.exists()
    assert not upload.path.exists()


def test_a_file_comes_piece_by_piece(alice: Person, bob: Person) -> None:
    draft = write(alice, text="x")
    # `plan.png` and `image/png`, in base64.
    metadata = "filename cGxhbi5wbmc=,filetype aW1hZ2UvcG5n,inline "
    made = alice.client.post(f"/compose/{draft.pk}/files", headers={"Upload-Length": "12", "Upload-Metadata": metadata})
    address, content_id = made["Location"], made.json()["content_id"]
    assert content_id.endswith("@image")

    def patch(offset: int, octets: bytes, who: Person = alice) -> Any:
        return who.client.patch(
            address, octets, "application/offset+octet-stream", headers={"Upload-Offset": str(offset)}
        )

    assert patch(0, b"\x89PNG\r\n\x1a\n", bob).status_code == 404
    assert patch(0, b"\x89PNG\r\n\x1a\n")["Upload-Offset"] == "8"
    assert patch(0, b"again").status_code == 409
    assert alice.client.head(address)["Upload-Offset"] == "8"
    assert alice.client.get(address).status_code == 404, "not whole yet"
    assert patch(8, b"more than announced")["Upload-Offset"] == "12"
    shown = alice.client.get(address)
    assert (shown["Content-Type"], b"".join(shown)) == ("image/png", b"\x89PNG\r\n\x1a\nmore")
    assert alice.client.delete(address).status_code == 204
    much = alice.client.post(
        f"/compose/{draft.pk}/files", headers={"Upload-Length": str(2**31), "Upload-Metadata": metadata}
    )
    assert much.status_code == 413


def test_a_left_draft_is_in_the_drafts_mailbox_once_and_opens_again(alice: Person) -> None:
    box = factories.mailbox(alice.account, "Drafts", special_use="drafts")
    draft = write(alice, to="ann@x.org", subject="Plan", text="one")
    tasks.mirror_draft(draft.pk)
    alice.client.post(f"/compose/{draft.pk}/", {"text": "one two", "revision": draft.revision})
    tasks.mirror_draft(draft.pk)
    tasks.mirror_draft(draft.pk)
    held = Entry.objects.filter(mailbox=box, expunged=False)
    assert [(one.draft, one.message.message_id) for one in held] == [(True, draft.message_id)]
    assert PendingChange.objects.filter(kind="append").count() == 2
    answer = alice.client.post(f"/compose/?draft={held[0].message_id}")
    assert answer["Location"] == f"/compose/{draft.pk}/"
    alice.client.post(f"/compose/{draft.pk}/", {"do": "discard"})
    tasks.mirror_draft(draft.pk)
    assert not Entry.objects.filter(mailbox=box, expunged=False).exists()


def test_a_draft_of_another_program_is_gone_on_with(alice: Person) -> None:
    box = factories.mailbox(alice.account, "Drafts", special_use="drafts")
    there = factories.message(box, "Half", text="begun elsewhere", sender=("", alice.account.address))
    alice.client.post(f"/compose/?draft={there.pk}")
    draft = Draft.objects.get()
    assert (draft.message_id, draft.text, draft.subject) == (there.message_id, "begun elsewhere", "Half")


def test_another_program_went_on_with_what_we_put_there(alice: Person) -> None:
    box = factories.mailbox(alice.account, "Drafts", special_use="drafts")
    draft = write(alice, to="ann@x.org", subject="Plan", text="one\0")
    tasks.mirror_draft(draft.pk)
    Entry.objects.filter(mailbox=box).update(expunged=True)
    there = factories.message(box, "Plan", text="one, and more", sender=("", alice.account.address))
    type(there).objects.filter(pk=there.pk).update(message_id=draft.message_id)
    alice.client.post(f"/compose/?draft={there.pk}")
    found = Draft.objects.get()
    assert (found.text, found.message_id) == ("one, and more", draft.message_id)
    alice.client.post(f"/compose/{found.pk}/", {"text": "one, and more, and here", "revision": found.revision})
    alice.client.post(f"/compose/?draft={there.pk}")
    assert Draft.objects.get().text == "one, and more, and here", "what was typed here since stays"


def test_what_is_too_much_to_be_made_safe_is_refused_and_nothing_changes(alice: Person) -> None:
    draft = write(alice, rich="1", html="<p>Hi</p>", text="Hi")
    values = {"rich": "1", "html": "<div>" * 5000, "text": "x", "revision": draft.revision}
    assert alice.client.post(f"/compose/{draft.pk}/", values, headers=FETCH).status_code == 413
    draft.refresh_from_db()
    assert (draft.html, draft.text) == ("<p>Hi</p>", "Hi")


def test_discarded_drafts_are_swept_with_their_files(alice: Person) -> None:
    draft = write(alice, text="x", file=SimpleUploadedFile("a.txt", b"a"), do="attach")
    path = Upload.objects.get().path
    alice.client.post(f"/compose/{draft.pk}/", {"do": "discard"})
    tasks.sweep_drafts()
    assert path.exists(), "it can be had back"
    Draft.objects.update(discarded_at="2020-01-01T00:00Z")
    tasks.sweep_drafts()
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"to": ""}, "Say first to whom it goes"),
        ({"to": "wren@example, ann@x.org"}, "“wren@example” is not a complete address"),
        ({"to": "ann@x.org", "subject": ""}, "It has no subject"),
        ({"to": "ann@x.org", "subject": "s", "text": "The plan is attached"}, "no file is attached"),
        ({"to": "ann@x.org", "subject": "s", "later": "2020-01-01T08:00"}, "still to come"),
    ],
)
def test_what_can_not_go_says_why_and_nothing_is_lost(alice: Person, values: dict[str, str], said: str) -> None:
    answer = alice.client.post("/compose/", {"do": "send", "text": "typed with care", **values})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert re.search("typed with care|The plan is attached", page)
    assert Draft.objects.count() == 1


def test_what_is_sent_can_be_had_back_until_it_goes(alice: Person, bob: Person) -> None:
    answer = alice.client.post(
        "/compose/", {"do": "send", "to": "Ann <ann@x.org>", "subject": "Plan", "text": "Dear Ann"}
    )
    outgoing, draft = Outgoing.objects.get(), Draft.objects.get()
    assert "Undo" in answer.content.decode()
    assert (outgoing.subject, outgoing.state, draft.outgoing) == ("Plan", "waiting", outgoing.pk)
    assert timedelta(seconds=5) < outgoing.due_at - timezone.now() < timedelta(seconds=11)
    assert b"Dear Ann" in outgoing.path.read_bytes()
    assert alice.client.get(f"/compose/{draft.pk}/").status_code == 404, "it is on its way"
    assert bob.client.post(f"/compose/{draft.pk}/undo").status_code == 404
    assert alice.client.post(f"/compose/{draft.pk}/undo").status_code == 302
    assert "Dear Ann" in alice.text(f"/compose/{draft.pk}/")
    assert alice.client.post(f"/compose/{draft.pk}/undo").status_code == 404


def test_what_another_message_was_quicker_than_stays_a_draft(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    refusals = iter([None, Refusal(60)])
    monkeypatch.setattr(rates, "refusal", lambda *_asked: next(refusals))
    answer = alice.client.post("/compose/", {"do": "send", "to": "ann@x.org", "subject": "Plan", "text": "Dear Ann"})
    assert answer.status_code == 422 and "You have sent as much as you may" in answer.content.decode()
    assert Draft.objects.get().outgoing is None and not Outgoing.objects.exists()


def test_what_is_asked_is_asked_once_and_a_moment_is_the_persons_own(alice: Person) -> None:
    Preferences.objects.create(user=alice.user, time_zone="Asia/Tokyo")
    draft = write(alice, to="ann@x.org", text="The plan is attached")
    values = {"text": "The plan is attached", "to": "ann@x.org", "subject": "", "later": "2099-07-01T08:00"}
    asked = alice.client.post(f"/compose/{draft.pk}/", values, headers=FETCH)
    assert [one["asks"] for one in asked.json()["problems"]] == ["file", "subject"]
    asked = alice.client.post(f"/compose/{draft.pk}/", {**values, "sure": "file"}, headers=FETCH)
    assert [one["asks"] for one in asked.json()["problems"]] == ["subject"]
    told = alice.client.post(f"/compose/{draft.pk}/", {**values, "sure": "file subject"}, headers=FETCH)
    assert "2099" in told.json()["said"]
    assert Outgoing.objects.get().due_at.isoformat() == "2099-06-30T23:00:00+00:00"


def test_a_quick_answer_goes_with_what_it_answers(alice: Person) -> None:
    came = factories.message(alice.inbox, "Plan", text="Shall we?", sender=("Ann", "ann@x.org"))
    values = {"reply": came.pk, "text": "Yes, <let> us", "do": "send"}
    assert alice.client.post("/compose/", values, headers=FETCH).json()["said"] == "Sent"
    sent = Outgoing.objects.get()
    assert [one["address"] for one in sent.recipients] == ["ann@x.org"]
    assert sent.answers == {"kind": "reply", "message_id": came.message_id, "message": came.pk}
    octets = sent.path.read_bytes()
    assert b"Yes, <let> us" in octets
    assert b"> Shall we?" in octets


def test_what_is_forwarded_goes_whole(alice: Person) -> None:
    html = Part("1", "text/html", charset="utf-8", encoding="8bit", size=200)
    file = Part("2", "text/plain", encoding="8bit", size=5, disposition="attachment", filename="note.txt")
    came = factories.message(
        alice.inbox, "Plan", sender=("Ann", "ann@x.org"), structure=Part("", "multipart/mixed", parts=(html, file))
    )
    Body.objects.create(
        message=came, section="1", data=b'<table bgcolor="#ff0000"><tr><td>cell<script>x</script></table>'
    )
    Body.objects.create(message=came, section="2", data=b"hello")
    alice.client.post(f"/compose/?forward={came.pk}")
    draft = Draft.objects.get()
    assert (draft.subject, draft.to, draft.in_reply_to) == ("Fwd: Plan", "", "")
    assert 'bgcolor="#ff0000"' in draft.quote
    assert "script" not in draft.quote
    assert [(one.name, one.path.read_bytes()) for one in draft.files.all()] == [("note.txt", b"hello")]


def test_what_a_browser_has_a_name_for_is_begun_once_and_sent_once(alice: Person, bob: Person) -> None:
    """Whose answers get lost asks again."""
    asked = {"begun": "0123456789abcdef" * 2, "to": "ann@x.org", "subject": "Plan", "text": "Dear Ann", "tab": "t"}

    def post(who: Person, address: str, **values: str) -> dict[str, Any]:
        answer = who.client.post(address, {**asked, **values}, headers=FETCH)
        assert answer.status_code == 200, answer.content
        return dict(answer.json())

    first = post(alice, "/compose/", do="save")
    assert post(alice, "/compose/", do="save", text="Dear Ann, or")["draft"] == first["draft"]
    assert Draft.objects.get().text == "Dear Ann, or"
    assert post(bob, "/compose/", do="save")["draft"] != first["draft"]
    sent = [post(alice, "/compose/", do="send") for _ in range(2)]
    sent.append(post(alice, f"/compose/{first['draft']}/", do="send"))
    assert {(one["said"], one["draft"]) for one in sent} == {("Sent", first["draft"])}
    assert Outgoing.objects.count() == 1
    other = {**asked, "text": "Dear Ann, no", "tab": "another", "do": "send"}
    assert alice.client.post(f"/compose/{first['draft']}/", other, headers=FETCH).status_code == 404
    Draft.objects.filter(pk=first["draft"]).delete()  # it has gone
    assert post(alice, "/compose/", do="send")["said"] == "Sent"
    assert (Outgoing.objects.count(), Draft.objects.filter(account=alice.account).count()) == (1, 0)
    after = post(alice, "/compose/", do="save", text="Dear Ann, and one thing more")["draft"]
    post(alice, f"/compose/{after}/", do="send")
    assert Outgoing.objects.count() == 2, "what was typed after that goes as well"
