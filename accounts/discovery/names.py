"""What the domain name system says: which hosts have a service (SRV), and whether a host is at public addresses.

Asks the servers of WEBMAIL_DNS_SERVERS, else the system's. Chains of aliases end after a few links, and every question
has a deadline.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import dns.exception
import dns.name
import dns.resolver
from django.conf import settings

from accounts.autoconfig import Endpoint
from accounts.public import are_public

DEADLINE = 4.0
"""Seconds for one question, with all its repetitions."""
_MOST = 10
"""Records of one kind that are looked at."""
_LONGEST = 253
# RFC 8314 section 5.1: where TLS begins with the first octet comes first.
RECORDS = {
    "imap": (("_imaps._tcp", "tls"), ("_imap._tcp", "starttls")),
    "smtp": (("_submissions._tcp", "tls"), ("_submission._tcp", "starttls")),
    "sieve": (("_sieve._tcp", "starttls"),),
}


def services(domain: str, service: str) -> list[Endpoint]:
    """Of `imap`, `smtp` or `sieve`, those that its owner wants most first. Empty: none is told, or nobody answers."""
    return [
        Endpoint(host, port, security, is_strange=True)
        for record, security in RECORDS[service]
        for host, port in _records(f"{record}.{domain}")
    ]


def is_at_public_addresses(host: str) -> bool:
    """All of its addresses are, and it has one."""
    return are_public([address for kind in ("A", "AAAA") for address in _addresses(host, kind)])


def _records(name: str) -> Iterator[tuple[str, int]]:
    """Hosts and ports. A target of `.` says that there is no such service (RFC 2782).

    Of equals the same one comes first each time, in whichever order they are told: passwords are bound to it.
    """
    rows = sorted(_answers(name, "SRV"), key=lambda row: (row.priority, -row.weight, row.target))
    for row in rows[:_MOST]:
        host = row.target.to_text(omit_final_dot=True).lower()
        if row.target != dns.name.root and len(host) <= _LONGEST:
            yield host, row.port


def _addresses(host: str, kind: str) -> list[str]:
    return [row.address for row in _answers(host, kind)]


def _answers(name: str, kind: str) -> Sequence:  # type: ignore[type-arg]  # rows of the kind
    try:
        return list(_resolver().resolve(name, kind, search=False, lifetime=DEADLINE))
    except (dns.exception.DNSException, OSError, ValueError):
        return []  # there is none, its aliases go in a circle, a label is too long, or nobody answers


def _resolver() -> dns.resolver.Resolver:
    servers = settings.ENV.dns_servers
    resolver = dns.resolver.Resolver(configure=not servers)
    resolver.timeout = DEADLINE / 2
    if servers:
        pairs = [server.rpartition(":") if server.count(":") == 1 else (server, "", "53") for server in servers]
        resolver.nameservers = [address for address, _colon, _port in pairs]
        resolver.nameserver_ports = {address: int(port) for address, _colon, port in pairs}
    return resolver
