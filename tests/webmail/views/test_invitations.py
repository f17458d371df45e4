"""The card of an invitation in an open message."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from imapbridge.models import Message
from imapbridge.terms.part import Part
from tests import factories
from tests.webmail.reading.test_invitations import calendar
from tests.webmail.views.conftest import Person
from tests.webmail.views.reading_pages import tags
from webmail.models import Outgoing
from webmail.reading.invitations import Invitation
from webmail.views.seen_events import clashes


def invited(person: Person, text: str) -> Message:
    part = Part("2", "text/calendar", charset="utf-8", size=len(text), params=(("method", "REQUEST"),))
    plain = Part("1", "text/plain", size=2)
    made = factories.message(
        person.inbox, "Walk", text="Hi", structure=Part("", "multipart/alternative", parts=(plain, part))
    )
    made.bodies.create(section="2", data=text.encode())
    return made


@pytest.mark.threat("B2")
def test_it_stands_in_the_message(alice: Person, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    made = invited(alice, calendar("DTSTART:20260320T150000Z", "LOCATION:<b>Shed</b>", "RRULE:FREQ=DAILY;COUNT=3"))
    alice.get("/")
    with django_assert_max_num_queries(6):
        html = alice.script(f"/message/{made.pk}/", "reader").content.decode()
    assert f'id="event-{made.pk}" dir="auto">Walk</h4>' in html
    assert "&lt;b&gt;Shed&lt;/b&gt;" in html
    assert "Every day, 3 times" in html
    assert f'formaction="/message/{made.pk}/part/2"' in html
    assert html.count('class="invite"') == alice.text(f"/message/{made.pk}/").count('class="invite"') == 1, "also kept"


@pytest.mark.parametrize("text", ["", "BEGIN:VCALENDAR", calendar("DTSTART:x"), calendar()])
def test_what_cannot_be_read_is_an_attachment_only(alice: Person, text: str) -> None:
    html = alice.text(f"/message/{invited(alice, text).pk}/")
    assert 'class="invite"' not in html
    assert "1 attachment" in html


# --- Answering --------------------------------------------------------------------------------------------------------

ASKED = ("DTSTART:20260320T150000Z", "DTEND:20260320T160000Z", "ORGANIZER:mailto:ines@x.example")


@pytest.fixture(autouse=True)
def _disk(settings: Any, tmp_path: Path) -> None:
    settings.ENV = replace(settings.ENV, data_dir=str(tmp_path))


@pytest.mark.parametrize("answer", ["accepted", "tentative", "declined"])
def test_an_answer_is_sent_and_remembered(alice: Person, answer: str) -> None:
    made = invited(alice, calendar(*ASKED))
    html = alice.text(f"/message/{made.pk}/")
    (button,) = tags(html, "button", name="answer", value=answer)
    assert button["aria-pressed"] == "false"
    for _again in range(2):
        answered = alice.client.post(button["formaction"], {"answer": answer})
    html = alice.text(answered["Location"])
    assert [each["value"] for each in tags(html, "button", name="answer", aria_pressed="true")] == [answer]
    assert {"accepted": "you accepted", "tentative": "you said maybe", "declined": "you declined"}[answer] in html
    sent = Outgoing.objects.order_by("pk")
    assert [one["address"] for each in sent for one in each.recipients] == ["ines@x.example"] * 2
    other = "declined" if answer == "accepted" else "accepted"
    alice.client.post(button["formaction"], {"answer": other})
    html = alice.text(f"/message/{made.pk}/")
    assert [each["value"] for each in tags(html, "button", name="answer", aria_pressed="true")] == [other]


def test_what_can_not_be_answered(alice: Person, bob: Person) -> None:
    made = invited(alice, calendar(*ASKED))
    assert bob.client.post(f"/message/{made.pk}/answer", {"answer": "accepted"}).status_code == 404
    assert alice.client.post(f"/message/{made.pk}/answer", {"answer": "x"}).status_code == 400
    for lines, method in ((ASKED, "CANCEL"), (ASKED[:2], "REQUEST")):
        other = invited(alice, calendar(*lines, method=method))
        assert tags(alice.text(f"/message/{other.pk}/"), "button", name="answer") == []
        assert alice.client.post(f"/message/{other.pk}/answer", {"answer": "accepted"}).status_code == 400
    assert not Outgoing.objects.exists()


def test_an_answer_that_cannot_be_sent_is_told(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object, **_kwargs: object) -> None:
        raise OSError

    monkeypatch.setattr("webmail.compose.outbox.send", full)
    made = invited(alice, calendar(*ASKED))
    answer = alice.client.post(f"/message/{made.pk}/answer", {"answer": "accepted"})
    html = alice.text(answer["Location"])
    assert "Your answer could not be sent." in html
    assert tags(html, "button", name="answer", aria_pressed="true") == []


# --- At the same time -------------------------------------------------------------------------------------------------


def event(uid: str, start: str, end: str, method: str = "request") -> Invitation:
    return Invitation("2", method, uid, f"2026-03-20T{start}:00+00:00", f"2026-03-20T{end}:00+00:00", uid=uid)


def test_events_that_fall_together(settings: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

    def titles(found: Invitation, answer: str = "") -> list[str]:
        return [title for title, *_ in clashes(77, found, answer)]

    assert titles(event("walk", "15:00", "16:00")) == []
    assert titles(event("walk", "15:00", "16:00")) == [], "not with itself"
    assert titles(event("call", "15:30", "15:45")) == ["walk"]
    assert titles(event("tea", "16:00", "17:00")) == [], "one begins when the other ends"
    assert titles(event("call", "15:30", "15:45"), "declined") == []
    assert titles(event("lunch", "14:00", "18:00")) == ["walk", "tea"]
    assert titles(event("walk", "15:00", "16:00", "cancel")) == []
    assert titles(event("visit", "15:10", "15:20")) == ["lunch"]
    day = Invitation("2", "request", "day", "2026-03-20", "2026-03-21", uid="day")
    assert titles(day) == [], "a whole day falls together with nothing"
