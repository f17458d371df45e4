"""Parts of messages as files: streamed, however large. Only pictures and recordings are ever shown in a page, and PDFs
in a tab of their own; everything else is saved.

What a part says it is counts for nothing here: what is shown is known by its first bytes.
"""

from __future__ import annotations

from itertools import chain

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from imapbridge import bodies
from imapbridge.mime.parts import by_section
from imapbridge.models import Message
from imapbridge.terms.part import Part
from webmail import access
from webmail.reading.attachments import describe
from webmail.reading.media import LONGEST_MAGIC, PDF, media_type, picture
from webmail.views import playing, streams


@require_safe
@login_required
def show(request: HttpRequest, message_id: int, section: str) -> HttpResponseBase:
    """The part as a download. With `?inline` a picture is shown, in a message's frame or a tab of its own; with `?play`
    a sound or a film is played."""
    message, part = part_for(request, message_id, section)
    if "play" in request.GET and (found := playing.playable(message, part)):
        return playing.play(request, message, part, found)
    start, rest = streams.begun(bodies.open_part(message, part), LONGEST_MAGIC)
    shown = picture(start) if "inline" in request.GET else ""
    name = describe(part).name
    response = streams.streamed(chain([start], rest), shown or streams.DATA, name, inline=bool(shown))
    if shown:
        response.headers["Cache-Control"] = streams.KEPT
    return response


@require_safe
@login_required
def pdf(request: HttpRequest, message_id: int, section: str) -> HttpResponseBase:
    """A PDF for the browser's own viewer, in a tab of its own.

    Never in a frame: the viewer of Chromium leads the whole tab away from where a link in the PDF is clicked, whatever
    the frame's sandbox says.
    """
    if request.headers.get("Sec-Fetch-Dest", "document") != "document":
        raise PermissionDenied
    message, part = part_for(request, message_id, section)
    start, rest = streams.begun(bodies.open_part(message, part), LONGEST_MAGIC)
    name = describe(part).name
    if media_type(start) != PDF:
        return streams.streamed(chain([start], rest), streams.DATA, name, inline=False)
    return streams.streamed(chain([start], rest), PDF, name, inline=True)


def part_for(request: HttpRequest, message_id: int, section: str) -> tuple[Message, Part]:
    """The part of a message of this person, for a page of ours; else not found."""
    streams.refuse_other_sites(request)
    message = access.message_for(request.user, message_id)
    part = by_section(bodies.structure_of(message), section)
    if part is None or part.is_multipart:
        raise Http404
    return message, part
