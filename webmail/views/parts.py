"""Parts of messages as files: streamed, however large. Only pictures are ever shown; everything else is saved.

What a part says it is counts for nothing here: the type of a picture is seen from its first bytes.
"""

from __future__ import annotations

from itertools import chain

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.views.decorators.http import require_safe

from imapbridge import bodies
from imapbridge.mime.parts import by_section
from webmail import access
from webmail.reading.attachments import describe
from webmail.views import streams

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
LONGEST_MAGIC = 12


@require_safe
@login_required
def show(request: HttpRequest, message_id: int, section: str) -> StreamingHttpResponse:
    """The part as a download; with `?inline` a picture is shown, in a message's frame or a tab of its own."""
    streams.refuse_other_sites(request)
    message = access.message_for(request.user, message_id)
    part = by_section(bodies.structure_of(message), section)
    if part is None or part.is_multipart:
        raise Http404
    start, rest = streams.begun(bodies.open_part(message, part), LONGEST_MAGIC)
    picture = _picture(start) if "inline" in request.GET else ""
    name = describe(part).name
    response = streams.streamed(chain([start], rest), picture or streams.DATA, name, inline=bool(picture))
    if picture:
        response.headers["Cache-Control"] = streams.KEPT
    return response


def _picture(start: bytes) -> str:
    """The media type of a picture that browsers may show, by its magic number; empty for anything else."""
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "image/webp"
    return next((media_type for magic, media_type in _MAGIC if start.startswith(magic)), "")
