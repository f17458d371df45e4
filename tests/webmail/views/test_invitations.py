"""The card of an invitation in an open message."""

import pytest
from pytest_django import DjangoAssertNumQueries

from imapbridge.models import Message
from imapbridge.terms.part import Part
from tests import factories
from tests.webmail.reading.test_invitations import calendar
from tests.webmail.views.conftest import Person


def invited(person: Person, text: str) -> Message:
    part = Part("2", "text/calendar", charset="utf-8", size=len(text), params=(("method", "REQUEST"),))
    plain = Part("1", "text/plain", size=2)
    made = factories.message(
        person.inbox, "Walk", text="Hi", structure=Part("", "multipart/alternative", parts=(plain, part))
    )
    made.bodies.create(section="2", data=text.encode())
    return made


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
