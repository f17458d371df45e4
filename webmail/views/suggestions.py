"""Whom a half-typed recipient may mean, for the script of the composer."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from webmail.contacts import suggesting
from webmail.views import shell


@require_safe
@login_required
def show(request: HttpRequest) -> JsonResponse:
    """`q`: a list, the likeliest first, of `{"name", "address", "kind": "person"}` and, with an empty address,
    `{"kind": "group", "members": [{"name", "address"}]}`; at most 8."""
    found = suggesting.suggestions(shell.person(request), request.GET.get("q", ""))
    return JsonResponse([each.to_json() for each in found], safe=False)
