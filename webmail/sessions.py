"""Sessions in the database with a copy in Redis, which may be away: then they are slower, and nobody is signed out."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.cached_db import SessionStore as CachedSessionStore
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.core.cache import caches
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


class SessionStore(CachedSessionStore):
    """Django's own store, but for what it does when the cache cannot be asked."""

    def load(self) -> dict[str, Any]:
        try:
            return super().load()
        except RedisError as fault:
            log.warning("session read from the database: %s", type(fault).__name__)
            return DatabaseSessionStore.load(self)

    def exists(self, session_key: str) -> bool:
        try:
            return super().exists(session_key)
        except RedisError:
            return DatabaseSessionStore.exists(self, session_key)

    def delete(self, session_key: str | None = None) -> None:
        """The copy first: were it left behind, it would be a session again when Redis is back. Raises RedisError."""
        key = session_key or self.session_key
        if key is not None:
            caches[settings.SESSION_CACHE_ALIAS].delete(self.cache_key_prefix + key)
            DatabaseSessionStore.delete(self, key)
