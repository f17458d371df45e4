"""Where somebody is signed in and how: the list of browsers, and what ends one of them at once."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts import audit, sign_ins
from accounts.confirming import confirmed
from accounts.models import Authenticator, Passkey, Preferences, SignIn
from accounts.networks import client_network
from webmail.screen import account as person
from webmail.screen.security import browser_line, step_lines
from webmail.views import settings_pages, shell


@require_safe
@login_required
def show(request: HttpRequest) -> HttpResponse:
    user, clock = shell.person(request), shell.clock(request)
    own = sign_ins.of_session(request, user).first()
    others = sign_ins.others(request, user).order_by("-used_at", "-pk")
    passkeys = Passkey.objects.filter(user=user)
    codes = Authenticator.objects.filter(user=user).first()
    page = {
        "browsers": [browser_line(row, clock, is_own=row == own) for row in [*([own] if own else []), *others]],
        "others": others.exists(),
        "passkeys": step_lines(passkeys, clock),
        "codes": codes and clock.full(codes.created_at.astimezone(clock.tz)),
        "left": user.recovery_codes.count(),
        "is_set_up": bool(codes or passkeys),
        "background": person.preferences(user).keeps_syncing,
    }
    return settings_pages.page(request, "settings/security.html", page)


@require_POST
@login_required
@confirmed
def end(request: HttpRequest) -> HttpResponse:
    """Sign another browser out: the one of `browser`."""
    named = request.POST.get("browser", "")
    rows = sign_ins.others(request, shell.person(request))
    return _ended(request, list(rows.filter(pk=int(named))) if named.isdecimal() and len(named) < 19 else [])


@require_POST
@login_required
@confirmed
def end_others(request: HttpRequest) -> HttpResponse:
    """Sign all other browsers out."""
    return _ended(request, list(sign_ins.others(request, shell.person(request))))


@require_POST
@login_required
@confirmed
def background(request: HttpRequest) -> HttpResponse:
    """Whether the mail passwords stay when the person is signed in nowhere."""
    keeps = {"keeps_syncing": "keeps" in request.POST}
    Preferences.objects.update_or_create(user=shell.person(request), defaults=keeps)
    return settings_pages.done(reverse("security"))


def _ended(request: HttpRequest, rows: list[SignIn]) -> HttpResponse:
    sign_ins.end(rows)
    for row in rows:
        audit.record(audit.Kind.SESSION_REVOKED, row.user, network=client_network(request), device=row.device)
    return settings_pages.done(reverse("security"), "ended")
