"""Who vouches for addresses instead of a mail password (OpenID Connect): read from the operator's TOML file.

    [google]                                    # or [microsoft] with `tenant`; what is known of them is filled in
    client_id = "..."
    client_secret = "..."
    domains = ["gmail.com", "example.com"]

    [work]
    label = "Example Work"
    issuer = "https://id.example.com/realms/staff"
    client_id = "..."
    domains = ["example.com"]

Asks nobody. Each fault is told at start, as a sentence.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

MICROSOFT = "https://login.microsoftonline.com/{tenant}/v2.0"
_ANY_TENANT = ("common", "organizations")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
_KNOWN: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "google": {
            "label": "Google",
            "issuer": "https://accounts.google.com",
            "scopes": ["openid", "email", "https://mail.google.com/"],
            # Without these a second sign-in brings no refresh token.
            "asks": {"access_type": "offline", "prompt": "consent"},
        },
        "microsoft": {
            "label": "Microsoft",
            "scopes": [
                "openid", "email", "profile", "offline_access",
                "https://outlook.office.com/IMAP.AccessAsUser.All", "https://outlook.office.com/SMTP.Send",
            ],
            # Its `email` is what a tenant's administrator typed; this one is of a domain that the tenant has proven.
            "address_claim": "preferred_username",
            "vouches": True,
        },
    }
)  # fmt: skip
_TYPES: Mapping[str, type] = MappingProxyType(
    {
        "label": str, "issuer": str, "tenant": str, "client_id": str, "client_secret": str, "address_claim": str,
        "scopes": list, "domains": list, "hosts": list, "asks": dict, "vouches": bool,
    }
)  # fmt: skip
_NEEDED = ("issuer", "client_id", "domains")


@dataclass(frozen=True, slots=True)
class Provider:
    """One of them. `name` stands in our addresses and in the rows of accounts."""

    name: str
    label: str
    """As the button says it."""
    issuer: str
    client_id: str
    domains: frozenset[str]
    """Whose addresses it may vouch for, in lower case."""
    client_secret: str = field(default="", repr=False)
    scopes: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    """Hosts of it that may be inside the operator's network, on any port; the issuer's own is one."""
    address_claim: str = "email"
    vouches: bool = False
    """It states no address that it has not verified, and need not say so each time (`email_verified`)."""
    asks: tuple[tuple[str, str], ...] = ()
    """Further parameters of the authorisation request."""
    any_tenant: bool = False
    """`{tenantid}` in the issuer that it tells stands for the token's own `tid`."""

    @property
    def mark(self) -> str:
        """What tokens are bound to, so that one is never sent to another issuer or for another client."""
        return sha256(f"{self.issuer}\n{self.client_id}".encode()).hexdigest()[:32]


def known() -> tuple[Provider, ...]:
    """All, in the file's order."""
    path: str = settings.ENV.oauth_file
    return _read(path, Path(path).stat().st_mtime_ns) if path else ()


def named(name: str) -> Provider | None:
    return next((one for one in known() if one.name == name), None)


def serving(domain: str) -> Provider | None:
    """The first that vouches for the addresses of a domain."""
    return next((one for one in known() if domain.lower() in one.domains), None)


@lru_cache(maxsize=4)
def _read(path: str, _changed: int) -> tuple[Provider, ...]:
    return parse(Path(path).read_text(encoding="utf-8"))


def parse(text: str) -> tuple[Provider, ...]:
    """The file's text as values. Raises ValueError, which says what is wrong with it."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise ValueError(f"is no TOML: {fault}") from fault
    return tuple(_provider(name, table) for name, table in tables.items())


def _provider(name: str, table: object) -> Provider:
    if not _NAME.fullmatch(name) or not isinstance(table, dict):
        raise ValueError(f"has something beside tables with a short name in lower case: {name}")
    said = {**_KNOWN.get(name, {}), **_checked(name, table)}
    tenant = said.pop("tenant", "")
    if name == "microsoft" and "issuer" not in said and tenant:
        said["issuer"] = MICROSOFT.format(tenant=tenant)
    if missing := [key for key in _NEEDED if not said.get(key)]:
        raise ValueError(f"lacks in [{name}]: {', '.join(missing)}")
    host = urlsplit(said["issuer"]).hostname
    if not said["issuer"].startswith("https://") or not host:
        raise ValueError(f"must have an issuer that begins with https:// in [{name}]")
    return Provider(
        name=name,
        label=said.get("label", name.title()),
        issuer=said["issuer"],
        client_id=said["client_id"],
        client_secret=said.get("client_secret", ""),
        domains=frozenset(domain.lower() for domain in said["domains"]),
        hosts=(host, *said.get("hosts", ())),
        any_tenant=name == "microsoft" and tenant in _ANY_TENANT,
        asks=tuple(said.get("asks", {}).items()),
        scopes=tuple(said.get("scopes", ("openid", "email", "offline_access"))),
        address_claim=said.get("address_claim", "email"),
        vouches=said.get("vouches", False),
    )


def _checked(name: str, table: dict[str, Any]) -> dict[str, Any]:
    for key, value in table.items():
        kind = _TYPES.get(key)
        if kind is None:
            raise ValueError(f"has a key that is not known in [{name}]: {key}")
        values = value if kind is list and isinstance(value, list) else [value] if kind is str else []
        if not isinstance(value, kind) or not all(isinstance(each, str) for each in values):
            raise ValueError(f"has a value of the wrong kind in [{name}]: {key}")
    return table
