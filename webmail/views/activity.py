"""What happened to a person's sign-ins, sending and settings, for her to see whether it was she."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts import audit
from webmail.screen.activity import line
from webmail.views import settings_pages, shell

AT_ONCE = 50


@require_safe
@login_required
def show(request: HttpRequest) -> HttpResponse:
    """The newest; those before the entry of `before` with it."""
    entries = audit.of_person(shell.person(request))
    before = request.GET.get("before", "")
    if before.isascii() and before.isdecimal() and len(before) < 19:
        entries = entries.filter(pk__lt=int(before))
    found = list(entries.order_by("-pk")[: AT_ONCE + 1])
    clock = shell.clock(request)
    page = {
        "lines": [line(entry, clock) for entry in found[:AT_ONCE]],
        "older": found[AT_ONCE - 1].pk if len(found) > AT_ONCE else 0,
    }
    return settings_pages.page(request, "settings/activity.html", page)
