"""Whether this process lives, for a load balancer. Asks nothing of anybody, so that one dead part kills no other."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse


def live(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")
