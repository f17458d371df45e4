"""Everybody who may know a domain's servers is asked at once; who is to be trusted most and names some of use wins.

A file that comes by https from a host of the domain's is its owner's own word. What the domain name system says may
have been changed on the way; it comes second, and alone knows of ManageSieve.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.utils.module_loading import import_string
from redis.exceptions import RedisError

from accounts.autoconfig import Endpoint, Servers, servers_from
from accounts.discovery import client_config, names
from accounts.tenancy import domain_name

logger = logging.getLogger(__name__)
T = TypeVar("T")

DEADLINE = 9.0
"""Seconds for all of it: somebody waits."""
KNOWN = 600
"""Seconds that an answer, also that there is none, is remembered."""
PORTS = {"imap": (993, 143), "smtp": (465, 587), "sieve": (4190,)}
ADDRESSES = ("https://autoconfig.{}/mail/config-v1.1.xml", "https://{}/.well-known/autoconfig/mail/config-v1.1.xml")
"""Without the address of whom it is for: its owner's web server need not know who reads mail where."""
_TRIED = 3
"""Hosts of one service whose addresses are looked at."""
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9-]{2,63}")


class NothingFound(Exception):
    """Nobody names servers of this domain that may be used."""


@dataclass(frozen=True, slots=True)
class Found:
    """`source`: who says so: the host of a file, or empty: the domain name system."""

    domain: str
    servers: Servers
    source: str


def look(domain: str) -> Found:
    """The servers of a domain. Raises NothingFound. Takes about `DEADLINE`, and no time when it was asked lately."""
    domain = domain_name(domain)
    if not _HOST.fullmatch(domain):
        raise NothingFound(domain)
    known = _remembered(domain)
    if known is None:
        known = _written(_search(domain))
        _remember(domain, known)
    if not known:
        raise NothingFound(domain)
    return found_from(known)


def found_from(values: dict[str, Any]) -> Found:
    """What `dataclasses.asdict` made of it."""
    return Found(values["domain"], servers_from(values["servers"]), values["source"])


def _search(domain: str) -> Found | None:
    end = time.monotonic() + DEADLINE
    pool = ThreadPoolExecutor(max_workers=len(ADDRESSES) + len(PORTS), thread_name_prefix="discovery")
    try:
        files = [(address.format(domain), pool.submit(_file, address.format(domain), domain)) for address in ADDRESSES]
        records = {service: pool.submit(names.services, domain, service) for service in PORTS}
        sieve = _usable("sieve", _result(records["sieve"], end, []), end)
        for url, future in files:
            if servers := _servers(_result(future, end, {}), sieve, end):
                return Found(domain, servers, url.split("/")[2])
        told = {service: _result(records[service], end, []) for service in ("imap", "smtp")}
        servers = _servers(told, sieve, end)
        return Found(domain, servers, "") if servers else None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _file(url: str, domain: str) -> dict[str, list[Endpoint]]:
    door: Callable[..., tuple[int, bytes]] = import_string(settings.WEB_DOOR)
    try:
        status, body = door(url, body=b"", headers={"Accept": "text/xml"}, ours=(), seconds=DEADLINE - 1)
        return client_config.services(body, domain) if status == 200 else {}
    except (OSError, client_config.Unreadable) as fault:
        logger.info("autoconfig url=%s %s: %.200s", url, type(fault).__name__, fault)
        return {}


def _result(future: Future[T], end: float, otherwise: T) -> T:
    try:
        return future.result(timeout=max(0.0, end - time.monotonic()))
    except TooSlow:
        return otherwise


def _servers(told: dict[str, list[Endpoint]], sieve: Endpoint | None, end: float) -> Servers | None:
    imap, smtp = (_usable(service, told.get(service, []), end) for service in ("imap", "smtp"))
    return Servers(imap, smtp, sieve) if imap and smtp else None


def _usable(service: str, told: list[Endpoint], end: float) -> Endpoint | None:
    """The first on a port of its service, under a name (no address), at public addresses. None is looked at when it is
    too late: their name servers, too, are strangers', and may be slow on purpose."""
    fitting = [one for one in told if one.port in PORTS[service] and _HOST.fullmatch(one.host.lower())]
    in_time = (one for one in fitting[:_TRIED] if time.monotonic() < end)
    return next((one for one in in_time if names.is_at_public_addresses(one.host)), None)


def _written(found: Found | None) -> dict[str, Any]:
    return asdict(found) if found else {}


def _remembered(domain: str) -> dict[str, Any] | None:
    try:
        known: dict[str, Any] | None = cache.get(f"discovery:{domain}")
    except RedisError:
        return None
    return known


def _remember(domain: str, known: dict[str, Any]) -> None:
    try:
        cache.set(f"discovery:{domain}", known, KNOWN)
    except RedisError as fault:
        logger.warning("discovery not remembered: %s", type(fault).__name__)
