"""How somebody likes the screen and what happens on it: the page of settings, and what its form saves."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.models import Preferences
from imapbridge import queries
from webmail.forms import PreferencesForm
from webmail.screen import account as person
from webmail.screen.settings import sections
from webmail.views import shell, whose


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def show(request: HttpRequest) -> HttpResponse:
    """What is sent and is no choice of the form's is left as it was."""
    holder, user = whose.holder(request), shell.person(request)
    now = person.preferences(user)
    if request.method == "POST":
        form = PreferencesForm(request.POST)
        form.is_valid()
        Preferences.objects.update_or_create(user=user, defaults=form.cleaned_data)
        return redirect(f"{request.path}?saved=1")
    page = shell.context(request, holder, queries.mailboxes(holder.account.pk)) | {
        "chosen": now,
        "sections": sections(request.path),
        "fields": PreferencesForm.CHOICES,
        "saved": "saved" in request.GET,
    }
    return render(request, "settings/preferences.html", page)
