"""What the processes count and time, for their operator: each number is one that somebody is called at night for.

Written where it happens, for a microsecond or two; told to others by `snapshots`. Labels are few: a mail server, a
queue, a fate; never an account, an address or a mailbox.
"""

from __future__ import annotations

import time
from typing import Any

from prometheus_client import Counter, Histogram, disable_created_metrics

disable_created_metrics()  # type: ignore[no-untyped-call]

MOST_SERVERS = 50
"""So many mail servers have a name of their own; where people may bring theirs, the others are one."""
OTHERS = "others"
QUICK = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
SLOW = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0)
"""Upper bounds of what is counted together, in seconds."""

_commands = Histogram(
    "whimbrel_imap_command_seconds", "From a command to its answer, by mail server.", ["server"], buckets=QUICK
)
_sync_lag = Histogram(
    "whimbrel_sync_lag_seconds", "From the wish to have an account synced to its index being equal.", buckets=SLOW
)
_push = Histogram(
    "whimbrel_push_latency_seconds", "From a change in the index to the sockets of open pages.", buckets=QUICK
)
_waited = Histogram("whimbrel_task_wait_seconds", "From a task's due time to its begin.", ["queue"], buckets=SLOW)
_tasks = Counter("whimbrel_tasks_total", "Tasks that have ended, by what became of them.", ["state"])
_names: set[str] = set()


def server_label(host: str) -> str:
    """The mail server as a label: its name, or one for all when there are too many."""
    if host not in _names:
        if len(_names) >= MOST_SERVERS:
            return OTHERS
        _names.add(host)
    return host


def commands_of(host: str) -> Any:
    """Where the seconds of a server's commands are counted: something with `observe`."""
    return _commands.labels(server_label(host))


def synced(asked_at: float | None) -> None:
    """An account is synced that somebody wanted synced then (epoch seconds); None: nobody knows when."""
    if asked_at is not None:
        _sync_lag.observe(max(0.0, time.time() - asked_at))


def pushed(changed_at: float | None) -> None:
    """A socket hears of what changed then (epoch seconds); None: nobody said when."""
    if changed_at is not None:
        _push.observe(max(0.0, time.time() - changed_at))


def task_begins(queue: str, due_at: float) -> None:
    _waited.labels(queue).observe(max(0.0, time.time() - due_at))


def task_ended(state: str) -> None:
    _tasks.labels(state).inc()
