"""A letter within a message as the viewer shows it: whom it is from, what it says, and what is attached to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from django.utils.translation import gettext as _

from imapbridge.mime.fields import FIELD
from imapbridge.mime.headers import decode_text, parse_addresses, parse_date
from imapbridge.mime.parse import MAX_HEADERS
from webmail.reading.attachments import Attachment
from webmail.reading.message import Readable
from webmail.screen import notices, people
from webmail.screen.clock import Clock
from webmail.screen.files import File, title
from webmail.screen.letters import Detail, Text
from webmail.screen.notices import Blocking, Notice


@dataclass(frozen=True, slots=True)
class EnclosedLetter:
    """As `message/_enclosed.html` prints it."""

    id: ClassVar[None] = None
    subject: str
    details: list[Detail]
    text: Text
    files: Sequence[File]
    files_title: str


def letter(header: bytes, found: Readable, text: Text, files: Sequence[File], clock: Clock) -> EnclosedLetter:
    """`header` is the letter's header block, or more than that."""
    fields = _fields(header)
    names = {"from": _("From"), "reply-to": _("Reply to"), "to": _("To"), "cc": _("Cc")}
    details = [Detail(name, _addresses(fields[key])) for key, name in names.items() if key in fields]
    if date := parse_date(fields.get("date", b"")):
        details.append(Detail(_("Date"), clock.full(date.astimezone(clock.tz))))
    return EnclosedLetter(
        subject=people.clean(decode_text(fields.get("subject", b""))) or _("(no subject)"),
        details=details,
        text=text,
        files=files,
        files_title=title(found.attachments) if files else "",
    )


def winmail(name: str, text: Text, files: Sequence[File], listed: Sequence[Attachment]) -> EnclosedLetter:
    """What is in a file of that name."""
    subject = _("What is in {name}").format(name=name)
    return EnclosedLetter(subject, [], text, files, title(listed) if files else "")


def told(found: Readable) -> list[Notice]:
    """What a reader is told; nothing can be done about it from here."""
    return [replace(notice, actions=()) for notice in notices.notices(found, Blocking("", "", shown=False))]


def _fields(header: bytes) -> dict[str, bytes]:
    """The first field of each name."""
    found: dict[str, bytes] = {}
    for field in FIELD.finditer(header[:MAX_HEADERS].partition(b"\n\r\n")[0].partition(b"\n\n")[0]):
        found.setdefault(field[1].decode("ascii").lower(), field[2].strip())
    return found


def _addresses(raw: bytes) -> str:
    return ", ".join(_address(found.name, found.address) for found in parse_addresses(raw, limit=100))


def _address(name: str, address: str) -> str:
    shown = people.display_name(name, address)
    return shown if shown == people.clean(address) or not address else f"{shown} <{people.clean(address)}>"
