"""Parts of messages as files: streamed, however large. Only pictures are ever shown; everything else is saved.

What a part says it is counts for nothing here: the type of a picture is seen from its first bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from imapbridge import bodies
from imapbridge.mime.parts import by_section
from webmail import access, csp
from webmail.reading.attachments import describe

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
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise PermissionDenied
    message = access.message_for(request.user, message_id)
    part = by_section(bodies.structure_of(message), section)
    if part is None or part.is_multipart:
        raise Http404
    start, rest = _begun(bodies.open_part(message, part))
    picture = _picture(start) if "inline" in request.GET else ""
    response = StreamingHttpResponse(chain([start], rest), content_type=picture or "application/octet-stream")
    disposition = content_disposition_header(not picture, describe(part).name)
    response.headers["Content-Disposition"] = disposition or "attachment"
    response.headers[csp.HEADER] = csp.attachment()
    if picture:
        response.headers["Cache-Control"] = "private, max-age=604800, immutable"
    return response


def _begun(pieces: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first bytes, and the rest. A server that does not answer is found out before the answer begins."""
    start = b""
    for piece in pieces:
        start += piece
        if len(start) >= LONGEST_MAGIC:
            break
    return start, pieces


def _picture(start: bytes) -> str:
    """The media type of a picture that browsers may show, by its magic number; empty for anything else."""
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "image/webp"
    return next((media_type for magic, media_type in _MAGIC if start.startswith(magic)), "")
