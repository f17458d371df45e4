"""Whose mailbox it is: from a provider's signed word (OpenID Connect Core 1.0 section 3.1.3.7), never from what was
typed. Pure but for the keys, which `metadata` has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jws import extract_compact

from accounts.models import domain_name
from accounts.oauth import door, metadata
from accounts.oauth.errors import NoAddress, Untrusted
from accounts.oauth.metadata import Metadata
from accounts.providers import Provider
from accounts.secrets import Secret

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
"""With a key that only the provider has: no `none`, and no HMAC, whose key would be our own secret."""
LEEWAY = 60
"""Seconds that clocks may differ."""

Claims = Mapping[str, Any]


def claims_of(provider: Provider, token: str, nonce: str, since: float = 0) -> Claims:
    """The claims of an id token that is this provider's, for us, of now, and for this very question.

    `since`: from when on its person had to show that it is they, as seconds; a provider that does not say when it asked
    them is believed to have done so. Raises Untrusted, ProviderAway.
    """
    if not token:
        raise Untrusted(f"{provider.name}: no id token")
    said = metadata.of(provider)
    try:
        kid = extract_compact(token.encode()).headers().get("kid")
        decoded = jwt.decode(token, metadata.keys(provider, said, kid), algorithms=ALGORITHMS)
        _registry(provider, said, decoded.claims, nonce).validate(decoded.claims)
    except (JoseError, ValueError, KeyError, TypeError) as fault:
        raise Untrusted(f"{provider.name}: id token: {type(fault).__name__}: {fault}") from fault
    _check_party(provider, decoded.claims)
    _check_time(provider, decoded.claims.get("auth_time", since), since)
    return decoded.claims


def _registry(provider: Provider, said: Metadata, claims: Claims, nonce: str) -> jwt.JWTClaimsRegistry:
    issuer = said.issuer
    if provider.any_tenant:
        issuer = issuer.replace("{tenantid}", str(claims.get("tid", "")))
    return jwt.JWTClaimsRegistry(
        leeway=LEEWAY,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": provider.client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )


def _check_party(provider: Provider, claims: Claims) -> None:
    """Made for several: then it says whom it was given to, and that is us."""
    audience = claims["aud"]
    party = claims.get("azp")
    if party not in (None, provider.client_id) or (party is None and isinstance(audience, list) and len(audience) > 1):
        raise Untrusted(f"{provider.name}: id token: it was given to another party")


def _check_time(provider: Provider, asked: Any, since: float) -> None:
    """It was asked for with `max_age` (section 3.1.2.1): a sign-in that the provider remembers proves nothing now."""
    if since and not (isinstance(asked, (int, float)) and asked >= since - LEEWAY):
        raise Untrusted(f"{provider.name}: id token: its person was not asked anew")


def address_of(provider: Provider, claims: Claims, access: Secret) -> str:
    """The address that the provider vouches for, as accounts have it. Raises NoAddress, Untrusted, ProviderAway."""
    if not claims.get(provider.address_claim):
        claims = {**claims, **_userinfo(provider, claims, access)}
    address = claims.get(provider.address_claim)
    if not (provider.vouches or claims.get("email_verified") in (True, "true")):
        raise NoAddress(f"{provider.name}: the address is not verified")
    try:
        validate_email(address)
    except ValidationError as fault:
        raise NoAddress(f"{provider.name}: no address") from fault
    local, _at, domain = str(address).rpartition("@")
    if domain_name(domain) not in provider.domains:
        raise NoAddress(f"{provider.name}: an address of a domain that it is not asked about")
    return f"{local.lower()}@{domain_name(domain)}"


def _userinfo(provider: Provider, claims: Claims, access: Secret) -> dict[str, Any]:
    """What it tells beside the token (section 5.3), of the same person; empty where it tells nothing."""
    url = metadata.of(provider).userinfo
    if not url:
        return {}
    status, said, _text = door.ask(provider, url, headers={"Authorization": f"Bearer {access.reveal()}"})
    if status != 200:
        return {}
    if said.get("sub") != claims["sub"]:
        raise Untrusted(f"{provider.name}: userinfo is of another person")
    return {name: said[name] for name in (provider.address_claim, "email_verified") if name in said}
