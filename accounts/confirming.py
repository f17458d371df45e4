"""Showing once more that it is you, before something sensitive: the second step, other sign-ins, where mail goes.

    @login_required
    @confirmed
    def remove(request): ...

A form that somebody may have written at for long says `is_confirmed` itself instead, and stays as it is.

Whoever signed in, or confirmed it, within the last ten minutes is not asked. What was sent is not kept: after the
question the person is at the page that they came from, and does it again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from time import time
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url

from accounts.entering import CONFIRMED

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponse]
GOOD_FOR = 600
"""Seconds."""


def confirmed(view: View[Rest]) -> View[Rest]:
    """For views behind `login_required`."""

    @wraps(view)
    def asks(request: HttpRequest, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        if is_confirmed(request):
            return view(request, *args, **kwargs)
        return redirect(f"{resolve_url('confirm')}?{urlencode({'next': _back(request)})}")

    return cast(View[Rest], asks)


def is_confirmed(request: HttpRequest) -> bool:
    return time() - float(request.session.get(CONFIRMED, 0)) < GOOD_FOR


def confirm(request: HttpRequest) -> None:
    """It is the person of the session."""
    request.session[CONFIRMED] = int(time())


def _back(request: HttpRequest) -> str:
    """The page itself; after a form, the one that it stood on."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    try:
        came = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return "/"
    return f"{came.path}?{came.query}" if came.netloc == request.get_host() and came.query else came.path or "/"
