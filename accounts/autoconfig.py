"""An address -> its mail servers: the row of its domain, else the environment's. Asks nobody else."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from accounts.models import MailDomain, Security, domain_name


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
    oldest TLS that is spoken there: `1.2` or `1.3`."""

    host: str
    port: int
    security: str
    least_tls: str = "1.2"


@dataclass(frozen=True, slots=True)
class Servers:
    """Where an address reads its mail, where it hands mail in, and where its filters are kept (None: nowhere)."""

    imap: Endpoint
    smtp: Endpoint
    sieve: Endpoint | None = None


def servers_for(address: str) -> Servers:
    """The servers of an address, at most one query. Raises NoServers, or PlaintextForbidden."""
    domain = domain_name(address.rpartition("@")[2])
    row = MailDomain.objects.defer("logo").filter(name=domain).first()
    servers = _of_row(row) if row else _of_environment(domain)
    # A row may be older than the operator's decision, so the door is checked again at each use.
    used = [service.security for service in (servers.imap, servers.smtp, servers.sieve) if service]
    if Security.PLAIN in used and not settings.ENV.allow_plaintext:
        raise PlaintextForbidden(domain)
    return servers


def _of_row(row: MailDomain) -> Servers:
    tls = row.least_tls
    return Servers(
        Endpoint(row.imap_host, row.imap_port, row.imap_security, tls),
        Endpoint(row.smtp_host or row.imap_host, row.smtp_port, row.smtp_security, tls),
        Endpoint(row.sieve_host, row.sieve_port, row.sieve_security, tls) if row.sieve_host else None,
    )


def _of_environment(domain: str) -> Servers:
    env = settings.ENV
    if not env.imap_host:
        raise NoServers(domain)
    return Servers(
        Endpoint(env.imap_host, env.imap_port, env.imap_security),
        Endpoint(env.smtp_host or env.imap_host, env.smtp_port, env.smtp_security),
        Endpoint(env.sieve_host, env.sieve_port, env.sieve_security) if env.sieve_host else None,
    )
