"""Keeping a search beside the mailboxes, and keeping it no longer."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from imapbridge.search.query import parse
from webmail import access, tasks
from webmail.models import SavedSearch
from webmail.screen import saved
from webmail.views import back, shell

MOST = 50
"""Of one person."""


@require_POST
@login_required
def keep(request: HttpRequest) -> HttpResponse:
    """The search `q` by a `name`. One that is kept already gets the new name."""
    query = str(parse(request.GET.get("q", "")))[:2000]
    if not query:
        return HttpResponseBadRequest()
    name = " ".join(request.POST.get("name", "").split())[:100] or query[:100]
    mine = SavedSearch.objects.filter(user=shell.person(request))
    if not mine.filter(query=query).update(name=name) and mine.count() < MOST:
        mine.create(user=shell.person(request), name=name, query=query)
        for account, _address in access.accounts_of(request.user):
            tasks.count_searches_soon(None, account)
    return redirect(saved.address(query))


@require_POST
@login_required
def forget(request: HttpRequest, saved_id: int) -> HttpResponse:
    deleted, _ = SavedSearch.objects.filter(user=shell.person(request), pk=saved_id).delete()
    if not deleted:
        raise Http404
    return back.after_post(request, "/search")
