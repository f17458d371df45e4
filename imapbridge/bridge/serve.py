"""The bridge's process: a listening socket that only we can open, and the application on it until SIGTERM."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import uvicorn

from imapbridge import open_files
from imapbridge.bridge.application import Application

GRACE = 5
"""Seconds that what is under way has when the process is told to end."""
KEEP_ALIVE = 75
"""Seconds without a request after which a connection of web's is closed."""


class AddressTaken(Exception):
    """Another bridge answers at this address."""


def serve(address: str, secret: str, announced: str = "") -> None:
    """Serve at a Unix socket's path or at host:port until SIGTERM or SIGINT. Raises AddressTaken, OSError.

    `announced` is the address at which web finds this bridge among others; empty: it is the only one.
    """
    open_files.allow_many()
    listener = listen(address)
    config = uvicorn.Config(
        Application(secret, announced),
        # uvloop saves a tenth of the CPU here, but dials a host's addresses one after another (no RFC 8305).
        loop="asyncio",
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
    )
    uvicorn.Server(config).run(sockets=[listener])


def listen(address: str) -> socket.socket:
    """A bound socket. A Unix socket is this user's alone; one that a dead bridge has left behind is replaced."""
    host, colon, port = address.rpartition(":")
    if colon and "/" not in address:
        return socket.create_server((host.strip("[]"), int(port)), family=_family(host))
    path = Path(address)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _remove_dead(path)
    listener = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)
    try:
        listener.bind(address)
    finally:
        os.umask(before)
    listener.listen(1024)
    return listener


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _remove_dead(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except FileNotFoundError:
            return
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
            return
    raise AddressTaken(str(path))
