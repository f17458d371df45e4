"""The files of a draft, as a script brings them: the core of tus 1.0.0 with its creation and termination extensions.

    POST   .../files        Upload-Length, Upload-Metadata       201, Location: a file of which nothing is here yet
    HEAD   .../files/KEY                                          Upload-Offset: how much of it is here
    PATCH  .../files/KEY    Upload-Offset, octets                 204, Upload-Offset: how much of it is here now
    DELETE .../files/KEY                                          204
    GET    .../files/KEY                                          the file itself

A piece is as large as goes quickly (a request's body has its bound) and goes on where the last one ended; after a break
HEAD says where.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import BinaryIO, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST

from webmail import access, csp
from webmail.compose import uploads
from webmail.compose.quote import new_content_id
from webmail.models import Draft, Upload
from webmail.reading.media import picture
from webmail.screen import composer as screen

VERSION = {"Tus-Resumable": "1.0.0"}
PIECE = "application/offset+octet-stream"


@require_POST
@login_required
def create(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Metadata: `filename`, `filetype`, and `inline` for an image that is to stand in the text."""
    draft = access.draft_for(request.user, draft_id)
    told = _metadata(request.headers.get("Upload-Metadata", ""))
    content_id = new_content_id() if "inline" in told else ""
    try:
        made = uploads.begin(
            draft, told.get("filename", ""), told.get("filetype", ""), _number(request, "Upload-Length"), content_id
        )
    except uploads.TooMuch:
        return HttpResponse(status=413, headers=VERSION)
    answer = JsonResponse(screen.file_json(made), status=201, headers=VERSION)
    answer.headers["Location"] = f"/compose/{draft.pk}/files/{made.key}"
    return answer


@require_http_methods(["GET", "HEAD", "PATCH", "DELETE"])
@login_required
def one(request: HttpRequest, draft_id: int, key: str) -> HttpResponseBase:
    """A file, whole or on its way."""
    upload = _upload(access.draft_for(request.user, draft_id), key)
    if request.method == "DELETE":
        uploads.remove(upload)
        return HttpResponse(status=204, headers=VERSION)
    if request.method == "PATCH":
        return _patch(request, upload)
    if request.method == "HEAD":
        return _told(upload, 200)
    return _file(upload)


def _upload(draft: Draft, key: str) -> Upload:
    found = draft.files.filter(key=key).first()
    if found is None:
        raise Http404
    return found


def _patch(request: HttpRequest, upload: Upload) -> HttpResponse:
    if request.content_type != PIECE:
        return HttpResponse(status=415, headers=VERSION)
    try:
        uploads.write(upload, _number(request, "Upload-Offset"), cast(BinaryIO, request))
    except uploads.Elsewhere:
        return _told(upload, 409)
    return _told(upload, 204)


def _told(upload: Upload, status: int) -> HttpResponse:
    answer = HttpResponse(status=status, headers=VERSION)
    answer.headers["Upload-Offset"] = str(upload.received)
    answer.headers["Upload-Length"] = str(upload.size)
    return answer


def _file(upload: Upload) -> HttpResponseBase:
    """An image by what it is, not by what it was said to be; everything else to be saved."""
    if not upload.is_whole:
        raise Http404
    with upload.path.open("rb") as file:
        kind = picture(file.read(64)) if upload.content_id else ""
    answer = StreamingHttpResponse(_pieces(upload), content_type=kind or "application/octet-stream")
    answer.headers["Content-Length"] = str(upload.size)
    answer.headers["Content-Disposition"] = content_disposition_header(not kind, upload.name) or "attachment"
    answer.headers[csp.HEADER] = csp.attachment()
    answer.headers["Cache-Control"] = "private, max-age=86400"
    return answer


def _pieces(upload: Upload) -> Iterator[bytes]:
    with upload.path.open("rb") as file:
        while piece := file.read(uploads.PIECE):
            yield piece


def _number(request: HttpRequest, header: str) -> int:
    text = request.headers.get(header, "")
    if not text.isdecimal() or len(text) > 15:
        raise BadRequest(header)
    return int(text)


def _metadata(text: str) -> dict[str, str]:
    """`filename d29ybGQ=,inline`: names and values in base64."""
    found = {}
    for pair in text.split(","):
        name, _space, value = pair.strip().partition(" ")
        try:
            found[name] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as fault:
            raise BadRequest(name) from fault
    return found
