"""How the pages look for a domain's people: a name, a logo and a colour, by the web address or by who signed in.

All of them are kept in the memory of each process, and looked at again after a while: a page that is shown asks no
database. Knows no page and no style sheet but its own few lines.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.core.exceptions import DisallowedHost
from django.db import DatabaseError
from django.http import HttpRequest
from django.http.request import split_domain_port
from redis.exceptions import RedisError

from accounts import colours
from accounts.models import MailDomain

logger = logging.getLogger(__name__)

FIELD = "brand"
"""Of the session: the key of the domain whose people see it."""
FRESH = 30.0
"""Seconds until what another process changed is seen here."""


@dataclass(frozen=True, slots=True)
class Brand:
    """`name` may be empty: the product's. `digest` is of all that its sheet and its logo are made of."""

    id: int
    domain: str
    name: str
    accent: str
    has_logo: bool
    digest: str

    @property
    def sheet(self) -> str:
        """Its style sheet. A colour that somebody chose for themselves wins."""
        if not self.accent:
            return ""
        tone = colours.accent(self.accent)
        return f"@layer tokens{{:root:not([data-accent]){{--accent-h:{tone.hue};--accent-c:{tone.chroma}}}}}\n"


@dataclass
class _Known:
    """`at`: when they were looked up, in `time.monotonic`; below 0: never."""

    at: float = -1.0
    by_id: Mapping[int, Brand] = field(default_factory=dict)
    by_host: Mapping[str, Brand] = field(default_factory=dict)
    by_domain: Mapping[str, Brand] = field(default_factory=dict)


_known = _Known()


def of_request(request: HttpRequest) -> Brand | None:
    """Whoever is signed in sees their domain's, everybody else that of the web address, as far as it is known already:
    an error page asks nobody."""
    try:
        key = request.session.get(FIELD) if hasattr(request, "session") else None
    except RedisError:
        key = None
    if isinstance(key, int):
        return _look().by_id.get(key)
    return _known.by_host.get(_host(request)) if _known.by_host else None


def of_host(request: HttpRequest) -> Brand | None:
    """Of the web address that it was asked under; also of a domain that has an address and no brand."""
    return _look().by_host.get(_host(request))


def _host(request: HttpRequest) -> str:
    try:
        return split_domain_port(request.get_host())[0]
    except DisallowedHost:
        return ""


def of_id(key: int) -> Brand | None:
    return _look().by_id.get(key)


def choose(request: HttpRequest, address: str) -> None:
    """For the session of somebody who has just signed in with the address: the brand of its domain, if there is one."""
    brand = _look().by_domain.get(address.rpartition("@")[2])
    if brand is not None:
        request.session[FIELD] = brand.id


def forget() -> None:
    """Something was changed here: look again."""
    _known.at = -1.0


def _look() -> _Known:
    if _known.at < 0 or time.monotonic() - _known.at > FRESH:
        try:
            _read()
        except DatabaseError as fault:  # as they were, until the database is back
            logger.warning("brands not looked up: %s", type(fault).__name__)
    return _known


def _read() -> None:
    columns = ("name", "hosts", "brand_name", "accent", "logo_digest")
    rows = [row for row in MailDomain.objects.only(*columns) if row.is_branded or row.hosts]
    found = {row: _brand(row) for row in rows}
    _known.by_id = {brand.id: brand for row, brand in found.items() if row.is_branded}
    _known.by_domain = {brand.domain: brand for row, brand in found.items() if row.is_branded}
    _known.by_host = {host: brand for row, brand in found.items() for host in row.host_names}
    _known.at = time.monotonic()


def _brand(row: MailDomain) -> Brand:
    digest = hashlib.sha256("\0".join((row.brand_name, row.accent, row.logo_digest)).encode()).hexdigest()[:12]
    return Brand(row.pk, row.name, row.brand_name, row.accent, bool(row.logo_digest), digest)
