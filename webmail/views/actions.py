"""What people do to mail: stars and read marks. In the index now, on the server soon."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.views.decorators.http import require_POST

from imapbridge import actions, queries
from imapbridge.queries import MessageItem
from webmail import access
from webmail.views import back


@require_POST
@login_required
def flags(request: HttpRequest, message_id: int) -> HttpResponse:
    """`seen=0|1` or `flagged=0|1` of a conversation, through one of its messages.

    Reading and taking the star away are for all of it; a star and a mark as unread are put on this message.
    """
    message = access.message_for(request.user, message_id)
    seen, flagged = (_switch(request, name) for name in ("seen", "flagged"))
    if seen is None and flagged is None:
        return HttpResponseBadRequest()
    messages = queries.conversation(message.account_id, message.thread, opened=message_id)
    if seen is not None:
        unread = [item.id for item in messages if not item.seen]
        actions.set_seen(message.account_id, unread if seen else [message_id], seen)
    if flagged is not None:
        actions.set_flagged(message.account_id, [message_id] if flagged else _starred(messages), flagged)
    return back.after_post(request, f"/message/{message_id}/")


def _switch(request: HttpRequest, name: str) -> bool | None:
    return {"0": False, "1": True}.get(request.POST.get(name, ""))


def _starred(messages: list[MessageItem]) -> list[int]:
    return [item.id for item in messages if item.flagged]
