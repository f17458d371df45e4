"""Pages as a WSGI application: half the cost of the same views behind ASGI."""

from __future__ import annotations

import logging
import os
import time
from functools import partial
from http import HTTPStatus

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webmail.settings")
django.setup(set_prefix=False)

from imapbridge import asked  # noqa: E402
from webmail import meters  # noqa: E402

log = logging.getLogger("webmail.requests")
SLOW = 2.0
"""Seconds after which an answer is worth a warning: a mail server or the database was slow, or this machine is."""
PROBES = frozenset({"health/live", "health/ready", "metrics"})
"""Routes that machines ask for, every second or so."""


class Pages(WSGIHandler):
    """Django's handler, which knows whose request is done, counts and times: less than a middleware would cost."""

    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        is_proxied = settings.ENV.trusted_proxies > 0
        name = asked.begin(request.META.get("HTTP_X_REQUEST_ID", "") if is_proxied else "", partial(_person, request))
        response = super().get_response(request)
        seconds = time.perf_counter() - began
        meters.answered(response.status_code, seconds)
        tell(request, response.status_code, seconds)
        if is_proxied:
            response.headers[asked.HEADER] = name.name
        return response


def tell(request: HttpRequest, status: int, seconds: float) -> None:
    """A line for each request but for files of ours. Which page it was, by its route: what stands in an address may be
    somebody's words."""
    match = request.resolver_match
    if match is None and status < HTTPStatus.BAD_REQUEST:
        return
    route = match.route if match else "none"
    level, kind = _worth(route, seconds)
    if log.isEnabledFor(level):
        # As `log.log` does, but for looking up the line that it is called from, which is a third of what it costs.
        words = (kind, request.method, route, status, seconds * 1000)
        log.handle(log.makeRecord(log.name, level, "", 0, "%s: %s /%s status=%d ms=%d", words, None))


def _worth(route: str, seconds: float) -> tuple[int, str]:
    if seconds > SLOW:
        return logging.WARNING, "slow"
    return (logging.DEBUG if route in PROBES else logging.INFO), "done"


def _person(request: HttpRequest) -> int | None:
    """Whose request it is, as far as somebody has asked already: a line in a log costs no query."""
    user = getattr(request, "_cached_user", None)
    return user.pk if user is not None else None


application = Pages()
