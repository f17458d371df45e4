"""The end of a process, from the moment that it is asked to end: it takes on nothing long, and hands over in order.

What goes on for long asks `has_begun` between two steps and leaves the rest to another, as it does when its turn is
over. A process that others talk to may go on serving for a while (`delay`), so that they have time to turn elsewhere.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

_has_begun = threading.Event()


def begin() -> None:
    """It is asked to end. May be called in a signal handler."""
    _has_begun.set()


def has_begun() -> bool:
    return _has_begun.is_set()


def delay(seconds: Callable[[], float]) -> None:
    """On SIGTERM the server's own handler, which is there by now, is called so many seconds later; a second signal does
    not wait. Call it on the running loop. `seconds` is asked when the signal has come."""
    ends = signal.getsignal(signal.SIGTERM)
    if not callable(ends) or threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()

    def end() -> None:
        ends(signal.SIGTERM, None)

    def asked() -> None:
        is_first = not has_begun()
        begin()
        if is_first and (wait := seconds()) > 0:
            log.info("ending in %.0f s", wait)
            loop.call_later(wait, end)
        else:
            end()

    loop.add_signal_handler(signal.SIGTERM, asked)
