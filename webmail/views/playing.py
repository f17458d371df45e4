"""Sounds and films for the browser's own player, which asks for ranges of them (RFC 9110 14).

What is learnt of a part at the first request is kept, so that the next ones go straight to their place.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from redis.exceptions import RedisError

from imapbridge import bodies
from imapbridge.models import Message
from imapbridge.terms.part import Part
from webmail import csp
from webmail.reading.attachments import describe
from webmail.reading.media import LONGEST_MAGIC, recording
from webmail.reading.ranges import TAIL, Layout, Unsatisfiable, Wanted, layout, wanted
from webmail.views import streams, texts

KEPT_FOR = 3600


@dataclass(frozen=True, slots=True)
class Playable:
    """A part that is a sound or a film by its first octets; `layout` is None when it can only be served whole."""

    media_type: str
    layout: Layout | None


def playable(message: Message, part: Part) -> Playable | None:
    """What is known of the part, else learnt from its beginning and its end. Raises MailError."""
    key = f"playable:{message.pk}:{texts.version(message)}:{part.section}"
    with suppress(RedisError):
        if found := cache.get(key):
            return _from_json(found)
    made = _learnt(message, part)
    if made:
        with suppress(RedisError):
            cache.set(key, asdict(made), KEPT_FOR)
    return made


def _from_json(value: dict[str, Any]) -> Playable:
    return Playable(value["media_type"], Layout(**value["layout"]) if value["layout"] else None)


def _learnt(message: Message, part: Part) -> Playable | None:
    with closing(bodies.open_part(message, part)) as pieces:
        start, _rest = streams.begun(pieces, LONGEST_MAGIC)
    if not (media_type := recording(start)):
        return None
    head = next(bodies.transferred_from(message, part, 0), b"")
    tail = b"".join(bodies.transferred_from(message, part, max(part.size - TAIL, 0)))
    return Playable(media_type, layout(part.encoding, part.size, head, tail))


def play(request: HttpRequest, message: Message, part: Part, found: Playable) -> HttpResponseBase:
    """The part, or the range of it that the player asks for."""
    name = describe(part).name
    if found.layout is None:
        return _kept(streams.streamed(bodies.open_part(message, part), found.media_type, name, inline=True))
    try:
        asked = wanted(request.headers.get("Range", ""), found.layout.size)
    except Unsatisfiable:
        return _unsatisfiable(found.layout.size)
    range_ = asked or Wanted(0, found.layout.size)
    response = streams.streamed(_octets(message, part, found.layout, range_), found.media_type, name, inline=True)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Content-Length"] = str(range_.end - range_.start)
    if asked:
        response.status_code = HTTPStatus.PARTIAL_CONTENT
        response.headers["Content-Range"] = f"bytes {range_.start}-{range_.end - 1}/{found.layout.size}"
    return _kept(response)


def _octets(message: Message, part: Part, how: Layout, range_: Wanted) -> Iterator[bytes]:
    """The octets of a range, from the place where they are, and no more."""
    offset, skip = how.place(range_.start)
    room = range_.end - range_.start
    for piece in bodies.open_part_at(message, part, offset):
        taken = piece[skip : skip + room]
        skip = max(skip - len(piece), 0)
        room -= len(taken)
        yield taken
        if not room:
            return


def _kept(response: HttpResponseBase) -> HttpResponseBase:
    response.headers["Cache-Control"] = streams.KEPT
    return response


def _unsatisfiable(size: int) -> HttpResponse:
    response = HttpResponse(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, content_type=streams.DATA)
    response.headers["Content-Range"] = f"bytes */{size}"
    response.headers[csp.HEADER] = csp.attachment()
    return response
