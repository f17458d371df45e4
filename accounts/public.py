"""PURE: which addresses belong to the public internet. What strangers name is asked and connected to only there."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# Python takes these for global; they lead back to IPv4 or to a site, or stand for nobody yet.
_ASIDE = tuple(
    map(ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10", "::/96"))
)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it belongs to the public internet, and to one machine."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
        if any(address in network for network in _ASIDE) or address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def are_public(addresses: list[str]) -> bool:
    """Whether all of them are, and there is one. As `getaddrinfo` has them: `fe80::1%eth0` among them."""
    return bool(addresses) and all(is_public(ip_address(each.partition("%")[0])) for each in addresses)
