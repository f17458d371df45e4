"""The numbers of every process, brought together in Redis: each writes there how its own stand, every ten seconds.

So one address has them all, whichever process answers there and however many share a port. A thread of its own; without
a token nobody can ask, and none is started. What is lost with Redis is some seconds of numbers.
"""

from __future__ import annotations

import logging
import os
import platform
import threading
from collections.abc import Iterator
from typing import cast

from django.conf import settings
from prometheus_client import REGISTRY, generate_latest
from redis.exceptions import RedisError

from imapbridge import alive, redis_link

logger = logging.getLogger(__name__)

KEY = "whimbrel:numbers"
EVERY = 10.0
LIFE = 35.0
"""Seconds after which the numbers of a process that is silent are not told any more."""


class Snapshots:
    """This process's. `role` (web, bridge, worker) is a part of its name."""

    def __init__(self, role: str) -> None:
        self.process = f"{role} {platform.node()} {os.getpid()}"
        self._ended = threading.Event()

    def start(self) -> None:
        if settings.ENV.metrics_token:
            threading.Thread(target=self._write_forever, name="numbers", daemon=True).start()

    def end(self) -> None:
        """For an orderly end. What is written last stays until it is old: what was counted shall be seen."""
        self._ended.set()

    def write(self) -> None:
        """Raises RedisError."""
        redis_link.client().set(_key(self.process), generate_latest(REGISTRY), ex=int(LIFE))
        alive.announce(KEY, self.process, LIFE)

    def _write_forever(self) -> None:
        is_last = False
        while not is_last:
            is_last = self._ended.is_set()
            try:
                self.write()
            except RedisError as fault:
                logger.warning("numbers not written: %s", type(fault).__name__)
            self._ended.wait(EVERY)


def read() -> Iterator[tuple[str, str]]:
    """The processes, and the numbers of each as the text that Prometheus reads. Raises RedisError."""
    if processes := sorted(alive.live(KEY, LIFE)):
        found = cast("list[bytes | None]", redis_link.client().mget([_key(process) for process in processes]))
        for process, text in zip(processes, found, strict=True):
            if text is not None:
                yield process, text.decode()


def _key(process: str) -> str:
    return f"{KEY}:{process}"
