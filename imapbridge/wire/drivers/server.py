"""Where a server is and how the link to it is made private. One SSLContext per process and kind."""

from __future__ import annotations

import ipaddress
import os
import socket
import ssl
from asyncio.trsock import TransportSocket
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from accounts.public import are_public
from imapbridge.errors import ConnectFailed, ConnectionClosed, TlsFailed, WireError
from imapbridge.wire.auth import Security


@dataclass(frozen=True, slots=True)
class Server:
    host: str
    port: int
    security: Security = "tls"
    verify: bool = True
    """False: any certificate is taken. Only ever the operator's choice."""
    ca_file: str = ""
    """Trust the certificates in this file instead of the system's."""
    least_tls: str = "1.2"
    """The oldest TLS that is spoken: `1.2` or `1.3`."""
    is_strange: bool = False
    """Not named by the operator: never to be found inside our network, whatever its name leads to by now."""

    @property
    def is_loopback(self) -> bool:
        """There compression only costs."""
        if self.host.lower() == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def admit(self, rows: Sequence[Sequence[Any]]) -> None:
        """Look at what `getaddrinfo` found, which is what is connected to then. ConnectFailed when that may not be."""
        if self.is_strange and not are_public([str(row[4][0]) for row in rows]):
            raise ConnectFailed(f"the address of {self.host} is not public")

    def tls(self) -> ssl.SSLContext:
        """TlsFailed when the file of certificates cannot be read."""
        try:
            return _context(self.verify, self.ca_file, self.least_tls)
        except (OSError, ssl.SSLError) as error:
            raise TlsFailed(f"the certificates to trust cannot be read: {error}") from error


@lru_cache(32)
def _context(verify: bool, ca_file: str, least_tls: str) -> ssl.SSLContext:
    """Making one takes 30 ms: it reads all certificates of the system."""
    context = ssl.create_default_context(cafile=ca_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_3 if least_tls == "1.3" else ssl.TLSVersion.TLSv1_2
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


@dataclass(frozen=True, slots=True)
class Peer:
    """Whom TLS found at the other end. `ends_at`: of the certificate, in seconds since 1970; None where it is unknown,
    as of one that was not verified."""

    version: str
    ends_at: float | None
    names: tuple[str, ...]


def peer_of(sock: socket.socket) -> Peer | None:
    """None where there is no TLS."""
    if not isinstance(sock, ssl.SSLSocket):
        return None
    found = sock.getpeercert() or {}
    ends = found.get("notAfter")
    names = tuple(str(pair[1]) for pair in found.get("subjectAltName", ()) if isinstance(pair, tuple))
    return Peer(sock.version() or "", ssl.cert_time_to_seconds(ends) if isinstance(ends, str) else None, names)


def tune(sock: socket.socket | TransportSocket) -> None:
    """Send small commands at once, and notice within two minutes a peer that is gone."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 20), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, option):  # not on every system
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)


def connect_error(error: OSError) -> WireError:
    """What went wrong before the session began."""
    if isinstance(error, ssl.SSLError):
        return tls_error(error)
    return ConnectFailed(_reason(error))


def tls_error(error: OSError) -> TlsFailed:
    """What went wrong in a handshake; a reset is one too."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return TlsFailed(error.verify_message or "the certificate is not trusted", certificate=True)
    reason = getattr(error, "reason", None) or str(error) or "the handshake failed"
    if reason == "WRONG_VERSION_NUMBER":  # what OpenSSL makes of a greeting
        reason = "what answers on this port does not begin with TLS; it may want STARTTLS"
    return TlsFailed(reason)


def lost(error: OSError) -> ConnectionClosed:
    """What went wrong in the middle."""
    return ConnectionClosed(_reason(error))


def _reason(error: OSError) -> str:
    """In the system's words: asyncio puts its own around them."""
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error) or type(error).__name__
