"""Which accounts somebody looks at: written by the sockets of their tabs, read by the bridge, which watches for them.

One sorted set in Redis, account -> when it was last seen. Nobody takes an account out: it ages. Losing all of it costs
one renewal. Blocking; call it on a thread.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import cast

from imapbridge import redis_link

KEY = "whimbrel:present"
RENEW = 60.0
"""Seconds after which a tab says again that it is there."""
KEPT = 3600.0
EXPECTING = "whimbrel:expecting"
"""Accounts that are watched although no page is open, since a browser wants to be told of their mail."""
EXPECTED_FOR = 300
"""Seconds after which they are forgotten, unless `expect` says it again."""
AWAY = 120.0
"""Seconds since which such an account counts as left: long enough that nobody looks, so that it is watched with less
haste, and not long enough to be given up."""


def renew(account_ids: Iterable[int]) -> None:
    """Somebody has these accounts open at this moment."""
    now = time.time()
    if seen := {str(account_id): now for account_id in account_ids}:
        redis_link.client().zadd(KEY, seen)


def since(moment: float) -> dict[int, float]:
    """Account -> when it was last seen (epoch seconds), of those seen since then and of those that expect mail."""
    with redis_link.client().pipeline(transaction=False) as ask:
        ask.zrangebyscore(KEY, moment, "+inf", withscores=True)
        ask.smembers(EXPECTING)
        found, expecting = ask.execute()
    away = {int(account_id): time.time() - AWAY for account_id in cast("set[bytes]", expecting)}
    return away | {int(account_id): at for account_id, at in cast("list[tuple[bytes, float]]", found)}


def expect(account_ids: Iterable[int]) -> None:
    """Watch these accounts, whether or not a page of theirs is open, and no others that were named before."""
    with redis_link.client().pipeline() as change:
        change.delete(EXPECTING)
        if named := [str(account_id) for account_id in account_ids]:
            change.sadd(EXPECTING, *named)
            change.expire(EXPECTING, EXPECTED_FOR)
        change.execute()


def expect_also(account_ids: Iterable[int]) -> None:
    """Watch these as well from now on, until `expect` has said which all are."""
    if named := [str(account_id) for account_id in account_ids]:
        with redis_link.client().pipeline() as change:
            change.sadd(EXPECTING, *named)
            change.expire(EXPECTING, EXPECTED_FOR)
            change.execute()


def is_seen(account_id: int) -> bool:
    """Whether somebody has the account open."""
    at = redis_link.client().zscore(KEY, str(account_id))
    return at is not None and at > time.time() - 2 * RENEW


def sweep() -> None:
    """Drop what has aged."""
    redis_link.client().zremrangebyscore(KEY, "-inf", time.time() - KEPT)
