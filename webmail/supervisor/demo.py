"""The two people of the demo, and the ports on which their mail servers listen.

The ports are chosen at random once and kept: they are part of what a sealed password is bound to.
"""

from __future__ import annotations

import json
import socket
from pathlib import Path

PEOPLE = ("noor@example.com", "tomas@example.com")
PASSWORD = "whimbrel"  # noqa: S105  (printed on the terminal: it opens nothing but the demo)
WELCOME = (
    f"Sign in with        {PEOPLE[0]}",
    f"The password is     {PASSWORD}",
    f"{PEOPLE[1]} has the same password: write to each other. All of it is made up and stays on this machine.",
)


def settings(data: Path) -> dict[str, str]:
    """The environment that makes the demo's servers everybody's mail servers."""
    ports = _ports(data / "demo")
    return {
        "WEBMAIL_IMAP_HOST": "127.0.0.1",
        "WEBMAIL_IMAP_PORT": str(ports["imap"]),
        "WEBMAIL_IMAP_SECURITY": "plain",
        "WEBMAIL_SMTP_HOST": "127.0.0.1",
        "WEBMAIL_SMTP_PORT": str(ports["smtp"]),
        "WEBMAIL_SMTP_SECURITY": "plain",
        # Without TLS, but never past this machine.
        "WEBMAIL_ALLOW_PLAINTEXT": "yes",
    }


def _ports(folder: Path) -> dict[str, int]:
    folder.mkdir(exist_ok=True)
    path = folder / "ports.json"
    ports: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}
    if not ports or not all(map(_free, ports.values())):
        ports = dict(zip(("imap", "smtp"), _choose(2), strict=True))
        path.write_text(json.dumps(ports))
    return ports


def _free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def _choose(count: int) -> list[int]:
    servers = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports: list[int] = [server.getsockname()[1] for server in servers]
    for server in servers:
        server.close()
    return ports
