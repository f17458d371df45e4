"""Which syncs wait in a queue already, kept in Redis, so that many who ask for one are one that waits.

A mark stands for others' wishes only once its message is known to be in the queue. Until then it names who is sending,
who may be killed at any line: whoever asks meanwhile sends as well, for a sync too many finds nothing to do. Never
reads a queue. Raises RedisError.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.core.cache import cache

from imapbridge import redis_link

KEPT = 120
"""Seconds for which a sync that is sent stands for all that are asked for meanwhile, at the longest."""
_SENT = "sent"
_CLAIM = """
if redis.call('GET', KEYS[1]) == ARGV[2] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[3])
return 1
"""
_CONFIRM = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3]) end
"""


def once(account_id: int, queue: str, send: Callable[[], object]) -> None:
    """Have `send` put the account's sync into the queue, unless one waits there."""
    redis, key, own = redis_link.client(), _key(queue, account_id), uuid.uuid4().hex
    if redis.eval(_CLAIM, 1, key, own, _SENT, str(KEPT)):
        send()
        # Not when it was taken meanwhile, nor when somebody else is sending: their message may never come.
        redis.eval(_CONFIRM, 1, key, own, _SENT, str(KEPT))


def taken(account_id: int, queue: str) -> None:
    """What is asked for from now on needs another run."""
    redis_link.client().delete(_key(queue, account_id))


def forget() -> None:
    """Believe of no sync that it waits."""
    redis = redis_link.client()
    for key in redis.scan_iter(_key("*", "*"), count=1000):
        redis.delete(key)


def _key(queue: str, account_id: int | str) -> str:
    return str(cache.make_key(f"sync-queued:{queue}:{account_id}"))
