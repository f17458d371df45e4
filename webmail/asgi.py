"""One process for everything a browser asks: pages through threads (WSGI), websockets on the loop (Channels)."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webmail.settings")

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator

from webmail.pages import Pages

from webmail.wsgi import application as pages  # isort: skip  (loads Django first)
from webmail.routing import websockets  # isort: skip

application = ProtocolTypeRouter(
    {
        # Remote images may take seconds each, at hosts that strangers chose.
        "http": Pages(pages, threads=24, slow={"/proxy/": 12}),
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websockets))),
    }
)
