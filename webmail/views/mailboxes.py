"""A mailbox's list: the page, its next rows, what changed since, and asking for a sync. Reads the index only."""

from __future__ import annotations

from dataclasses import replace

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from imapbridge import queries, tasks
from webmail import access, partials
from webmail.screen.account import look
from webmail.views import back, lists, shell, whose


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """To the inbox, or to the first mailbox there is; a page that waits when there is none yet."""
    holder = whose.holder(request)
    boxes = queries.mailboxes(holder.account.pk)
    if not boxes:
        return render(request, "mailbox/first.html", {"look": look(shell.person(request))})
    inbox = next((box for box in boxes if box.special_use == "inbox"), boxes[0])
    return redirect("mailbox", inbox.id)


@require_safe
@login_required
def show(request: HttpRequest, mailbox_id: int) -> HttpResponse:
    """The page; for a script only the next rows, or only the list."""
    holder = access.holder_of_mailbox(request.user, mailbox_id)
    boxes = queries.mailboxes(holder.account.pk)
    region = partials.wanted(request)
    place = lists.as_liked(request, lists.place_of(request, mailbox_id))
    shown = lists.pane(boxes, holder, place, shell.clock(request), goes_on=region == "older")
    if region == "older":
        return render(request, "mailbox/_rows.html", {"list": shown})
    if region == "list-pane":
        return render(request, "mailbox/_list.html", {"list": shown, "mark": shell.mark(boxes, holder)})
    page = shell.context(request, holder, boxes, mailbox_id, place.only)
    return whose.remember(render(request, "app.html", page | {"list": shown}), request, holder)


@require_safe
@login_required
def changes(request: HttpRequest, mailbox_id: int) -> HttpResponse:
    """What is different since a state: rows to put in place, threads to take out, counts; no content when
    nothing is. Up to six queries."""
    holder = access.holder_of_mailbox(request.user, mailbox_id)
    boxes = queries.mailboxes(holder.account.pk)
    place = replace(lists.place_of(request, mailbox_id), before="")
    since, mark = _state(request.GET.get("since", "")), shell.mark(boxes, holder)
    if request.GET.get("mark") == mark and since == shell.item(boxes, mailbox_id).state:
        return HttpResponse(status=204)
    box = shell.item(boxes, mailbox_id)
    found = queries.changes(mailbox_id, since, lists.shape_of(box, place))
    answer = {
        "mark": mark,
        "list": lists.changed(box, holder, place, shell.clock(request), found),
        "too_many": found.too_many,
        "removed": [*found.removed, *(row.thread for row in found.rows if not lists.belongs(row, place.only))],
        "side": shell.side(boxes, holder, mailbox_id, place.only),
        "account": shell.card(boxes, holder, shell.person(request)) if holder.others else None,
        "notices": holder.notices,
    }
    return render(request, "mailbox/changes.html", answer)


@require_POST
@login_required
def refresh(request: HttpRequest, mailbox_id: int) -> HttpResponse:
    """Ask for a sync; the page hears of it as of any other change."""
    tasks.request_sync(access.holder_of_mailbox(request.user, mailbox_id).account.pk)
    return back.after_post(request, f"/mailbox/{mailbox_id}/")


def _state(text: str) -> int:
    """A state from an address; -1, older than any, for what is none."""
    return int(text) if text.isdecimal() and len(text) < 19 else -1
