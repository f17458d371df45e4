"""Labels: the list of all, and the forms that make, rename, colour and remove them. Plain pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from imapbridge import queries, tasks
from imapbridge.actions import labelling
from imapbridge.actions.labelling import LabelRefused
from imapbridge.models import Job
from imapbridge.terms.labels import keyword_of, name_of
from webmail.screen.jobs import work
from webmail.screen.labels import address, by_name, hues
from webmail.views import shell, whose


@require_safe
@login_required
def show(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, fault: str = "", typed: str = "") -> HttpResponse:
    holder = whose.holder(request)
    known = holder.account.labels
    shown = by_name(known, hues(known))
    page = shell.context(request, holder, queries.mailboxes(holder.account.pk)) | {
        "lines": [(each, address(each.keyword), known[each.keyword].get("hue")) for each in shown],
        "hues": labelling.HUES,
        "jobs": [work(job) for job in queries.jobs(holder.account.pk)],
        "jobs_at": reverse("jobs", args=[holder.account.pk]),
        "fault": fault,
        "whose": holder.account.pk,
        "typed": typed,
        "renamed": _renamed(request, known),
    }
    return render(request, "labels/show.html", page, status=422 if fault else 200)


def _renamed(request: HttpRequest, known: Mapping[str, Mapping[str, int]]) -> dict[str, object] | None:
    """What was done a moment ago, as far as there is such a label, and what a form undoes it with."""
    keyword, before = request.GET.get("renamed", ""), request.GET.get("was", "")[:60]
    if request.method != "GET" or keyword not in known or not before:
        return None
    return {"keyword": keyword, "name": name_of(keyword), "was": before, "hue": known[keyword].get("hue")}


@require_POST
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """`name`."""
    account, name = whose.holder(request).account.pk, request.POST.get("name", "")
    return _answer(request, lambda: labelling.create(account, name), name)


@require_POST
@login_required
def change(request: HttpRequest) -> HttpResponse:
    """The label `keyword` is to be called `name`, and have the colour `hue`, or with none the one that it has by
    itself."""
    account, keyword = _own(request)
    name, hue = request.POST.get("name", ""), request.POST.get("hue", "")

    def act() -> None:
        labelling.colour(account, keyword, int(hue) if hue in map(str, labelling.HUES) else None)
        _begin(labelling.rename(account, keyword, name))

    answer, wanted = _answer(request, act, ""), keyword_of(name)
    if answer.status_code == 302 and wanted != keyword:
        said = urlencode({"renamed": wanted, "was": name_of(keyword)})
        return redirect(f"{reverse('labels')}?{said}")
    return answer


@require_POST
@login_required
def remove(request: HttpRequest) -> HttpResponse:
    """The label `keyword`, from all messages. The page offers to undo it."""
    account, keyword = _own(request)
    return _answer(request, lambda: _begin(labelling.remove(account, keyword)), "")


def _own(request: HttpRequest) -> tuple[int, str]:
    account = whose.holder(request).account
    keyword = request.POST.get("keyword", "")
    if keyword not in account.labels:
        raise Http404
    return account.pk, keyword


def _begin(jobs: list[Job]) -> None:
    for job in jobs:
        tasks.go_on(job)


def _answer(request: HttpRequest, act: Callable[[], object], typed: str) -> HttpResponse:
    try:
        act()
    except LabelRefused as error:
        taken = _("A label with this name is already there.")
        return _page(request, taken if error.reason == "taken" else _("Enter another name."), typed)
    return redirect("labels")
