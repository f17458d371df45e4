"""Small pictures of attached ones: made once, kept for a day here and for a week in the browser."""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from imapbridge import bodies
from imapbridge.models import Message
from imapbridge.terms.part import Part
from webmail import csp, error_pages
from webmail.reading.attachments import decoded_size
from webmail.reading.thumbnails import MAX_OCTETS, MEDIA_TYPE
from webmail.unpacking import small_picture
from webmail.views import streams, texts
from webmail.views.parts import part_for
from webmail.views.turns import NoTurn, turn

KEPT_FOR = 24 * 3600
_NONE = b""
"""Kept for what there can be no small picture of."""


@require_safe
@login_required
def show(request: HttpRequest, message_id: int, section: str) -> HttpResponse:
    """The small picture, or nothing at all: then the card shows its icon."""
    message, part = part_for(request, message_id, section)
    try:
        made = _thumbnail(message, part)
    except NoTurn:
        return error_pages.busy(request)
    if not made:
        response = HttpResponse(status=HTTPStatus.NO_CONTENT)
    else:
        response = HttpResponse(made, content_type=MEDIA_TYPE)
    response.headers["Cache-Control"] = streams.KEPT
    response.headers[csp.HEADER] = csp.attachment()
    return response


def _thumbnail(message: Message, part: Part) -> bytes:
    key = f"thumbnail:{message.pk}:{texts.version(message)}:{part.section}"
    with suppress(RedisError):
        if (found := cache.get(key)) is not None:
            return bytes(found)
    with turn():
        made = _made(message, part)
    with suppress(RedisError):
        cache.set(key, made, KEPT_FOR)
    return made


def _made(message: Message, part: Part) -> bytes:
    if decoded_size(part) > MAX_OCTETS:
        return _NONE
    return small_picture(bodies.read_part(message, part, MAX_OCTETS + 1)) or _NONE
