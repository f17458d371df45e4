"""Octets of mail as files: streamed, never from another site, never as anything that runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header

from webmail import csp

DATA = "application/octet-stream"
KEPT = "private, max-age=604800, immutable"
"""A message's bytes never change under their address."""


def refuse_other_sites(request: HttpRequest) -> None:
    """Mail is no picture, script or frame of somebody else's page."""
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise PermissionDenied


def begun(pieces: Iterator[bytes], at_least: int = 1) -> tuple[bytes, Iterator[bytes]]:
    """The first bytes, and the rest. A server that does not answer is found out before the answer begins."""
    start = b""
    for piece in pieces:
        start += piece
        if len(start) >= at_least:
            break
    return start, pieces


def saved(pieces: Iterator[bytes], name: str) -> StreamingHttpResponse:
    """A download under that name."""
    start, rest = begun(pieces)
    return streamed(chain([start], rest), DATA, name, inline=False)


def streamed(pieces: Iterable[bytes], media_type: str, name: str, *, inline: bool) -> StreamingHttpResponse:
    """To be shown as `media_type`, or to be saved; under a policy by which nothing in it runs or loads."""
    response = StreamingHttpResponse(pieces, content_type=media_type)
    response.headers["Content-Disposition"] = content_disposition_header(not inline, name) or "attachment"
    response.headers[csp.HEADER] = csp.attachment()
    return response
