"""Where a push service may be. Its address comes from a browser, and could name anything that we can reach: so only
https, only port 443, and only the public internet, unless the operator names the host (WEBMAIL_PUSH_HOSTS).

The name is resolved once, and what was checked is what is connected to: a name that changes its mind gains nothing.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from django.conf import settings

# Python takes these for global; they lead back to IPv4 or to a site, or stand for nobody yet.
_ASIDE = tuple(
    map(ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10", "::/96"))
)
LONGEST = 1000


class NotAllowed(ValueError):
    """Nothing is sent there."""


@dataclass(frozen=True, slots=True)
class Service:
    """A push service and the address of one browser at it."""

    host: str
    port: int
    target: str
    """The path with its query."""

    @property
    def origin(self) -> str:
        return f"https://{self.host}" if self.port == 443 else f"https://{self.host}:{self.port}"

    @property
    def is_ours(self) -> bool:
        """The operator vouches for it."""
        return self.host in settings.ENV.push_hosts

    def address(self) -> str:
        """One that may be connected to. Raises NotAllowed, or OSError when the name is not found."""
        found = [row[4][0] for row in socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)]
        if not self.is_ours and not all(is_public(ip_address(str(each).partition("%")[0])) for each in found):
            raise NotAllowed("its address is not public")
        return str(found[0])


def service(endpoint: str) -> Service:
    """The service of an endpoint. Raises NotAllowed. Asks nobody."""
    if len(endpoint) > LONGEST or not endpoint.isascii() or not endpoint.isprintable() or " " in endpoint:
        raise NotAllowed("not an address")
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port or 443
    except ValueError as fault:
        raise NotAllowed("not an address") from fault
    if parts.scheme != "https" or not host or parts.username is not None:
        raise NotAllowed("not an https address")
    found = Service(host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
    if port != 443 and not found.is_ours:
        raise NotAllowed("not the port of https")
    return found


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it belongs to the public internet, and to one machine."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
        if any(address in network for network in _ASIDE) or address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)
