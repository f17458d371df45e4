"""The page of results, what changed on it, and what its scripts ask for. Everything is a plain form first."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from imapbridge import queries
from webmail import partials
from webmail.screen.search_form import composed
from webmail.views import deeper, found, lists, shell, whose

_FORM = ("with", "from", "to", "subject", "words", "without", "after", "before_day", "larger", "attached")


@require_safe
@login_required
def show(request: HttpRequest) -> HttpResponse:
    """The page; for a script only the next rows, or only the list. A form that says more than `q` leads to the page
    whose `q` says the same."""
    if any(name in request.GET for name in _FORM):
        return redirect(f"/search?{urlencode(_said(request))}")
    holder = whose.holder(request)
    boxes = queries.mailboxes(holder.account.pk)
    if not boxes:
        return redirect("home")  # which waits for them
    search = found.search_of(request, holder, boxes, lists.as_liked(request, found.place_of(request)))
    shown = found.pane(request, holder, search)
    region = partials.wanted(request)
    if region == "older":
        return render(request, "search/_rows.html", {"list": shown})
    page = {"list": shown, "deep": deeper.progress(request, holder, search), "mark": shell.mark(boxes, holder)}
    if region == "list-pane":
        return render(request, "search/_list.html", page)
    around = shell.context(request, holder, boxes, only=f"saved:{search.query}")
    return render(request, "search/show.html", around | page)


def _said(request: HttpRequest) -> dict[str, str]:
    fields = {name: request.GET.get(name, "")[:500] for name in (*_FORM, "q")}
    fields["before"] = fields.pop("before_day")
    return {"q": composed(fields, request.GET.getlist("with")[:50])} | found.place_of(request).kept


@require_safe
@login_required
def changes(request: HttpRequest) -> HttpResponse:
    """What is different: the first rows once more, and what stands around them; no content when nothing is."""
    holder = whose.holder(request)
    boxes = queries.mailboxes(holder.account.pk)
    mark = shell.mark(boxes, holder)
    if request.GET.get("mark") == mark or not boxes:
        return HttpResponse(status=204)
    search = found.search_of(request, holder, boxes, lists.as_liked(request, found.place_of(request)))
    side = shell.side(boxes, holder, 0, f"saved:{search.query}")
    answer = {"list": found.pane(request, holder, search), "mark": mark, "side": side, "notices": holder.notices}
    answer["account"] = shell.card(boxes, holder, shell.person(request)) if holder.others else None
    return render(request, "search/changes.html", answer)
