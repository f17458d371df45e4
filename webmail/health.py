"""Whether this process lives, and whether all that it needs is there: for load balancers and for who watches over it.

`live` asks nothing of anybody, so that one dead part kills no other. `ready` asks each part for a sign, which costs
some milliseconds, and says of each no more than its name and whether it is there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from redis.exceptions import RedisError

from imapbridge import bridges, client, ending, redis_link
from webmail import work

log = logging.getLogger(__name__)


def live(request: HttpRequest) -> HttpResponse:
    """503 from one that is about to end."""
    if ending.has_begun():
        return HttpResponse("ending\n", content_type="text/plain", status=503)
    return HttpResponse("ok\n", content_type="text/plain")


def ready(request: HttpRequest) -> JsonResponse:
    """`{"database": "ok", "redis": "ok", "workers": "missing", "bridges": "ok"}`; 503 when one is missing."""
    found = {name: _is_there(name, ask) for name, ask in PARTS.items()}
    said = {name: "ok" if is_there else "missing" for name, is_there in found.items()}
    return JsonResponse(said, status=200 if all(found.values()) else 503)


def _is_there(name: str, ask: Callable[[], object]) -> bool:
    try:
        return bool(ask())
    except (Error, RedisError) as fault:
        log.warning("not ready: %s: %s", name, type(fault).__name__)
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def _bridges() -> bool:
    """One that says nowhere how to reach it is the only one, and listens where the settings say."""
    return bool(bridges.live()) or client.listens()


PARTS: dict[str, Callable[[], object]] = {
    "database": _database,
    "redis": lambda: redis_link.client().ping(),
    "workers": work.live,
    "bridges": _bridges,
}
