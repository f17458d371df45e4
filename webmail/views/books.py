"""Settings of contacts: whether those who are written to become some."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Preferences
from webmail.screen import account as person
from webmail.views import settings_pages, shell


@require_safe
@login_required
def show(request: HttpRequest) -> HttpResponse:
    page = {"collects": person.preferences(shell.person(request)).collects_contacts}
    return settings_pages.page(request, "settings/books.html", page)


@require_POST
@login_required
def collect(request: HttpRequest) -> HttpResponse:
    """`collects`: whoever is written to becomes a contact."""
    chosen = {"collects_contacts": "collects" in request.POST}
    Preferences.objects.update_or_create(user=shell.person(request), defaults=chosen)
    return settings_pages.done(reverse("books"))
