"""Where a request comes from, as far as the operator's own proxies vouch for it. Trusts no header beyond them."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "unknown"
"""What comes over a Unix socket without a proxy, and what names no address at all."""


def client_network(request: HttpRequest) -> str:
    """The client's network: `192.0.2.0/24`, `2001:db8:1:2::/64`, or `unknown`.

    A network rather than an address, since a home or a rented machine owns a whole /64 to hop about in.
    """
    address = _client_address(request)
    if address is None:
        return UNKNOWN
    return str(ip_network((address, 24 if address.version == 4 else 64), strict=False))


def _client_address(request: HttpRequest) -> IPv4Address | IPv6Address | None:
    """Each of the operator's proxies appended the peer that it saw, so ours is counted from the right end."""
    proxies: int = settings.ENV.trusted_proxies
    peer = request.META.get("REMOTE_ADDR", "")
    hops = [*request.META.get("HTTP_X_FORWARDED_FOR", "").split(","), peer] if proxies else [peer]
    return _parsed(hops[max(0, len(hops) - 1 - proxies)]) or _parsed(peer)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    """An address from `192.0.2.7`, `192.0.2.7:4711`, `[2001:db8::1]:4711` or `::ffff:192.0.2.7`; None for all else."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
