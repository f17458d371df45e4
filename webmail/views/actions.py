"""What people do to mail: stars and read marks, archive and delete. In the index now, on the server soon."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from imapbridge import actions, queries
from webmail import access
from webmail.views import back, lists


@require_POST
@login_required
def flags(request: HttpRequest, message_id: int) -> HttpResponse:
    """`seen=0|1` or `flagged=0|1` of a conversation, through one of its messages.

    Reading and taking the star away are for all of it; a star and a mark as unread are put on this message. A page that
    marks what it opened says which `message`s those were, and the folded ones stay as they are.
    """
    holder = access.holder_of_message(request.user, message_id)
    account = holder.account.pk
    seen, flagged = (_switch(request, name) for name in ("seen", "flagged"))
    if seen is None and flagged is None:
        return HttpResponseBadRequest()
    marks = queries.marks(account, holder.thread, opened=message_id)
    if seen is not None:
        shown = set(request.POST.getlist("message"))
        unread = [ident for ident, is_seen, _ in marks if not is_seen and (not shown or str(ident) in shown)]
        actions.set_seen(account, unread if seen else [message_id], seen)
    if flagged is not None:
        starred = [ident for ident, _, is_starred in marks if is_starred]
        actions.set_flagged(account, [message_id] if flagged else starred, flagged)
    return back.after_post(request, f"/message/{message_id}/")


FILING = {"archive": actions.archive, "trash": actions.trash}


@require_POST
@login_required
def file(request: HttpRequest, message_id: int) -> HttpResponse:
    """`to=archive|trash`: what a conversation, named by one of its messages, has in the mailbox `in`. Back to the list.

    409 where the account has no mailbox for it.
    """
    holder = access.holder_of_message(request.user, message_id)
    act = FILING.get(request.POST.get("to", ""))
    source = next((box for box in queries.mailboxes(holder.account.pk) if str(box.id) == request.GET.get("in")), None)
    if act is None or source is None:
        return HttpResponseBadRequest()
    messages = [item.id for item in queries.conversation(holder.account.pk, holder.thread, opened=message_id)]
    try:
        act(holder.account.pk, messages, source.id)
    except actions.NoMailboxFor:
        return HttpResponse(status=409)
    return redirect(lists.place_of(request, source.id).address)


def _switch(request: HttpRequest, name: str) -> bool | None:
    return {"0": False, "1": True}.get(request.POST.get(name, ""))
