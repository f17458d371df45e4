"""An attachment that is looked at: a page of its own, which a script shows as a dialog over the message.

Pictures, sounds and films come from their own addresses, where they prove what they are; text is printed here, escaped.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from imapbridge import bodies
from imapbridge.models import Message
from imapbridge.terms.part import Part
from webmail.reading import viewing
from webmail.reading.attachments import describe
from webmail.screen.account import look
from webmail.screen.sizes import size
from webmail.screen.viewer import Viewed, viewed
from webmail.views import shell, texts
from webmail.views.parts import part_for


@require_safe
@login_required
def show(request: HttpRequest, message_id: int, section: str) -> HttpResponse:
    """The attachment with the ways to save it, to its neighbours and back. Four queries."""
    message, part = part_for(request, message_id, section)
    shown = viewed(message_id, describe(part), texts.readable(message).attachments)
    if shown.shown == "text":
        shown = _with_text(message, part, shown)
    return render(request, "message/viewer.html", _page(request, shown))


def _page(request: HttpRequest, shown: Viewed) -> dict[str, Any]:
    return {"look": look(shell.person(request)), "viewed": shown}


def _with_text(message: Message, part: Part, shown: Viewed) -> Viewed:
    data = bodies.read_part(message, part, viewing.MAX_TEXT + 1)
    found = viewing.text(data[: viewing.MAX_TEXT], part.charset)
    if found is None:
        return replace(shown, shown="")
    cut = _("Only the first {size} are shown; download it for the rest.") if len(data) > viewing.MAX_TEXT else ""
    return replace(shown, text=found, cut=cut.format(size=size(viewing.MAX_TEXT)))
