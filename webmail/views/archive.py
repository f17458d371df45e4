"""All attachments of a message as one ZIP, streamed part by part from the mail server."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from imapbridge import bodies
from imapbridge.errors import TooLarge
from imapbridge.mime.parts import by_section
from imapbridge.models import Message
from webmail import access
from webmail.reading.attachments import Attachment, safe_filename
from webmail.reading.zipping import MAX_OCTETS, zipped
from webmail.screen import people
from webmail.views import streams, texts


@require_safe
@login_required
def show(request: HttpRequest, message_id: int) -> StreamingHttpResponse:
    """What the message lists as attached. TooLarge for more than 500 MB."""
    streams.refuse_other_sites(request)
    message = access.message_for(request.user, message_id)
    listed = texts.readable(message).attachments
    if not listed:
        raise Http404
    if sum(attachment.size for attachment in listed) > MAX_OCTETS:
        raise TooLarge
    words = people.clean(message.subject).replace("/", "-").replace("\\", "-") or _("Attachments")
    return streams.saved(zipped(_files(message, listed), message.date), safe_filename(f"{words}.zip"))


def _files(message: Message, listed: tuple[Attachment, ...]) -> Iterator[tuple[str, Iterator[bytes]]]:
    root = bodies.structure_of(message)
    for attachment in listed:
        if part := by_section(root, attachment.section):
            yield attachment.name, bodies.open_part(message, part)
