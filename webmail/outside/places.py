"""Where a request of ours may go. Its address comes from a stranger and could name anything that we can reach: so only
the ports of the web and only the public internet, unless the operator vouches for the host.

The name is resolved once, and what was checked is what is connected to: a name that changes its mind gains nothing.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from accounts.public import are_public

PORTS = {"http": 80, "https": 443}
LONGEST = 4000
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._-]{0,251}[a-z0-9_.])?|[0-9a-f:.]{2,45}")
_KEPT = "/%:@!$&'()*+,;=~?"


class NotAllowed(ValueError):
    """Nothing is sent there."""


@dataclass(frozen=True, slots=True)
class Place:
    """A host that may be spoken to, and what is asked of it."""

    scheme: str
    host: str
    port: int
    target: str
    """The path with its query."""
    is_ours: bool = False
    """The operator vouches for it."""

    @property
    def origin(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{name}" if self.port == PORTS[self.scheme] else f"{self.scheme}://{name}:{self.port}"

    @property
    def is_secret(self) -> bool:
        return self.scheme == "https"

    def address(self) -> str:
        """One that may be connected to. Raises NotAllowed, or OSError when the name is not found."""
        try:
            rows = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except UnicodeError as fault:  # a label that is too long for the name system
            raise NotAllowed("not a name") from fault
        found = [str(row[4][0]).partition("%")[0] for row in rows]
        if not self.is_ours and not are_public(found):
            raise NotAllowed("its address is not public")
        return found[0]


def place(url: str, *, schemes: Collection[str] = ("https",), ours: Collection[str] = ()) -> Place:
    """What a web address names. Raises NotAllowed. Asks nobody.

    `ours`: hosts that the operator vouches for, which may be inside our network and on any port.
    """
    if len(url) > LONGEST or not url.isprintable() or " " in url:
        raise NotAllowed("not an address")
    try:
        parts = urlsplit(url)
        host, named = _host(parts.hostname or ""), parts.port
    except ValueError as fault:  # UnicodeError is one
        raise NotAllowed("not an address") from fault
    if parts.scheme not in schemes or parts.scheme not in PORTS or "@" in parts.netloc:
        raise NotAllowed(f"not an address by {' or '.join(schemes)}")
    port, is_ours = named or PORTS[parts.scheme], host in ours
    if port != PORTS[parts.scheme] and not is_ours:
        raise NotAllowed("not a port of the web")
    target = quote(parts.path or "/", safe=_KEPT) + (f"?{quote(parts.query, safe=_KEPT)}" if parts.query else "")
    return Place(parts.scheme, host, port, target, is_ours)


def _host(name: str) -> str:
    """In ASCII. Raises ValueError for what can be none."""
    host = name if name.isascii() else name.encode("idna").decode()
    if not _HOST.fullmatch(host):
        raise ValueError("not a host")
    return host
