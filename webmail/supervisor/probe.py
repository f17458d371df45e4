"""Is it there yet? Short questions to our own processes, each answered within seconds."""

from __future__ import annotations

import http.client
import socket
from typing import Any

from webmail.env import Environment


def answers_http(address: tuple[Any, ...]) -> bool:
    """True when the web process answers anything at all. Blocks while the socket listens but nobody accepts yet."""
    host, port, *_ = address
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/health/live", headers={"Host": "localhost"})
        connection.getresponse()
        return True
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def accepts(address: str) -> bool:
    """True when something listens on a Unix socket's path or on host:port."""
    is_path = address.startswith("/")
    host, _, port = address.rpartition(":")
    try:
        with socket.socket(socket.AF_UNIX if is_path else socket.AF_INET) as client:
            client.settimeout(2)
            client.connect(address if is_path else (host.strip("[]"), int(port)))
            return True
    except OSError:
        return False


def can_sign_in(env: Environment, *, demo: bool) -> bool:
    """True when the bridge listens and, if there is a demo, its mail server does and has its mail."""
    if demo and not ((env.data_path / "demo" / "planted").exists() and accepts(f"{env.imap_host}:{env.imap_port}")):
        return False
    return accepts(env.bridge_address)
