"""What a worker tells of itself, by Celery's signals: that it is alive, and how its tasks fare. Runs none.

The sign of life comes from the loop that fetches tasks, every two seconds: one that hangs is as silent as one that is
dead. It is written to Redis, so that who asks (`health`) need not call all workers and wait for their answers.
"""

from __future__ import annotations

import inspect
import logging
import os
import time
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from celery.signals import (
    before_task_publish,
    heartbeat_sent,
    task_postrun,
    task_prerun,
    worker_ready,
    worker_shutdown,
    worker_shutting_down,
)
from django.db import close_old_connections
from redis.exceptions import RedisError

from imapbridge import alive, asked, ending, meters
from imapbridge.snapshots import Snapshots

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
        """Receives `worker_shutting_down`, in a signal handler: what is under way comes to its end, or is handed
        back."""
        self._is_leaving = True
        ending.begin()

    def end(self, sender: Any, **_signal: Any) -> None:
        """Receives `worker_shutdown`."""
        try:
            alive.leave(KEY, _name(sender.hostname))
        except RedisError as fault:
            logger.warning("the end is not told: %s", type(fault).__name__)


_numbers = Snapshots("worker")


def _begin_numbers(**_signal: Any) -> None:
    _numbers.start()


def _end_numbers(**_signal: Any) -> None:
    _numbers.end()


def stamp(headers: dict[str, Any], **_signal: Any) -> None:
    """Receives `before_task_publish`: when it is to be done, so that the worker can tell how late it is, and by which
    request."""
    eta = headers.get("eta")
    headers["asked_by"] = asked.name()
    headers["due_at"] = datetime.fromisoformat(eta).timestamp() if eta else time.time()


def begins(task: Any, args: Sequence[Any] = (), **_signal: Any) -> None:
    """Receives `task_prerun`."""
    close_old_connections()
    asked.begin(getattr(task.request, "asked_by", None) or task.request.id or "")
    if args and _is_for_account(task):
        asked.about(args[0])
    if (due_at := getattr(task.request, "due_at", None)) is not None:
        meters.task_begins((task.request.delivery_info or {}).get("routing_key") or "fast", due_at)


@cache
def _is_for_account(task: Any) -> bool:
    """By what the task calls its first argument."""
    return next(iter(inspect.signature(task.run).parameters), "") == "account_id"


def ended(state: str | None = None, **_signal: Any) -> None:
    """Receives `task_postrun`. Its thread keeps the connection to the database, as those of pages do."""
    close_old_connections()
    meters.task_ended((state or "unknown").lower())


def _name(hostname: str) -> str:
    """Two workers of one machine have the same node name."""
    return f"{hostname} {os.getpid()}"


def listen() -> None:
    """Hear Celery's signals; for the Celery application."""
    heartbeat_sent.connect(_sign.give, weak=False)
    worker_shutting_down.connect(_sign.stop, weak=False)
    worker_shutdown.connect(_sign.end, weak=False)
    worker_ready.connect(_begin_numbers)
    worker_shutdown.connect(_end_numbers)
    before_task_publish.connect(stamp)
    task_prerun.connect(begins)
    task_postrun.connect(ended)


_sign = Sign()
