"""The two people of the demo, and the ports on which their mail servers listen.

The ports are chosen at random once and kept: they are part of what a sealed password is bound to.
"""

from __future__ import annotations

import json
import random
import socket
from itertools import islice
from pathlib import Path

from imapbridge.demo.people import PASSWORD, PEOPLE

#: Below those that the system gives to outgoing connections.
CANDIDATES = range(20_000, 32_000)
FIRST, SECOND = PEOPLE
WELCOME = (
    f"Sign in with        {FIRST}",
    f"The password is     {PASSWORD}",
    f"{SECOND} has the same password: write to each other. All of it is made up and stays on this machine.",
)


def welcome(data: Path) -> list[str]:
    """What to tell who starts the demo."""
    return [*WELCOME, f"Any mail program can send to both through SMTP at 127.0.0.1:{_ports(data / 'demo')['smtp']}."]


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


def check_ports(data: Path) -> None:
    """Before the servers start: forget the ports when another program has taken one meanwhile."""
    path = data / "demo" / "ports.json"
    if path.exists() and not all(map(_is_free, json.loads(path.read_text()).values())):
        path.unlink()


def _ports(folder: Path) -> dict[str, int]:
    folder.mkdir(exist_ok=True)
    path = folder / "ports.json"
    if not path.exists():
        imap, smtp = islice(filter(_is_free, random.SystemRandom().sample(CANDIDATES, 50)), 2)
        path.write_text(json.dumps({"imap": imap, "smtp": smtp}))
    ports: dict[str, int] = json.loads(path.read_text())
    return ports


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
