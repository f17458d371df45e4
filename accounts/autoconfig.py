"""An address -> its mail servers: the row of its domain, else the environment's, else, where the operator allows it,
what was found for the domain and agreed to (`agreeing`). Asks nobody else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from accounts.models import FoundServers, MailDomain, Security, domain_name


class NoServers(Exception):
    """Nobody told which servers the addresses of this domain have."""

    def __init__(self, domain: str) -> None:
        super().__init__(f"no mail server is set up for {domain}")
        self.domain = domain


class PlaintextForbidden(NoServers):
    """The servers are known, but without encryption, which this installation does not allow."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One service of a mail server. `security` is a `models.Security` value: tls, starttls or plain; `least_tls` the
    oldest TLS that is spoken there: `1.2` or `1.3`. `is_strange`: the operator did not name it, so that it is spoken to
    only at public addresses."""

    host: str
    port: int
    security: str
    least_tls: str = "1.2"
    is_strange: bool = False


@dataclass(frozen=True, slots=True)
class Servers:
    """Where an address reads its mail, where it hands mail in, and where its filters are kept (None: nowhere)."""

    imap: Endpoint
    smtp: Endpoint
    sieve: Endpoint | None = None


_agreed: ContextVar[tuple[str, Servers] | None] = ContextVar("agreed", default=None)


def servers_for(address: str) -> Servers:
    """The servers of an address, in one query or two. Raises NoServers, or PlaintextForbidden."""
    domain = domain_name(address.rpartition("@")[2])
    servers = _named(domain) or _found(domain)
    # A row may be older than the operator's decision, so the door is checked again at each use.
    used = [service.security for service in (servers.imap, servers.smtp, servers.sieve) if service]
    if Security.PLAIN in used and not settings.ENV.allow_plaintext:
        raise PlaintextForbidden(domain)
    return servers


def is_named(domain: str) -> bool:
    """Whether the operator named its servers."""
    return bool(settings.ENV.imap_host) or MailDomain.objects.filter(name=domain_name(domain)).exists()


@contextmanager
def agreed(domain: str, servers: Servers) -> Iterator[None]:
    """Within it the domain has these servers, unless the operator named others: they are tried, and nothing is kept."""
    token = _agreed.set((domain, servers))
    try:
        yield
    finally:
        _agreed.reset(token)


def servers_from(values: Mapping[str, Mapping[str, Any] | None]) -> Servers:
    """What `dataclasses.asdict` made of it. Raises TypeError or KeyError for anything else."""
    imap, smtp, sieve = (Endpoint(**value) if (value := values[name]) else None for name in ("imap", "smtp", "sieve"))
    if imap is None or smtp is None:
        raise KeyError("imap or smtp")
    return Servers(imap, smtp, sieve)


# Written out: it is asked for before every log-in.
_COLUMNS = (
    "imap_host, imap_port, imap_security, smtp_host, smtp_port, smtp_security, sieve_host, sieve_port, sieve_security"
)
_NAMED = f"SELECT least_tls, {_COLUMNS} FROM {MailDomain._meta.db_table} WHERE name = %s"  # noqa: S608 - our own names


def _named(domain: str) -> Servers | None:
    with connection.cursor() as cursor:
        cursor.execute(_NAMED, [domain])
        row = cursor.fetchone()
    return _of_row(row) if row else _of_environment()


def _found(domain: str) -> Servers:
    given = _agreed.get()
    if given and given[0] == domain:
        return given[1]
    if settings.ENV.autodiscovery and (row := FoundServers.objects.filter(domain=domain).first()):
        return servers_from(row.servers)
    raise NoServers(domain)


def _of_row(row: tuple[Any, ...]) -> Servers:
    tls, host, port, security, smtp_host, smtp_port, smtp_security, sieve_host, sieve_port, sieve_security = row
    return Servers(
        Endpoint(host, port, security, tls),
        Endpoint(smtp_host or host, smtp_port, smtp_security, tls),
        Endpoint(sieve_host, sieve_port, sieve_security, tls) if sieve_host else None,
    )


def _of_environment() -> Servers | None:
    env = settings.ENV
    if not env.imap_host:
        return None
    return Servers(
        Endpoint(env.imap_host, env.imap_port, env.imap_security),
        Endpoint(env.smtp_host or env.imap_host, env.smtp_port, env.smtp_security),
        Endpoint(env.sieve_host, env.sieve_port, env.sieve_security) if env.sieve_host else None,
    )
