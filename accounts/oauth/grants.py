"""A code, or a refresh token, for tokens (RFC 6749 sections 4.1.3 and 6); and giving a token back (RFC 7009).

Tokens are `Secret`s: they show themselves nowhere.
"""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from django.views.decorators.debug import sensitive_variables
from oauthlib.oauth2 import OAuth2Error, WebApplicationClient

from accounts.oauth import door, metadata
from accounts.oauth.errors import GrantRefused, Misconfigured, OAuthError, ProviderAway, Untrusted
from accounts.oauth.metadata import Metadata
from accounts.providers import Provider
from accounts.secrets import Secret

UNTOLD = 300
"""Seconds that an access token is taken to last where the provider does not say."""
_ENDED = ("invalid_grant", "interaction_required", "consent_required", "login_required")
_OURS = ("invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope", "invalid_request")


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a provider gave. `refresh` is None where it gave none, or the one before stays good."""

    access: Secret
    refresh: Secret | None
    expires_at: float
    """By our clock, as `time.time`."""
    id_token: str = field(default="", repr=False)


@sensitive_variables()
def redeem(provider: Provider, *, code: str, verifier: str, redirect_uri: str) -> Tokens:
    """Tokens for the code that came back from the browser. Raises OAuthErrors."""
    client = WebApplicationClient(provider.client_id)
    body = client.prepare_request_body(
        code=code, redirect_uri=redirect_uri, code_verifier=verifier, include_client_id=False
    )
    return _tokens(provider, client, body)


@sensitive_variables()
def refresh(provider: Provider, token: Secret) -> Tokens:
    """New tokens. GrantRefused when the permission has ended; other OAuthErrors say nothing about it."""
    client = WebApplicationClient(provider.client_id)
    return _tokens(provider, client, client.prepare_refresh_body(refresh_token=token.reveal()))


@sensitive_variables()
def revoke(provider: Provider, token: Secret) -> None:
    """Give a refresh token back, where the provider takes it. Raises ProviderAway when it may be tried again."""
    said = metadata.of(provider)
    if said.revocation:
        form = urlencode({"token": token.reveal(), "token_type_hint": "refresh_token"})
        _ask(provider, said, said.revocation, form)


@sensitive_variables()
def _tokens(provider: Provider, client: WebApplicationClient, body: str) -> Tokens:
    said = metadata.of(provider)
    asked_at = time.time()
    _status, _found, text = _ask(provider, said, said.token, body)
    try:
        given: Mapping[str, Any] = client.parse_request_body_response(text)
    except OAuth2Error as fault:
        raise _refusal(provider, str(fault.error)) from None
    except (ValueError, TypeError, AttributeError) as fault:  # no JSON, or of another shape
        raise ProviderAway(f"{provider.name}: {type(fault).__name__}") from None
    if str(given.get("token_type", "")).lower() != "bearer":
        raise Untrusted(f"{provider.name}: tokens of another kind than ours")
    lasts = given.get("expires_in")
    seconds = int(str(lasts)) if str(lasts).isdecimal() and len(str(lasts)) < 10 else UNTOLD
    fresh = given.get("refresh_token")
    return Tokens(
        Secret(str(given["access_token"])),
        Secret(str(fresh)) if fresh else None,
        asked_at + seconds,
        str(given.get("id_token") or ""),
    )


@sensitive_variables()
def _ask(provider: Provider, said: Metadata, url: str, form: str) -> tuple[int, dict[str, Any], str]:
    """As the client that we are: by Basic, or within the form where that is what it takes (section 2.3.1)."""
    headers = {}
    if not provider.client_secret:
        form = f"{form}&{urlencode({'client_id': provider.client_id})}"
    elif said.takes_posted_secret:
        form = f"{form}&{urlencode({'client_id': provider.client_id, 'client_secret': provider.client_secret})}"
    else:
        pair = f"{quote(provider.client_id, safe='')}:{quote(provider.client_secret, safe='')}"
        headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    return door.ask(provider, url, form=form, headers=headers)


def _refusal(provider: Provider, error: str) -> OAuthError:
    words = f"{provider.name}: {error[:80]}"
    if error in _ENDED:
        return GrantRefused(words)
    return Misconfigured(words) if error in _OURS else ProviderAway(words)
