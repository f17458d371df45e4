"""Sessions in the database with a copy in Redis, which may be away: then they are slower, and nobody is signed out.

One that lasted too long, or that nobody used for too long, is empty for whoever loads it: a page, a socket, the admin.
"""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.cached_db import SessionStore as CachedSessionStore
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.core.cache import BaseCache, caches
from redis.exceptions import RedisError

from accounts import lifetimes

log = logging.getLogger(__name__)


class SessionStore(CachedSessionStore):
    """Django's own store, but for what it does when the cache cannot be asked."""

    def load(self) -> dict[str, Any]:
        data = self._loaded()
        if lifetimes.is_over(data):
            self._session_key = None
            return {}
        return data

    def _loaded(self) -> dict[str, Any]:
        try:
            held: dict[str, Any] | None = _copies().get(self.cache_key)
            return self._copied() if held is None else held
        except RedisError as fault:
            log.warning("session read from the database: %s", type(fault).__name__)
            return DatabaseSessionStore.load(self)

    def _copied(self) -> dict[str, Any]:
        """From the database into Redis; but one that is deleted in this very moment would be a session again."""
        data = super().load()
        if data and not DatabaseSessionStore.exists(self, str(self.session_key)):
            _copies().delete(self.cache_key)
            self._session_key = None
            return {}
        return data

    def exists(self, session_key: str) -> bool:
        try:
            return super().exists(session_key)
        except RedisError:
            return DatabaseSessionStore.exists(self, session_key)

    def delete(self, session_key: str | None = None) -> None:
        """The copy first: were it left behind, it would be a session again when Redis is back. Raises RedisError.

        And once more: whoever read the session in between has made another copy.
        """
        key = session_key or self.session_key
        if key is not None:
            _copies().delete(self.cache_key_prefix + key)
            DatabaseSessionStore.delete(self, key)
            _copies().delete(self.cache_key_prefix + key)


def _copies() -> BaseCache:
    return caches[settings.SESSION_CACHE_ALIAS]
