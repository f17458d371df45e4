"""Signing out, and what is asked first: what becomes of messages that wait to be sent."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts import sign_ins, views
from accounts.models import User
from webmail.compose import lingering
from webmail.screen import account as person
from webmail.screen.outbox import line
from webmail.views import shell


@require_http_methods(["GET", "HEAD", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """`letters` is the answer: `send` or `keep`. Nobody is asked whose password stays anyway."""
    user, wanted = request.user, request.POST.get("letters", "")
    if request.method != "POST" or not isinstance(user, User) or _stays(request, user):
        return views.sign_out(request)
    rows = lingering.waiting(user.pk) if wanted not in ("send", "keep") else []
    if rows:
        clock = shell.clock(request)
        return render(request, "accounts/waiting.html", {"lines": [line(row, clock) for row in rows], "n": len(rows)})
    lingering.see_off(user.pk, also_later=wanted == "send")
    return views.sign_out(request)


def _stays(request: HttpRequest, user: User) -> bool:
    return person.preferences(user).keeps_syncing or sign_ins.others(request, user).exists()
