"""The keys that do things, as a list."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
@login_required
def show(request: HttpRequest) -> HttpResponse:
    """A page; a script takes the dialog out of it."""
    return render(request, "shortcuts.html")
