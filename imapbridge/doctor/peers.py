"""What is the same of every server: whether its name leads anywhere, and whom TLS found there."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from imapbridge.doctor.values import Area, Fact, Finding, Level
from imapbridge.errors import ConnectFailed, TimedOut, TlsFailed, WireError
from imapbridge.wire.drivers import Peer, Server

STEP = 15.0
"""Seconds for each step, as long as there are some left for all of it."""
SOON = 21
"""Days before its end that a certificate is worth a warning: who renews by a program does so earlier."""


class Patience:
    """How long all of it may take: `left` is what the next step has."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        return max(0.1, min(STEP, self._end - time.monotonic()))


def whereto(area: Area, server: Server) -> Iterator[Finding]:
    """What the name leads to."""
    yield Finding(area, Level.FINE, f"server-{server.security}", {"host": server.host, "port": server.port})
    try:
        rows = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
        server.admit(rows)  # where a strange name leads to within our network is nobody's business
    except (OSError, UnicodeError, ConnectFailed):
        yield Finding(area, Level.FAULT, "no-address", {"host": server.host})
        return
    found = sorted({str(row[4][0]) for row in rows})
    if found != [server.host]:
        yield Finding(area, Level.FINE, "resolves", {"host": server.host, "addresses": ", ".join(found[:6])})


def refusal(area: Area, server: Server, error: WireError) -> Finding:
    """Why there is no connection."""
    facts: dict[str, Fact] = {"host": server.host, "port": server.port, "reason": str(error)[:200]}
    if isinstance(error, TlsFailed):
        return Finding(area, Level.FAULT, "certificate-refused" if error.certificate else "no-tls", facts)
    return Finding(area, Level.FAULT, "no-answer" if isinstance(error, TimedOut) else "not-connected", facts)


def link(area: Area, server: Server, peer: Peer | None) -> Iterator[Finding]:
    """Whether the link is private, and for how long its certificate is good."""
    if peer is None:
        here = server.is_loopback
        yield Finding(area, *((Level.NOTE, "plain-here") if here else (Level.WARNING, "plain")), {"host": server.host})
        return
    if peer.ends_at is None:
        yield Finding(area, Level.WARNING, "not-verified", {"host": server.host, "version": peer.version})
        return
    days = int((peer.ends_at - time.time()) // 86_400)
    facts: dict[str, Fact] = {
        "host": server.host,
        "version": peer.version,
        "names": ", ".join(peer.names[:6]),
        "until": datetime.fromtimestamp(peer.ends_at, UTC).date().isoformat(),
        "days": days,
    }
    yield Finding(area, *((Level.WARNING, "certificate-ends") if days < SOON else (Level.FINE, "certificate")), facts)
