"""Which accounts somebody looks at: written by the sockets of their tabs, read by the bridge, which watches for them.

One sorted set in Redis, account -> when it was last seen. Nobody takes an account out: it ages. Losing all of it costs
one renewal. Blocking; call it on a thread.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import cache
from typing import cast

import redis
from django.conf import settings

KEY = "whimbrel:present"
RENEW = 60.0
"""Seconds after which a tab says again that it is there."""
KEPT = 3600.0


def renew(account_ids: Iterable[int]) -> None:
    """Somebody has these accounts open at this moment."""
    now = time.time()
    if seen := {str(account_id): now for account_id in account_ids}:
        _redis(settings.REDIS_URL).zadd(KEY, seen)


def since(moment: float) -> dict[int, float]:
    """Account -> when it was last seen (epoch seconds), of those seen since then."""
    found = _redis(settings.REDIS_URL).zrangebyscore(KEY, moment, "+inf", withscores=True)
    return {int(account_id): at for account_id, at in cast("list[tuple[bytes, float]]", found)}


def sweep() -> None:
    """Drop what has aged."""
    _redis(settings.REDIS_URL).zremrangebyscore(KEY, "-inf", time.time() - KEPT)


@cache
def _redis(url: str) -> redis.Redis:
    return redis.Redis.from_url(url)
