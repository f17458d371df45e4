"""The answer to an invitation: a message to its organiser, for people and programs (iMIP, RFC 6047; RFC 5546 3.2.3).

Pure. The calendar in it says of the event no more than which one it is.
"""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from imapbridge.mime.build import Calendar, Composed, new_message_id
from imapbridge.mime.headers import clean
from imapbridge.terms.envelope import Address
from webmail.reading.invitations import Invitation

PRODUCT = "-//Whimbrel//Whimbrel//EN"
ANSWERS = ("accepted", "tentative", "declined")


def can_answer(found: Invitation) -> bool:
    """Whether it asks for one, and says whom to answer and about what."""
    organizer = found.organizer
    asks = found.method in ("request", "") and not found.cancelled
    return asks and bool(found.uid and organizer and "@" in organizer.address)


def reply(found: Invitation, me: Address, answer: str, now: datetime, original: str) -> Composed:
    """`answer`: of ANSWERS. `original`: the Message-ID of the invitation. ValueError: it can not be answered."""
    if found.organizer is None or answer not in ANSWERS or not can_answer(found):
        raise ValueError("no invitation that can be answered")
    name = clean(me.name) or me.address
    title = found.title or _("(no title)")
    subjects = {
        "accepted": _("Accepted: {title}"),
        "tentative": _("Maybe: {title}"),
        "declined": _("Declined: {title}"),
    }
    texts = {
        "accepted": _("{name} accepts the invitation."),
        "tentative": _("{name} may come."),
        "declined": _("{name} declines the invitation."),
    }
    return Composed(
        message_id=new_message_id(me.address.rpartition("@")[2]),
        date=now,
        from_=me,
        to=(Address(found.organizer.name, found.organizer.address),),
        subject=subjects[answer].format(title=title),
        text=texts[answer].format(name=name),
        calendar=Calendar("REPLY", _calendar(found, me, answer, now)),
        in_reply_to=original,
        references=(original,) if original else (),
    )


def _calendar(found: Invitation, me: Address, answer: str, now: datetime) -> str:
    from icalendar import Calendar as ICalendar
    from icalendar import Event, vCalAddress

    event = Event()
    event.add("uid", found.uid)
    event.add("dtstamp", now)
    event.add("sequence", found.sequence)
    event.add("dtstart", _moment(found.start))
    event.add("summary", found.title)
    event.add("organizer", vCalAddress(f"mailto:{found.organizer.address if found.organizer else ''}"))
    if found.occasion:
        event.add("recurrence-id", _moment(found.occasion))
    attendee = vCalAddress(f"mailto:{me.address}")
    attendee.params["partstat"] = answer.upper()
    if me.name:
        attendee.params["cn"] = clean(me.name).replace('"', "'")
    event.add("attendee", attendee)
    whole = ICalendar()
    whole.add("prodid", PRODUCT)
    whole.add("version", "2.0")
    whole.add("method", "REPLY")
    whole.add_component(event)
    return str(whole.to_ical().decode())


def _moment(text: str) -> datetime | date:
    """As `reading.invitations` writes them: a day, or a moment with or without an offset."""
    return date.fromisoformat(text) if len(text) == len("2026-03-20") else datetime.fromisoformat(text)
