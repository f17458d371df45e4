"""Labels: the list of all, and the forms that make, rename, colour and remove them. Plain pages."""

from __future__ import annotations

from collections.abc import Callable

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
    }
    return render(request, "labels/show.html", page, status=422 if fault else 200)


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

    return _answer(request, act, "")


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
