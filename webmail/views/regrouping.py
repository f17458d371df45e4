"""Which messages are one conversation, as the person says: splitting one off, and putting two together."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from imapbridge import actions, queries
from imapbridge.models import Entry, Message
from webmail import access
from webmail.screen.rows import Place, RowWriter
from webmail.views import shell

OFFERED = 50
"""Conversations to choose from: the newest of the mailbox."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A conversation to put this one together with."""

    thread: int
    names: str
    subject: str
    date: str


@require_POST
@login_required
def split(request: HttpRequest, message_id: int) -> HttpResponse:
    """Have the message, and what answers it, as a conversation of its own; back to it."""
    message = access.message_for(request.user, message_id)
    actions.split(message.account_id, message.pk)
    return redirect(f"/message/{message_id}/?{request.GET.urlencode()}")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def merge(request: HttpRequest, message_id: int) -> HttpResponse:
    """A page that asks for `with`, the other conversation. Six queries."""
    message = access.message_for(request.user, message_id)
    if request.method == "POST":
        wanted = request.POST.get("with", "")
        if not wanted.isdecimal() or len(wanted) > 18 or not int(wanted):
            return HttpResponseBadRequest()
        actions.merge(message.account_id, message.pk, int(wanted))
        return redirect(f"/message/{message_id}/?{request.GET.urlencode()}")
    holder = access.holder_of_message(request.user, message_id)
    boxes = queries.mailboxes(holder.account.pk)
    page = shell.context(request, holder, boxes)
    return render(request, "message/merge.html", page | {"message": message_id, "offers": _offers(request, message)})


def _offers(request: HttpRequest, message: Message) -> list[Offer]:
    """The newest conversations of the mailbox that the message lies in."""
    held = Entry.objects.filter(message=message.pk, expunged=False, mailbox__leaving=False)
    mailbox = held.values_list("mailbox", flat=True).first()
    if mailbox is None:
        raise Http404
    rows = RowWriter(shell.clock(request), Place(mailbox), message.account.address)
    found = (rows.row(each) for each in queries.conversations(mailbox, limit=OFFERED).rows)
    return [
        Offer(row.thread, row.names, row.subject or _("(no subject)"), row.date)
        for row in found
        if row.thread != message.thread
    ]
