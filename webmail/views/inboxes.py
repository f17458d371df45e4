"""All inboxes of a person as one list: the page, its next rows, what changed since, and asking for a sync of each."""

from __future__ import annotations

import re
from dataclasses import replace

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from imapbridge import queries, tasks
from webmail import partials
from webmail.screen import together as screen
from webmail.views import back, lists, shell, together, whose
from webmail.views.together import Inboxes

_STATES = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})")


@require_safe
@login_required
def show(request: HttpRequest) -> HttpResponse:
    """The page; for a script its list alone, or only the next rows. Four queries."""
    holder = whose.holder(request)
    if not holder.others:
        return redirect("home")
    inboxes, region = together.of(holder), partials.wanted(request)
    if not inboxes.all:  # none is listed yet
        return redirect("home")
    place = replace(together.place_of(request), flat=lists.as_liked(request, together.place_of(request)).flat)
    shown = together.pane(inboxes, place, shell.clock(request), goes_on=region == "older")
    if region == "older":
        return render(request, "mailbox/_rows.html", {"list": shown})
    page = {"list": shown, "mark": shell.mark(inboxes.own, holder)}
    if region == "list-pane":
        return render(request, "inboxes/_list.html", page)
    around = shell.context(request, holder, inboxes.own, only="inboxes")
    return render(request, "inboxes/show.html", around | page)


@require_safe
@login_required
def changes(request: HttpRequest) -> HttpResponse:
    """What is different since the states of `since`, as a mailbox's own list tells it. Five queries, or three."""
    holder = whose.holder(request)
    inboxes, place = together.of(holder), replace(together.place_of(request), before="")
    mark, said = shell.mark(inboxes.own, holder), request.GET.get("since", "")
    if request.GET.get("mark") == mark and said == together.states(inboxes.all):
        return HttpResponse(status=204)
    since = _states(said, inboxes)
    found = queries.together_changes(since, together.shape_of(place))
    gone = [one for one in found.rows if not one.row.total or not lists.belongs(one.row, place.only)]
    answer = {
        "mark": mark,
        "list": together.changed(inboxes, place, shell.clock(request), found.rows),
        "too_many": found.too_many or since.keys() != {box.id for box in inboxes.all},
        "removed": [screen.key_of(one.row.thread, one.mailbox) for one in gone],
        "side": shell.side(inboxes.own, holder, 0, "inboxes"),
        "account": shell.card(inboxes.own, holder, shell.person(request)),
        "notices": holder.notices,
    }
    return render(request, "mailbox/changes.html", answer)


@require_POST
@login_required
def refresh(request: HttpRequest) -> HttpResponse:
    """Ask for a sync of each account; the page hears of it as of any other change."""
    for account in whose.accounts(whose.holder(request)):
        tasks.request_sync(account)
    return back.after_post(request, "/inbox/")


def _states(text: str, inboxes: Inboxes) -> dict[int, int]:
    """Of the person's inboxes, as far as the page knows of them."""
    said = {int(mailbox): int(state) for mailbox, state in _STATES.findall(text[:2000])}
    known = {box.id for box in inboxes.all}
    if not known:
        raise Http404
    return {mailbox: state for mailbox, state in said.items() if mailbox in known}
