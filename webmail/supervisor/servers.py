"""PostgreSQL and Redis as the environment names them: do they answer? Asked once, before anything starts on them."""

from __future__ import annotations

import psycopg
import redis

from webmail.env import Environment
from webmail.supervisor.prepare import CannotStart

SECONDS = 5


def check(env: Environment) -> None:
    """Raises CannotStart with a sentence for each that is named and does not answer. Never says a password."""
    asked = (
        ("PostgreSQL", "DATABASE_URL", _postgres(env.database_url)),
        ("Redis", "REDIS_URL", _redis(env.redis_url)),
    )
    if faults := [
        f"{server} does not answer: {why}\nStart it, or correct {name}." for server, name, why in asked if why
    ]:
        raise CannotStart("\n".join(faults))


def _postgres(url: str) -> str:
    """Why it cannot be used, empty when it can."""
    if not url.startswith(("postgres:", "postgresql:")):
        return ""
    try:
        psycopg.connect(url, connect_timeout=SECONDS).close()
    except psycopg.Error as fault:
        return _line(fault)
    return ""


def _redis(url: str) -> str:
    """Why it cannot be used, empty when it can."""
    if not url:
        return ""
    try:
        with redis.Redis.from_url(url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS) as client:
            client.ping()
    except (redis.RedisError, ValueError) as fault:
        return _line(fault)
    return ""


def _line(fault: Exception) -> str:
    return " ".join(str(fault).split())
