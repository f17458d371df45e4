"""The answer to a form: nothing for a script, which has changed the screen already; else back to where it was sent."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme


def after_post(request: HttpRequest, otherwise: str) -> HttpResponse:
    """To the form's `next` when that is an address of ours, else to `otherwise`."""
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return redirect(wanted if ours and wanted.startswith("/") else otherwise)
