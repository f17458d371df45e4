"""One process for everything a browser asks: pages through threads (WSGI), websockets on the loop (Channels)."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webmail.settings")

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator

from webmail import garbage
from webmail.lifespan import Lifespan
from webmail.pages import Pages

from webmail.wsgi import application as pages  # isort: skip  (loads Django first)
from webmail.routing import websockets  # isort: skip

SLOW = {
    # Remote images may take seconds each, at hosts that strangers chose.
    "/proxy/": 12,
    # Files that are fetched whole and unpacked, a few at a time (`views.turns`).
    r"/message/\d+/part/[^/]+/(thumbnail$|inside/)": 4,
}

LARGE = {
    # The form of a message without a script, with the files that go along. A script brings them in small pieces.
    r"/compose/(\d+/)?$": 40 * 1024 * 1024,
    # A piece of a file: as in `compose-pace.js`.
    r"/compose/\d+/files/": 16 * 1024 * 1024,
}

application = ProtocolTypeRouter(
    {
        "http": Pages(pages, threads=24, slow=SLOW, large=LARGE),
        "lifespan": Lifespan(),
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websockets))),
    }
)
garbage.look_for_seldom()
