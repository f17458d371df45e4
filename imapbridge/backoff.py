"""For how long a mail server asked us to stay away from an account, kept in Redis: bridge and workers keep to it alike.

What Redis loses the server says again. Opens no connection and ends none: `pool.credentials` asks before a log-in.
"""

from __future__ import annotations

import logging
import time

from django.core.cache import cache
from redis.exceptions import RedisError

from imapbridge.errors import MailError, ServerBusy

log = logging.getLogger(__name__)

LONGEST = 3600.0
"""Seconds; a server that asks for more is tried again then all the same."""


def heed(account_id: int, error: MailError) -> float:
    """Take note of what the server asked for in refusing; the seconds, 0 when it asked for nothing."""
    wait = min(error.wait, LONGEST) if isinstance(error, ServerBusy) else 0.0
    if wait:
        log.warning("account=%s the mail server asks for %.0f s without us", account_id, wait)
        try:
            cache.set(_key(account_id), time.time() + wait, wait)
        except RedisError as fault:
            log.warning("account=%s not remembered: %s", account_id, type(fault).__name__)
    return wait


def left(account_id: int) -> float:
    """Seconds that are left of it; 0 when the server may be asked."""
    try:
        until: float = cache.get(_key(account_id)) or 0.0
    except RedisError:
        return 0.0
    return max(0.0, until - time.time())


def _key(account_id: int) -> str:
    return f"backoff:{account_id}"
