"""A configuration file as Thunderbird's autoconfig has it -> the services it names. PURE: octets in, values out.

Nothing with a document type is read: only there entities can be declared, which could grow without end or name files.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from accounts.autoconfig import Endpoint

LARGEST = 64 * 1024
"""Octets."""
_MOST = 20
"""Servers of each kind that are looked at."""
_SECURITY = {"SSL": "tls", "STARTTLS": "starttls"}
_WHOLE = ("", "%EMAILADDRESS%")


class Unreadable(ValueError):
    """Not a configuration file."""


def services(data: bytes, domain: str) -> dict[str, list[Endpoint]]:
    """`{"imap": [...], "smtp": [...]}` in the file's order, encrypted ones only, for people who sign in with the whole
    address. Raises Unreadable."""
    if len(data) > LARGEST or b"\0" in data or data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"<!DOCTYPE" in data:
        raise Unreadable("too long, or with an encoding or a document type that is not read")
    try:
        root = ElementTree.fromstring(data)  # noqa: S314 - no entity can be declared without a document type
    except (ElementTree.ParseError, LookupError, ValueError) as fault:  # the latter: an encoding that is none
        raise Unreadable(str(fault)) from fault
    provider = root.find("emailProvider")
    if root.tag != "clientConfig" or provider is None:
        raise Unreadable("no configuration of a mail provider")
    return {
        "imap": list(_endpoints(provider, "incomingServer", "imap", domain)),
        "smtp": list(_endpoints(provider, "outgoingServer", "smtp", domain)),
    }


def _endpoints(provider: Element, name: str, kind: str, domain: str) -> Iterator[Endpoint]:
    for server in provider.findall(name)[:_MOST]:
        security = _SECURITY.get(_text(server, "socketType"))
        port = _text(server, "port")
        if server.get("type") != kind or security is None or _text(server, "username") not in _WHOLE:
            continue
        if port.isascii() and port.isdecimal() and len(port) < 6:
            host = _text(server, "hostname").replace("%EMAILDOMAIN%", domain)
            yield Endpoint(host, int(port), security, is_strange=True)


def _text(server: Element, name: str) -> str:
    return (server.findtext(name) or "").strip()
