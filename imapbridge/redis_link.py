"""This process's way to Redis, for what may be lost: who looks, which bridges live, and what open pages are told."""

from __future__ import annotations

import threading
from functools import cache
from typing import Any

import redis
from django.conf import settings
from redis.exceptions import RedisError


def client() -> redis.Redis:
    """To ask, and wait for the answer."""
    return _client(settings.REDIS_URL)


def publish(channel: str, message: bytes) -> None:
    """Say it and do not wait: how many heard it is of no use, and to be woken for it costs more than to say it.

    What is said while Redis ends is lost without a word. Raises RedisError when it is known to be away.
    """
    _voice(settings.REDIS_URL).publish(channel, message)


@cache
def _client(url: str) -> redis.Redis:
    timeout: int = settings.REDIS_TIMEOUT
    return redis.Redis.from_url(url, socket_timeout=timeout, socket_connect_timeout=timeout)


class _Voice:
    """A connection of its own, whose answers are read before the next word, when they are there anyway."""

    def __init__(self, pool: redis.ConnectionPool) -> None:
        self._turn = threading.Lock()
        self._connection: Any = pool.make_connection()  # untyped

    def publish(self, channel: str, message: bytes) -> None:
        with self._turn:
            try:
                self._hear()
            except RedisError:  # Redis was started anew, or had closed an idle connection
                self._connection.disconnect()
            self._connection.send_command("PUBLISH", channel, message)

    def _hear(self) -> None:
        while self._connection.is_connected and self._connection.can_read():
            self._connection.read_response()


@cache
def _voice(url: str) -> _Voice:
    return _Voice(_client(url).connection_pool)
