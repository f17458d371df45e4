"""Servers that the operator did not name are shown to people before a password goes there, and kept when it was right.

    with agreeing.servers(address, said):     # `said`: what the form brought back of what was shown
        ...                                   # `servers_for` knows them here; left without a fault, they are kept

What was shown comes back signed, so that nobody is asked to agree to what was not found.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext as _

from accounts import autoconfig, discovery
from accounts.discovery import Found
from accounts.discovery.searching import found_from
from accounts.models import FoundServers, domain_name
from accounts.problems import CannotSignIn

SALT = "accounts.agreeing"
VALID = 30 * 60
"""Seconds between showing and agreeing."""


class ServersFound(CannotSignIn):
    """Nothing is tried: the person is to look at the servers first. `token` says of them that they were shown."""

    def __init__(self, found: Found) -> None:
        super().__init__("found", domain=found.domain)
        self.found = found
        self.token = signing.dumps(asdict(found), salt=SALT, compress=True)


@contextmanager
def servers(address: str, said: str) -> Iterator[None]:
    """Where the operator named none, those of `said` are the address's. Raises ServersFound where it says none."""
    domain = domain_name(address.rpartition("@")[2])
    if not settings.ENV.autodiscovery or autoconfig.is_named(domain):
        yield
        return
    found, kept = _said(said, domain), _kept(domain)
    if found is None or (kept and kept.servers != found.servers):
        raise ServersFound(kept or _look(domain))
    with autoconfig.agreed(domain, found.servers):
        yield
        _keep(found)


def _kept(domain: str) -> Found | None:
    """What was agreed to first stays, for all of the domain, until the operator removes it: whoever gets hold of the
    domain's name would else come into the mail that is mirrored here, and by its passwords."""
    row = FoundServers.objects.filter(domain=domain).first()
    return found_from({"domain": domain, "servers": row.servers, "source": row.source}) if row else None


def _keep(found: Found) -> None:
    """From now on without asking, for what goes on in the background; whoever signs in is asked all the same."""
    values = {"servers": asdict(found.servers), "source": found.source}
    FoundServers.objects.get_or_create(domain=found.domain, defaults=values)


def _look(domain: str) -> Found:
    try:
        return discovery.look(domain)
    except discovery.NothingFound as fault:
        raise CannotSignIn("no-servers", domain=domain) from fault


def _said(token: str, domain: str) -> Found | None:
    """None for what nobody signed, or too long ago, or of another domain."""
    try:
        found = found_from(signing.loads(token, salt=SALT, max_age=VALID)) if token else None
    except (signing.BadSignature, KeyError, TypeError):  # a token of another version among it
        return None
    return found if found and found.domain == domain else None


def token(problem: CannotSignIn | None) -> str:
    """What the form is to bring back."""
    return problem.token if isinstance(problem, ServersFound) else ""


def shown(problem: CannotSignIn | None) -> list[str]:
    """The servers in words, and who says so; empty where nothing was found."""
    if not isinstance(problem, ServersFound):
        return []
    found = problem.found
    services = [(_("Reading: {server}"), found.servers.imap), (_("Sending: {server}"), found.servers.smtp)]
    if found.servers.sieve:
        services.append((_("Filters: {server}"), found.servers.sieve))
    lines = [text.format(server=f"{one.host}:{one.port}") for text, one in services]
    if found.source:
        return [*lines, _("Their names come from {host}, over a verified connection.").format(host=found.source)]
    return [*lines, _("Their names come from the domain name system, where somebody on the way could change them.")]
