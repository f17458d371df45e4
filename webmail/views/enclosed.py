"""A letter within a message (`message/rfc822`, or an `.eml` file), opened as a letter.

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
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from imapbridge import bodies
from imapbridge.errors import TooLarge
from imapbridge.mime.parse import Defect, parse
from imapbridge.mime.parts import by_section, decode_transfer
from imapbridge.models import Message
from imapbridge.terms.part import Part
from webmail import csp
from webmail.reading.attachments import decoded_size, describe
from webmail.reading.document import document
from webmail.reading.media import picture
from webmail.reading.message import Readable, Reading, read, wanted_sections
from webmail.reading.viewing import way
from webmail.screen.files import part_link
from webmail.views import streams
from webmail.views.parts import part_for

LARGEST = 20 * 2**20
"""Octets of a file that is taken apart here."""
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
    defects: tuple[Defect, ...] = ()

    def readable(self) -> Readable:
        wanted = wanted_sections(self.root)
        reading = Reading(part_url=lambda part: f"{self.link(part)}?inline", quote_label=_("Show quoted text"))
        return read(self.root, self.sections(wanted) if wanted else {}, reading, self.defects)


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
        link=lambda inner: f"{part_link(message.pk, part.section)}/inside/{inner.section}",
        is_told=False,
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
    """A part of a letter that was taken apart here, as a file; with `?inline` a picture is shown."""
    message, part = _letter_part(request, message_id, section)
    letter = _taken_apart(message, part)
    found = by_section(letter.root, inner)
    if found is None or found.is_multipart:
        raise Http404
    data = decode_transfer(letter.sections([inner])[inner], found.encoding)
    shown = picture(data) if "inline" in request.GET else ""
    return streams.streamed([data], shown or streams.DATA, describe(found).name, inline=bool(shown))


def _letter_part(request: HttpRequest, message_id: int, section: str) -> tuple[Message, Part]:
    message, part = part_for(request, message_id, section)
    if way(describe(part)) != "letter":
        raise Http404
    return message, part
