"""Invitations as values, from what calendars write and from nonsense."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imapbridge.terms.part import Part
from tests.examples import examples
from webmail.reading import zones
from webmail.reading.invitations import Guest, Invitation, Rule, calendar_part, invitation


def calendar(*lines: str, method: str = "REQUEST", zone: str = "") -> str:
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", f"METHOD:{method}", *([zone] if zone else []), "BEGIN:VEVENT"]
    return "\r\n".join([*head, "UID:1@x.example", "SUMMARY:Walk", *lines, "END:VEVENT", "END:VCALENDAR", ""])


def read(*lines: str, method: str = "REQUEST", zone: str = "") -> Invitation:
    found = invitation(calendar(*lines, method=method, zone=zone), "2")
    assert found is not None
    return found


def test_all_that_is_said() -> None:
    found = read(
        "DTSTART;TZID=Europe/Berlin:20260320T150000", "DTEND;TZID=Europe/Berlin:20260320T154500", "SEQUENCE:2",
        "LOCATION:Shed 4\\, stairs by the si", " de door", 'ORGANIZER;CN="Haddad, Ines":mailto:ines@x.example',
        "ATTENDEE;CN=Marta;PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT:MAILTO:m@x.example",
        "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:noor@example.com",
        "RRULE:FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20260601T000000Z",
    )  # fmt: skip
    assert found == Invitation(
        section="2", method="request", title="Walk", start="2026-03-20T14:00:00+00:00",
        end="2026-03-20T14:45:00+00:00", uid="1@x.example", sequence=2, place="Shed 4, stairs by the side door",
        organizer=Guest("Haddad, Ines", "ines@x.example"),
        guests=(Guest("Marta", "m@x.example", "accepted"), Guest("", "noor@example.com")),
        rule=Rule("weekly", 1, ((0, 0), (0, 2)), until="2026-06-01"),
    )  # fmt: skip
    assert Invitation.from_json(found.to_json()) == found


ODD = """BEGIN:VTIMEZONE
TZID:Our Office
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE""".replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("written", "start"),
    [
        ("DTSTART:20260320T150000Z", "2026-03-20T15:00:00+00:00"),
        ("DTSTART:20260320T150000", "2026-03-20T15:00:00"),
        ("DTSTART;VALUE=DATE:20260320", "2026-03-20"),
        ("DTSTART;TZID=America/New_York:20260320T150000", "2026-03-20T19:00:00+00:00"),
        ("DTSTART;TZID=W. Europe Standard Time:20260720T150000", "2026-07-20T13:00:00+00:00"),
        ("DTSTART;TZID=/example.org/20070129_1/Europe/Berlin:20260720T150000", "2026-07-20T13:00:00+00:00"),
        ("DTSTART;TZID=Our Office:20260320T150000", "2026-03-20T14:00:00+00:00"),
        ("DTSTART;TZID=Our Office:20260720T150000", "2026-07-20T13:00:00+00:00"),
        ("DTSTART;TZID=Nowhere:20260320T150000", "2026-03-20T15:00:00"),
        ("DTSTART;TZID=America:20260320T150000", "2026-03-20T15:00:00"),
        ("DTSTART;TZID=../../etc/passwd:20260320T150000", "2026-03-20T15:00:00"),
    ],
)
def test_moments(written: str, start: str) -> None:
    assert read(written, zone=ODD).start == start


@pytest.mark.parametrize(
    ("lines", "end"),
    [
        (("DTSTART:20260320T150000Z", "DTEND:20260320T160000Z"), "2026-03-20T16:00:00+00:00"),
        (("DTSTART:20260320T150000Z", "DURATION:PT45M"), "2026-03-20T15:45:00+00:00"),
        (("DTSTART;VALUE=DATE:20260320", "DTEND;VALUE=DATE:20260322"), "2026-03-22"),
        (("DTSTART:20260320T150000Z",), ""),
        (("DTSTART:20260320T150000Z", "DTEND:20260320T140000Z"), ""),
        (("DTSTART:20260320T150000Z", "DTEND;VALUE=DATE:20260321"), ""),
        (("DTSTART:20260320T150000Z", "DTEND:20260320T160000"), ""),
        (("DTSTART:20260320T150000Z", "DURATION:-PT45M"), ""),
    ],
)
def test_ends(lines: tuple[str, ...], end: str) -> None:
    assert read(*lines).end == end


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("FREQ=DAILY", Rule("daily")),
        ("FREQ=DAILY;INTERVAL=3;COUNT=5", Rule("daily", 3, count=5)),
        ("FREQ=MONTHLY;BYDAY=2TU", Rule("monthly", 1, ((2, 1),))),
        ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=-1", Rule("monthly", 1, ((-1, 1),))),
        ("FREQ=MONTHLY;BYMONTHDAY=15", Rule("monthly", month_days=(15,))),
        ("FREQ=YEARLY;BYMONTH=3", Rule("yearly")),
        ("FREQ=DAILY;BYHOUR=9", Rule("")),
        ("FREQ=MONTHLY;BYMONTH=3", Rule("")),
    ],
)
def test_rules(rule: str, told: Rule) -> None:
    assert read("DTSTART:20260320T150000Z", f"RRULE:{rule}").rule == told


def test_cancelled_and_one_of_many() -> None:
    found = read("DTSTART:20260320T150000Z", "STATUS:CANCELLED", "RECURRENCE-ID:20260320T150000Z", method="CANCEL")
    assert (found.method, found.cancelled, found.one_of_many) == ("cancel", True, True)


def test_a_zone_that_changes_every_second_takes_no_time() -> None:
    evil = ODD.replace("FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10", "FREQ=SECONDLY")
    assert read("DTSTART;TZID=Our Office:20260720T150000", zone=evil).start == "2026-07-20T13:00:00+00:00"


def test_a_zone_of_one_letter_is_not_believed_in_the_next() -> None:
    read("DTSTART;TZID=Our Office:20260720T150000", zone=ODD)
    assert read("DTSTART;TZID=Our Office:20260720T150000").start == "2026-07-20T15:00:00"


def test_bounds() -> None:
    crowd = [f"ATTENDEE:mailto:{n}@x.example" for n in range(1000)]
    found = read("DTSTART:20260320T150000Z", f"LOCATION:{'x' * 5000}", *crowd)
    assert len(found.guests) == 100
    assert len(found.place) == 1000
    assert invitation(calendar("DTSTART:20260320T150000Z", f"DESCRIPTION:{'x' * 200_000}")) is None
    assert invitation("BEGIN:VEVENT\r\n" + "BEGIN:VTIMEZONE\r\n" * 6000) is None


@pytest.mark.parametrize(
    "text",
    ["", "BEGIN:VEVENT", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VEVENT\r\nEND:VCALENDAR", calendar(),
     calendar("DTSTART:nonsense"), calendar("DTSTART:99999999T999999Z"), "END:VEVENT\r\nBEGIN:VEVENT\r\n" * 500,
     calendar("DTSTART:20260320T150000Z").replace("END:VEVENT", "")],
)  # fmt: skip
def test_what_is_none(text: str) -> None:
    assert invitation(text) is None


_LINES = st.sampled_from(
    ["DTSTART:20260320T150000Z", "DTSTART;TZID=Our Office:00010101T000000", "DTSTART:99991231T235959Z", "DTEND:x",
     "DTSTART;VALUE=DATE:00010101", "DURATION:P99999999D", "RRULE:FREQ=WEEKLY;BYDAY=9MO", "RRULE:;;", "ATTENDEE",
     "RRULE:x=1",
     "ORGANIZER;CN=\x00:mailto:", "SEQUENCE:-1", "SEQUENCE:" + "9" * 30, "BEGIN:VEVENT", "END:VEVENT", "BEGIN:VALARM",
     "SUMMARY;=:x", ":", ";", "STATUS:", "RECURRENCE-ID:1", "DTSTART;TZID=:20260101T000000", "EXDATE:1"],
)  # fmt: skip


@settings(max_examples=examples(75))
@given(st.lists(_LINES | st.text(max_size=30), max_size=12), st.sampled_from(["", ODD, ODD[:200]]))
def test_nothing_raises(lines: list[str], zone: str) -> None:
    found = invitation(calendar(*lines, zone=zone))
    if found is not None:
        assert Invitation.from_json(found.to_json()) == found
        datetime.fromisoformat(found.start)


@given(st.text(max_size=200))
def test_any_text_is_an_invitation_or_none(text: str) -> None:
    invitation(f"BEGIN:VEVENT{text}")


@given(st.datetimes(), st.text(max_size=300))
def test_any_description_of_a_zone_gives_an_offset_or_none(moment: datetime, text: str) -> None:
    zones.described(text, moment)
    found = zones.described(ODD.replace("\r\n", "\n"), moment)
    assert found is not None
    assert found.utcoffset(moment) in (timedelta(hours=1), timedelta(hours=2))


@pytest.mark.parametrize(
    ("parts", "section"),
    [
        ((Part("1", "text/plain"),), None),
        ((Part("1", "text/plain"), Part("2", "text/calendar", size=900)), "2"),
        ((Part("1", "text/calendar", size=9), Part("2", "text/calendar", params=(("method", "REQUEST"),))), "2"),
        ((Part("1", "application/octet-stream", filename="Invite.ICS"),), "1"),
        ((Part("1", "text/calendar", size=10**7),), None),
    ],
)
def test_where_to_look(parts: tuple[Part, ...], section: str | None) -> None:
    found = calendar_part(Part("", "multipart/mixed", parts=parts))
    assert (found.section if found else None) == section
