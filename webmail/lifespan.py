"""The beginning and the end of a web process, as the ASGI server tells of them.

When it is told to end (SIGTERM) it goes on serving for a while, so that a balancer in front has time to see that it is
about to leave: `health.live` says no, and no connection is kept for another request. Then the server ends as it would
have: what is under way is finished, and sockets are closed with 1012, on which a page comes back, to another process,
and asks what it missed.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from types import FrameType
from typing import cast

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, Scope
from django.conf import settings

from imapbridge.snapshots import Snapshots
from webmail import draining

log = logging.getLogger(__name__)


class Lifespan:
    """An ASGI application for the scope of that name."""

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        numbers = Snapshots("web")
        await receive()
        numbers.start()
        if settings.ENV.drain_seconds:
            _drain_at_the_end(settings.ENV.drain_seconds)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        numbers.end()
        await send({"type": "lifespan.shutdown.complete"})


def _drain_at_the_end(seconds: float) -> None:
    """The server has its handler in place by now: it is called later. A second signal does not wait."""
    ends = signal.getsignal(signal.SIGTERM)
    if not callable(ends):
        return
    loop = asyncio.get_running_loop()

    def end() -> None:
        ends(signal.SIGTERM, cast("FrameType", None))

    def begin() -> None:
        if draining.begin():
            log.info("leaving in %d s", seconds)
            loop.call_later(seconds, end)
        else:
            end()

    loop.add_signal_handler(signal.SIGTERM, begin)
