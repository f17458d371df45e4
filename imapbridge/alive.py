"""Which of our processes are alive: each says so in Redis every few seconds, so that nobody has to ask them.

A sorted set for each kind: name -> when it was last heard of, by the clock of Redis. Who says nothing for `life`
seconds counts as dead. Blocking; raises RedisError. Knows nothing of what the processes do.
"""

from __future__ import annotations

from typing import cast

from imapbridge import redis_link

_LIVE = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
{sign}
return redis.call('ZRANGEBYSCORE', KEYS[1], now - ARGV[1], '+inf')
"""
_SIGN = """
redis.call('ZADD', KEYS[1], now, ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[1])
"""


def announce(kind: str, name: str, life: float) -> frozenset[str]:
    """Say that this one is there; the names of all that are, it included."""
    return _ask(_LIVE.format(sign=_SIGN), kind, life, name)


def live(kind: str, life: float) -> frozenset[str]:
    """The names of those that are there."""
    return _ask(_LIVE.format(sign=""), kind, life)


def leave(kind: str, name: str) -> None:
    """For an orderly end: nobody need wait for the silence."""
    redis_link.client().zrem(kind, name)


def _ask(script: str, kind: str, *values: float | str) -> frozenset[str]:
    found = redis_link.client().eval(script, 1, kind, *map(str, values))
    return frozenset(name.decode() for name in cast("list[bytes]", found))
