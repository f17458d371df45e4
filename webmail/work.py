"""What a worker tells of itself, by Celery's signals: that it is alive. Runs no task, and asks no other worker.

The sign of life comes from the loop that fetches tasks, every two seconds: one that hangs is as silent as one that is
dead. It is written to Redis, so that who asks (`health`) need not call all workers and wait for their answers.
"""

from __future__ import annotations

import logging
import os
from typing import Any

from celery.signals import heartbeat_sent, worker_shutdown, worker_shutting_down
from redis.exceptions import RedisError

from imapbridge import alive

logger = logging.getLogger(__name__)

KEY = "whimbrel:workers"
LIFE = 15.0
"""Seconds without a sign after which a worker counts as dead."""


def live() -> frozenset[str]:
    """The workers that are there. Raises RedisError."""
    return alive.live(KEY, LIFE)


class Sign:
    """This process's sign of life."""

    def __init__(self) -> None:
        self._is_leaving = False

    def give(self, sender: Any, **_signal: Any) -> None:
        """Receives `heartbeat_sent`. Without Redis nobody could be told, and nobody can ask."""
        if self._is_leaving:
            return
        try:
            alive.announce(KEY, _name(sender.eventer.hostname), LIFE)
        except RedisError as fault:
            logger.warning("no sign of life given: %s", type(fault).__name__)

    def stop(self, **_signal: Any) -> None:
        """Receives `worker_shutting_down`, in a signal handler: what is under way is finished, nothing new is taken."""
        self._is_leaving = True

    def end(self, sender: Any, **_signal: Any) -> None:
        """Receives `worker_shutdown`."""
        try:
            alive.leave(KEY, _name(sender.hostname))
        except RedisError as fault:
            logger.warning("the end is not told: %s", type(fault).__name__)


def _name(hostname: str) -> str:
    """Two workers of one machine have the same node name."""
    return f"{hostname} {os.getpid()}"


def listen() -> None:
    """Hear Celery's signals; for the Celery application."""
    heartbeat_sent.connect(_sign.give, weak=False)
    worker_shutting_down.connect(_sign.stop, weak=False)
    worker_shutdown.connect(_sign.end, weak=False)


_sign = Sign()
