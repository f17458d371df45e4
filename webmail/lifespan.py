"""The beginning and the end of a web process, as the ASGI server tells of them.

When it is told to end (SIGTERM) it goes on serving for a while, so that a balancer in front has time to see that it is
about to leave: `health.live` says no, and no connection is kept for another request. Then the server ends as it would
have: what is under way is finished, and sockets are closed with 1012, on which a page comes back, to another process,
and asks what it missed.
"""

from __future__ import annotations

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, Scope
from django.conf import settings

from imapbridge import ending, open_files
from imapbridge.snapshots import Snapshots


class Lifespan:
    """An ASGI application for the scope of that name."""

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        numbers = Snapshots("web")
        await receive()
        open_files.allow_many()
        numbers.start()
        ending.delay(lambda: settings.ENV.drain_seconds)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        numbers.end()
        await send({"type": "lifespan.shutdown.complete"})
