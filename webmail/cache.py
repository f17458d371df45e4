"""How values come to Redis, and lie there: as JSON, or as they are. A pickle would let whoever can write there run code
here."""

from __future__ import annotations

import json
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient

OCTETS = b"\0"
"""Begins a value that is bytes; no JSON does."""


class JsonSerializer:
    """Django's cache serializer interface. Whole numbers go as they are, so that Redis can count with them."""

    def dumps(self, value: Any) -> int | bytes:
        if type(value) is int:
            return value
        return OCTETS + value if type(value) is bytes else json.dumps(value, separators=(",", ":")).encode()

    def loads(self, data: bytes) -> Any:
        return data[1:] if data.startswith(OCTETS) else json.loads(data)


class _OneClient(RedisCacheClient):
    """Keeps its client: to make one takes half the time of asking it something, and every page asks for its session."""

    def get_client(self, key: str | bytes | memoryview | None = None, *, write: bool = False) -> Any:
        kept = vars(self).get("_kept")
        if kept is None:
            kept = self._kept = super().get_client(key, write=write)
        return kept


class OneRedis(RedisCache):
    """Django's cache in a single Redis."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _OneClient
