"""Where a provider's doors are and which keys it signs with (OpenID Connect Discovery 1.0 section 4), kept for an hour.

Kept in this process only: whoever could write it elsewhere could sign in as anybody.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from accounts.oauth import door
from accounts.oauth.errors import ProviderAway, Untrusted
from accounts.providers import Provider

KEPT = 3600.0
KEYS_AGAIN = 60.0
"""Seconds before keys are asked for once more, for a token whose key is not among them."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What we use of it. Empty: it has none."""

    issuer: str
    authorization: str
    token: str
    jwks: str
    userinfo: str
    revocation: str
    names_itself: bool
    """Its answers in the browser say from whom they are (RFC 9207)."""
    takes_posted_secret: bool


@dataclass(slots=True)
class _Kept:
    at: float
    value: Any


_metadata: dict[str, _Kept] = {}
_keys: dict[str, _Kept] = {}


def forget() -> None:
    """All that is kept; for a new beginning."""
    _metadata.clear()
    _keys.clear()


def of(provider: Provider) -> Metadata:
    """Raises ProviderAway, or Untrusted where it speaks for another issuer."""
    kept = _metadata.get(provider.issuer)
    if kept is None or time.monotonic() - kept.at > KEPT:
        kept = _metadata[provider.issuer] = _Kept(time.monotonic(), _asked(provider))
    found: Metadata = kept.value
    return found


def _asked(provider: Provider) -> Metadata:
    status, said, _text = door.ask(provider, f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
    if status != 200 or not said:
        raise ProviderAway(f"{provider.name}: no metadata, status {status}")
    issuer = said.get("issuer")
    if issuer != provider.issuer and not (provider.any_tenant and "{tenantid}" in str(issuer)):
        raise Untrusted(f"{provider.name}: the metadata is of another issuer")
    methods = said.get("token_endpoint_auth_methods_supported")
    return Metadata(
        issuer=str(issuer),
        authorization=_secure(provider, said, "authorization_endpoint"),
        token=_secure(provider, said, "token_endpoint"),
        jwks=_secure(provider, said, "jwks_uri"),
        userinfo=_secure(provider, said, "userinfo_endpoint", needed=False),
        revocation=_secure(provider, said, "revocation_endpoint", needed=False),
        names_itself=said.get("authorization_response_iss_parameter_supported") is True,
        takes_posted_secret=isinstance(methods, list) and "client_secret_post" in methods,
    )


def _secure(provider: Provider, said: dict[str, Any], name: str, *, needed: bool = True) -> str:
    """An endpoint by TLS: codes and tokens go there, and the person's browser does."""
    url = said.get(name, "")
    if not url and not needed:
        return ""
    try:
        parts = urlsplit(url) if isinstance(url, str) else None
        fits = parts is not None and parts.scheme == "https" and parts.hostname and "@" not in parts.netloc
    except ValueError:
        fits = False
    if not fits or not url.isprintable() or " " in url:
        raise Untrusted(f"{provider.name}: {name} is no address by https")
    return str(url)


def keys(provider: Provider, metadata: Metadata, kid: str | None) -> KeySet:
    """The provider's keys; asked for again when the one that is looked for is not among them."""
    kept = _keys.get(provider.issuer)
    age = time.monotonic() - kept.at if kept else KEPT
    if kept is None or age >= KEPT or (age >= KEYS_AGAIN and not _has(kept.value, kid)):
        kept = _keys[provider.issuer] = _Kept(time.monotonic(), _asked_keys(provider, metadata))
    found: KeySet = kept.value
    return found


def _has(found: KeySet, kid: str | None) -> bool:
    return kid is None or any(key.kid == kid for key in found.keys)


def _asked_keys(provider: Provider, metadata: Metadata) -> KeySet:
    _status, said, _text = door.ask(provider, metadata.jwks)
    rows = said.get("keys")
    # Of kinds that are not for signing, or not known here, the rest is none the worse.
    usable = [row for row in rows if isinstance(row, dict) and row.get("use", "sig") == "sig"] if rows else []
    usable = [row for row in usable if row.get("kty") in ("RSA", "EC", "OKP")]
    if not usable:
        raise ProviderAway(f"{provider.name}: no key that signs")
    try:
        return KeySet.import_key_set({"keys": usable})
    except (JoseError, ValueError, KeyError, TypeError) as fault:
        raise ProviderAway(f"{provider.name}: no keys: {type(fault).__name__}") from fault
