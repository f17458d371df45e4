"""How somebody likes the screen and what happens on it: the page of settings, and what its form saves."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts import zones
from accounts.models import Preferences
from imapbridge import queries
from webmail.forms import PreferencesForm
from webmail.screen import account as person
from webmail.screen.settings import sections
from webmail.views import shell, whose


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def show(request: HttpRequest) -> HttpResponse:
    """What is not sent, or is no choice of the form's, is left as it was."""
    holder, user = whose.holder(request), shell.person(request)
    now = person.preferences(user)
    if request.method == "POST":
        form = PreferencesForm(request.POST)
        form.is_valid()
        said = {name: value for name, value in form.cleaned_data.items() if name in request.POST}
        Preferences.objects.update_or_create(user=user, defaults=said)
        return redirect(f"{request.path}?saved=1")
    page = shell.context(request, holder, queries.mailboxes(holder.account.pk)) | {
        "chosen": now,
        "sections": sections(request.path),
        "fields": PreferencesForm.CHOICES,
        "zones": zones.choices(),
        "default_zone": settings.TIME_ZONE,
        "saved": "saved" in request.GET,
    }
    return whose.remember(render(request, "settings/preferences.html", page), request, holder)
