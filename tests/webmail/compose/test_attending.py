"""The answer to an invitation, as the programs of its organiser read it."""

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from imapbridge.mime import build
from imapbridge.terms.envelope import Address
from tests.webmail.reading.test_invitations import calendar
from webmail.compose.attending import can_answer, reply
from webmail.reading.invitations import Guest, Invitation, invitation

NOW = datetime(2026, 3, 12, 10, 42, tzinfo=UTC)
ME = Address('Noor "N" Eklund', "noor@example.com")
BY = "ORGANIZER;CN=Ines:mailto:ines@x.example"


def asked(*lines: str, method: str = "REQUEST") -> Invitation:
    found = invitation(calendar(*(lines or ("DTSTART:20260320T150000Z",)), BY, method=method), "2")
    assert found is not None
    return found


@pytest.mark.parametrize("answer", ["accepted", "tentative", "declined"])
def test_what_the_organiser_gets(answer: str) -> None:
    out = BytesIO()
    found = asked("DTSTART;TZID=Europe/Berlin:20260320T150000", "SEQUENCE:3", "ATTENDEE:mailto:noor@example.com")
    build.write(reply(found, ME, answer, NOW, "<invitation@x.example>"), out, with_bcc=False)
    read = message_from_bytes(out.getvalue(), policy=policy.default)
    assert (read["To"], read["In-Reply-To"]) == ("Ines <ines@x.example>", "<invitation@x.example>")
    assert str(read["Subject"]).endswith(": Walk")
    payload: Any = read.get_payload()
    plain, part = payload
    assert (part.get_content_type(), part.get_param("method")) == ("text/calendar", "REPLY")
    assert "Eklund" in plain.get_content()
    whole: Any = Calendar.from_ical(part.get_content())
    (event,) = whole.walk("VEVENT")
    assert (whole["METHOD"], event["UID"], event["SEQUENCE"]) == ("REPLY", "1@x.example", 3)
    assert str(event["ORGANIZER"]) == "mailto:ines@x.example"
    assert str(event["ATTENDEE"]) == "mailto:noor@example.com"
    assert event["ATTENDEE"].params["PARTSTAT"] == answer.upper()
    assert (event["DTSTAMP"].dt, event["DTSTART"].dt) == (NOW, datetime(2026, 3, 20, 14, tzinfo=UTC))
    assert "RECURRENCE-ID" not in event


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("RECURRENCE-ID;TZID=Europe/Berlin:20260327T150000", "RECURRENCE-ID:20260327T140000Z"),
        ("RECURRENCE-ID;VALUE=DATE:20260327", "RECURRENCE-ID;VALUE=DATE:20260327"),
    ],
)
def test_one_occasion_of_many(line: str, written: str) -> None:
    said = reply(asked("DTSTART:20260327T160000Z", line), ME, "declined", NOW, "").calendar
    assert said is not None
    assert written in said.text.splitlines()


@pytest.mark.parametrize("method", ["REPLY", "CANCEL", "PUBLISH", "COUNTER"])
def test_what_asks_for_no_answer(method: str) -> None:
    found = asked(method=method)
    assert not can_answer(found)
    with pytest.raises(ValueError, match="no invitation"):
        reply(found, ME, "accepted", NOW, "")


@pytest.mark.threat("B2", "D2")
@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_nothing_of_a_stranger_becomes_a_line_of_its_own(title: str, uid: str, name: str) -> None:
    who = Guest(name, "ines@x.example")
    found = Invitation("2", "request", title, "2026-03-20", "", uid=f"u{uid}", organizer=who)
    said = reply(found, ME, "accepted", NOW, "").calendar
    assert said is not None
    names = {
        line.partition(":")[0].partition(";")[0]
        for line in re.split("\r\n|\r|\n", said.text.strip())
        if line[:1] != " "
    }
    assert names <= {
        "BEGIN", "END", "VERSION", "PRODID", "METHOD", "UID", "DTSTAMP", "DTSTART", "SEQUENCE", "SUMMARY", "ORGANIZER",
        "ATTENDEE",
    }  # fmt: skip
