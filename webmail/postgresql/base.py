"""Whether a connection that was kept may be used again: seen by its socket, as long as it was used a moment ago.

Django asks the server before the first statement of every request, and of every errand beside the bridge's loop: one of
seven statements. A server that went away has closed the connection, and then its socket has something to be read. After
a longer rest the server is asked, for what stands between may have forgotten the connection in silence.
"""

from __future__ import annotations

import select
import time

from django.db.backends.postgresql import base

RESTED = 30.0
"""Seconds since it was used last, after which the server is asked."""


class DatabaseWrapper(base.DatabaseWrapper):
    _used_at = -RESTED

    def is_usable(self) -> bool:
        now = time.monotonic()
        is_rested, self._used_at = now - self._used_at >= RESTED, now
        return (not is_rested and self._is_quiet()) or super().is_usable()

    def _is_quiet(self) -> bool:
        """Open, and nothing was said since the last answer. What is said unasked is rarely anything but a goodbye."""
        if self.connection is None or self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return not poll.poll(0)
