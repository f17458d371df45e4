"""A message as it was sent: its source as text, all its header fields, and the whole of it as a file.

Streamed from the mail server, which is not told that it was read.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from imapbridge import bodies, queries
from webmail import access
from webmail.reading.attachments import safe_filename
from webmail.reading.source import MAX_SHOWN, SourceText, header_fields
from webmail.screen import people
from webmail.screen.sizes import size
from webmail.views import shell, streams


@require_safe
@login_required
def download(request: HttpRequest, message_id: int) -> StreamingHttpResponse:
    """The message as an `.eml` file, byte for byte as the server has it."""
    streams.refuse_other_sites(request)
    message = access.message_for(request.user, message_id)
    return streams.saved(bodies.open_message(message), file_name(message.subject))


def file_name(subject: str) -> str:
    words = people.clean(subject).replace("/", "-").replace("\\", "-")
    return safe_filename(f"{words or 'message'}.eml")


@require_safe
@login_required
def source(request: HttpRequest, message_id: int) -> StreamingHttpResponse:
    """The beginning of the message as plain text, in which nothing is hidden."""
    streams.refuse_other_sites(request)
    message = access.message_for(request.user, message_id)
    start, rest = streams.begun(bodies.open_message(message))
    return streams.streamed(_as_text(chain([start], rest)), "text/plain; charset=utf-8", "source.txt", inline=True)


def _as_text(pieces: Iterator[bytes]) -> Iterator[bytes]:
    text, room = SourceText(), MAX_SHOWN
    for piece in pieces:
        yield text.feed(piece[:room])
        room -= len(piece)
        if room < 0:
            yield text.feed(b"", last=True)
            yield f"\n\n[{_('Only the first {size} are shown; download the message for the rest.')}]\n".format(
                size=size(MAX_SHOWN)
            ).encode()
            return
    yield text.feed(b"", last=True)


@require_safe
@login_required
def headers(request: HttpRequest, message_id: int) -> HttpResponse:
    """All header fields, one below the other. Five queries."""
    holder = access.holder_of_message(request.user, message_id)
    message = access.message_for(request.user, message_id)
    page = shell.context(request, holder, queries.mailboxes(holder.account.pk))
    shown = {"message": message_id, "subject": people.clean(message.subject) or _("(no subject)")}
    return render(request, "message/headers.html", page | shown | {"fields": header_fields(bodies.header_of(message))})
