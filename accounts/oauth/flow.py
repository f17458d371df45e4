"""What is asked in the browser (RFC 6749 section 4.1 with RFC 7636 and a nonce), and what may come back from it.

What was asked is kept in the session, so that an answer counts once, in this browser only, for ten minutes, and only
from the provider that was asked: each has an address of its own to come back to (RFC 9700 section 2.1 and 4.4).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, MutableMapping
from dataclasses import asdict, dataclass, field
from secrets import token_urlsafe
from typing import Any

from oauthlib.oauth2 import WebApplicationClient

from accounts.oauth import metadata
from accounts.oauth.errors import Declined, Untrusted
from accounts.providers import Provider

FIELD = "providers-asked"
LASTS = 600
"""Seconds."""
AT_ONCE = 5
"""Tabs in which somebody may have begun."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question that is under way in a browser."""

    provider: str
    nonce: str
    verifier: str = field(repr=False)
    stay: bool
    next: str
    """Where the person wanted to go; checked already."""
    at: float
    joins: bool = False
    """Somebody who is signed in wants to read one more mailbox, and goes on as who they are."""
    again: bool = False
    """Somebody who is signed in shows once more that it is they."""


def begin(
    session: MutableMapping[str, Any],
    provider: Provider,
    redirect_uri: str,
    *,
    hint: str,
    stay: bool = False,
    next_: str = "",
    joins: bool = False,
    again: bool = False,
) -> str:
    """The provider's address to go to. `hint`: what was typed, only to save typing. `again`: the person shows once more
    that it is they, so a sign-in that the provider remembers shall not do. Raises ProviderAway, Untrusted.
    """
    said = metadata.of(provider)
    client = WebApplicationClient(provider.client_id)
    state, verifier = token_urlsafe(32), client.create_code_verifier(64)
    asked = Asked(provider.name, token_urlsafe(32), verifier, stay, next_, time.time(), joins, again)
    session[FIELD] = {**dict(list(_fresh(session).items())[1 - AT_ONCE :]), state: asdict(asked)}
    url: str = client.prepare_request_uri(
        said.authorization,
        redirect_uri=redirect_uri,
        scope=list(provider.scopes),
        state=state,
        code_challenge=client.create_code_challenge(verifier, "S256"),
        code_challenge_method="S256",
        nonce=asked.nonce,
        **({"login_hint": hint} if hint else {}),
        **({"max_age": "0"} if again else {}),
        **dict(provider.asks),
    )
    return url


def take(session: MutableMapping[str, Any], provider: Provider, answer: Mapping[str, str]) -> tuple[Asked, str]:
    """What was asked, and the code that came back. Raises Untrusted, Declined, ProviderAway."""
    pending = _fresh(session)
    found = pending.pop(answer.get("state", ""), None)
    session[FIELD] = pending
    if found is None or found["provider"] != provider.name:
        raise Untrusted(f"{provider.name}: an answer to nothing that was asked here")
    said = metadata.of(provider)
    issuer = answer.get("iss")
    if said.names_itself if issuer is None else issuer != said.issuer and not provider.any_tenant:
        raise Untrusted(f"{provider.name}: an answer of another issuer")
    if "error" in answer or not answer.get("code"):
        raise Declined(f"{provider.name}: {answer.get('error', 'no code')[:80]}")
    return Asked(**found), answer["code"]


def _fresh(session: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    limit = time.time() - LASTS
    return {state: asked for state, asked in session.get(FIELD, {}).items() if asked["at"] > limit}
