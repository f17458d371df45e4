"""`healthcheck.py web|bridge|worker`: exit status 0 when the process in this container is well. Starts no Django."""

from __future__ import annotations

import os
import platform
import socket
import sys
import time
import urllib.request
from collections.abc import Callable

import redis

SILENT = 15.0
"""Seconds without a sign of life after which a worker counts as dead."""


def web() -> bool:
    with urllib.request.urlopen(f"http://localhost:{os.environ.get('PORT', '8000')}/health/live", timeout=4) as answer:
        return bool(answer.status == 200)


def bridge() -> bool:
    address = os.environ.get("WEBMAIL_BRIDGE") or f"{os.environ['WEBMAIL_DATA_DIR']}/bridge.sock"
    host, _, port = address.rpartition(":")
    is_path = address.startswith("/")
    with socket.socket(socket.AF_UNIX if is_path else socket.AF_INET) as connection:
        connection.settimeout(4)
        connection.connect(address if is_path else (host.strip("[]").replace("0.0.0.0", "127.0.0.1"), int(port)))  # noqa: S104
        return True


def worker() -> bool:
    """Its last sign of life, which is in Redis under its name."""
    with redis.Redis.from_url(os.environ["REDIS_URL"], socket_timeout=4) as client:
        alive = client.zrangebyscore("whimbrel:workers", time.time() - SILENT, "+inf")
        return any(name.startswith(f"whimbrel@{platform.node()} ".encode()) for name in alive)


KINDS: dict[str, Callable[[], bool]] = {"web": web, "bridge": bridge, "worker": worker}

if __name__ == "__main__":
    try:
        sys.exit(0 if KINDS[sys.argv[1]]() else 1)
    except (OSError, redis.RedisError) as fault:
        sys.exit(type(fault).__name__)
