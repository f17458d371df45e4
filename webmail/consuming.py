"""How a worker takes tasks from the broker: Celery's way, and on through the loss of the broker with tasks in hand.

What was taken and not acknowledged stays taken until the broker gives it out anew (`visibility_timeout`): its threads
here go on with it, and beat asks for whatever must not wait so long.
"""

from __future__ import annotations

import logging

from celery.worker.consumer import Consumer as CelerysConsumer
from kombu.connection import Connection

from imapbridge import tasks

logger = logging.getLogger(__name__)


class Consumer(CelerysConsumer):  # type: ignore[misc]  # Celery has no types
    """Named in the settings."""

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        """What was open is closed, and the caller connects anew."""
        if self.connection:
            leave_where_it_is(self.connection)
        super().on_connection_error_after_connected(exc)

    def on_ready(self) -> None:
        """Who comes back lacks what was lost meanwhile, as who starts."""
        is_back = self.init_callback is None
        super().on_ready()
        if is_back:
            tasks.forget_queued()


def leave_where_it_is(connection: Connection) -> None:
    """Closing it must not give back what it has taken, nor may what ends later be acknowledged over it: both would be
    tried over another connection, which it can no longer make. kombu takes its address from it in the first half of
    closing, and asks for it in the second when the loss was noticed while it waited for tasks, or when a task ends.
    Either fault ends the worker."""
    for channel in connection.transport.channels:
        channel.do_restore = False
        channel.basic_ack = channel.basic_reject = _too_late


def _too_late(*_tag: object, **_how: object) -> None:
    logger.info("a task has ended whose broker was lost meanwhile; it is given out once more")
