"""A letter within a message (`message/rfc822`, or an `.eml` file), opened as a letter, and what is in a `winmail.dat`.

Where the mail server has told its parts, only those that are shown are fetched; else the file is read and taken apart
here. Its remote images stay blocked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from imapbridge import bodies
from imapbridge.errors import TooLarge
from imapbridge.mime.charsets import decode
from imapbridge.mime.parse import Defect, parse
from imapbridge.mime.parts import by_section, decode_transfer
from imapbridge.models import Message
from imapbridge.terms.part import Part
from webmail import csp, error_pages
from webmail.reading import tnef
from webmail.reading.attachments import decoded_size, describe
from webmail.reading.document import document
from webmail.reading.media import picture
from webmail.reading.message import MAX_BODY, Readable, Reading, read, wanted_sections
from webmail.reading.tnef import Winmail, winmail
from webmail.reading.uuencoded import uuencoded
from webmail.reading.viewing import way
from webmail.reading.yencoded import yencoded
from webmail.screen.files import part_link
from webmail.screen.letters import quote_label
from webmail.views import streams
from webmail.views.parts import part_for
from webmail.views.turns import NoTurn, turn

LARGEST = 20 * 2**20
"""Octets of a file that is taken apart here."""
LARGEST_WITH_PICTURES = 2 * 2**20
"""Octets of one whose pictures are shown in it: for each of them it is taken apart again."""
_PLAIN = ("7bit", "8bit", "binary", "")


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A letter within a message."""

    root: Part
    header: bytes
    sections: Callable[[Sequence[str]], Mapping[str, bytes]]
    """Parts of it as transferred."""
    link: Callable[[Part], str]
    """Where a part of it is served from."""
    is_told: bool
    """The mail server knows its parts, so that they are like any other part of the message."""
    shows_pictures: bool = True
    """Its own pictures stand in its HTML; else they are among what is attached."""
    defects: tuple[Defect, ...] = ()

    def readable(self) -> Readable:
        wanted = wanted_sections(self.root)
        reading = Reading(part_url=self._picture, quote_label=quote_label())
        return read(self.root, self.sections(wanted) if wanted else {}, reading, self.defects)

    def _picture(self, part: Part) -> str | None:
        return f"{self.link(part)}?inline" if self.shows_pictures else None


def enclosed(message: Message, part: Part) -> Enclosed:
    """The letter in that part. Raises MailError; TooLarge for a file of more than 20 MB."""
    if message.structure and part.parts and part.encoding in _PLAIN:
        return _told(message, part)
    return _taken_apart(message, part)


def _told(message: Message, part: Part) -> Enclosed:
    name = f"{part.section}.HEADER"
    return Enclosed(
        root=part.parts[0],
        header=bodies.sections(message, [name])[name],
        sections=lambda wanted: bodies.sections(message, wanted),
        link=lambda inner: part_link(message.pk, inner.section),
        is_told=True,
    )


def _taken_apart(message: Message, part: Part) -> Enclosed:
    if decoded_size(part) > LARGEST:
        raise TooLarge
    raw = bodies.read_part(message, part, LARGEST)
    parsed = parse(raw)
    return Enclosed(
        root=parsed.root,
        header=raw,
        sections=lambda wanted: {section: parsed.body_of(section) for section in wanted},
        link=lambda inner: inside_link(message, part, inner.section),
        is_told=False,
        shows_pictures=len(raw) <= LARGEST_WITH_PICTURES,
        defects=parsed.defects,
    )


@require_safe
@login_required
def body(request: HttpRequest, message_id: int, section: str) -> HttpResponse:
    """The document of the frame around the letter's HTML, under the policy of any message's."""
    if request.headers.get("Sec-Fetch-Dest", "iframe") != "iframe":
        raise PermissionDenied
    message, part = _letter_part(request, message_id, section)
    found = enclosed(message, part).readable()
    theme = request.GET.get("theme", "")
    response = HttpResponse(document(found.html, paper=found.paper, scheme=theme))
    response.headers["Cache-Control"] = streams.KEPT
    response.headers[csp.HEADER] = csp.message_body(request)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
@login_required
def inside(request: HttpRequest, message_id: int, section: str, inner: str) -> HttpResponseBase:
    """A part of a letter that was taken apart here, or a file out of a `winmail.dat`. With `?inline` a picture is
    shown."""
    message, part = part_for(request, message_id, section)
    try:
        with turn():
            found, data = (
                _in_text(message, part, inner) or _hidden(message, part, inner) or _inner(message, part, inner)
            )
    except NoTurn:
        return error_pages.busy(request)
    is_asked = "inline" in request.GET
    shown = picture(data) if is_asked else ""
    response = streams.streamed([data], shown or streams.DATA, describe(found).name, inline=bool(shown))
    if is_asked:
        response.headers["Cache-Control"] = streams.KEPT
    return response


def _in_text(message: Message, part: Part, inner: str) -> tuple[Part, bytes] | None:
    """A file in plain text that is shown, by its number; None when the part is no text."""
    if part.media_type != "text/plain" or part.size > MAX_BODY:
        return None
    body = bodies.sections(message, [part.section])[part.section]
    octets, first = yencoded(decode_transfer(body, part.encoding))
    files = [*first, *uuencoded(decode(octets, part.charset))[1]]
    if not inner.isdecimal() or len(inner) > 6 or not 0 < int(inner) <= len(files):
        raise Http404
    file = files[int(inner) - 1]
    return Part(inner, "", encoding="binary", size=len(file.data), filename=file.name), file.data


def _hidden(message: Message, part: Part, inner: str) -> tuple[Part, bytes] | None:
    """A file in a `winmail.dat`, by its number; None when the part is none."""
    if way(describe(part)) != "winmail":
        return None
    listed = hidden_files(opened_winmail(message, part))
    found = next((each for each in listed if each[0].section == inner), None)
    if found is None:
        raise Http404
    return found


def _inner(message: Message, part: Part, inner: str) -> tuple[Part, bytes]:
    if way(describe(part)) != "letter":
        raise Http404
    letter = _taken_apart(message, part)
    found = by_section(letter.root, inner)
    if found is None or found.is_multipart:
        raise Http404
    return found, decode_transfer(letter.sections([inner])[inner], found.encoding)


def opened_winmail(message: Message, part: Part) -> Winmail:
    """What is in that part. Raises MailError."""
    return winmail(bodies.read_part(message, part, tnef.LARGEST + 1) if decoded_size(part) <= tnef.LARGEST else b"")


def hidden_files(found: Winmail) -> list[tuple[Part, bytes]]:
    """Its files as if they were parts, numbered from 1, with their octets."""
    return [
        (Part(str(number), file.media_type, encoding="binary", size=len(file.data), filename=file.name), file.data)
        for number, file in enumerate(found.files, 1)
    ]


def inside_link(message: Message, part: Part, inner: str) -> str:
    return f"{part_link(message.pk, part.section)}/inside/{inner}"


def _letter_part(request: HttpRequest, message_id: int, section: str) -> tuple[Message, Part]:
    message, part = part_for(request, message_id, section)
    if way(describe(part)) != "letter":
        raise Http404
    return message, part
