"""One attempt to sign in, from what was typed to a person. Never tells which of address and password was wrong."""

from __future__ import annotations

import logging
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables
from redis.exceptions import RedisError

from accounts import agreeing, audit, known
from accounts.autoconfig import NoServers, PlaintextForbidden, servers_for
from accounts.models import User
from accounts.networks import client_network
from accounts.oauth import grants, id_token
from accounts.oauth.errors import Misconfigured, OAuthError
from accounts.oauth.flow import Asked
from accounts.oauth.grants import Tokens
from accounts.problems import CannotSignIn
from accounts.providers import Provider
from accounts.throttle import Attempt, TooMany

logger = logging.getLogger(__name__)


@sensitive_variables("password")
def person(request: HttpRequest, address: str, password: str) -> User:
    """Who it is. Asks the mail server, under its deadline, through the authentication backend. Raises CannotSignIn."""
    network = client_network(request)
    try:
        user = _throttled(request, address, password, network)
    except CannotSignIn as problem:
        logger.warning("sign-in outcome=%s address=%s network=%s", problem.code, address, network)
        audit.refused(problem.code, address, network)
        raise
    logger.info("sign-in outcome=ok address=%s network=%s", address, network)
    return user


@dataclass(frozen=True, slots=True)
class Grant:
    """What a provider gave, and the address that it vouches for."""

    provider: Provider
    address: str
    tokens: Tokens


@sensitive_variables("code", "verifier")
def granted(provider: Provider, asked: Asked, code: str, redirect_uri: str) -> Grant:
    """What the code that came back from the browser is good for. Raises CannotSignIn."""
    try:
        tokens = grants.redeem(provider, code=code, verifier=asked.verifier, redirect_uri=redirect_uri)
        since = asked.at if asked.again else 0
        claims = id_token.claims_of(provider, tokens.id_token, asked.nonce, since)
        address = id_token.address_of(provider, claims, tokens.access)
        if tokens.refresh is None:
            raise Misconfigured(f"{provider.name}: no refresh token")
    except OAuthError as fault:
        raise not_granted(provider, fault) from fault
    return Grant(provider, address, tokens)


def not_granted(provider: Provider, fault: OAuthError) -> CannotSignIn:
    """The same for the person."""
    logger.warning("sign-in outcome=%s reason=%.200s", fault.code, fault)
    return CannotSignIn(fault.code, server=provider.label)


def person_of(request: HttpRequest, grant: Grant, joins: User | None = None) -> User:
    """Who it is, once the mail server has taken the access token. Raises CannotSignIn.

    `joins`: who is signed in, and reads that mailbox too from now on.
    """
    network = client_network(request)
    try:
        user = _known(request, grant.address, grant=grant, joins=joins)
    except CannotSignIn as problem:
        logger.warning("sign-in outcome=%s address=%s network=%s", problem.code, grant.address, network)
        if problem.code == "sign-in-refused":
            problem = CannotSignIn("token-refused", server=problem.server)
        raise problem from None
    logger.info("sign-in outcome=ok address=%s network=%s provider=%s", grant.address, network, grant.provider.name)
    return user


@sensitive_variables("password")
def _throttled(request: HttpRequest, address: str, password: str, network: str) -> User:
    try:
        attempt = Attempt(address, network, known.device(request, address))
        try:
            user = _known(request, address, address=address, password=password)
        except CannotSignIn as problem:
            if not _counts(problem):
                attempt.undecided()
            raise
        attempt.succeeded()
        return user
    except TooMany as fault:
        raise CannotSignIn("too-many", wait=fault.wait) from fault
    except RedisError as fault:
        # Shut rather than open: without the counts anybody could try as often as they like.
        raise CannotSignIn("bridge-down") from fault


def _counts(problem: CannotSignIn) -> bool:
    """What the mail server decided; and what had us ask around for servers, which nobody may have us do without end."""
    looked = settings.ENV.autodiscovery and problem.code in ("found", "no-servers")
    return looked or problem.code == "sign-in-refused"


@sensitive_variables("credentials")
def _known(request: HttpRequest, of: str, **credentials: Any) -> User:
    # A provider vouches for domains that the operator lists, whose servers are no strangers.
    chosen = nullcontext() if "grant" in credentials else agreeing.servers(of, request.POST.get("servers", ""))
    try:
        with chosen:
            return _let_in(request, of, **credentials)
    except PlaintextForbidden as fault:
        raise CannotSignIn("plaintext", domain=fault.domain) from fault
    except NoServers as fault:
        raise CannotSignIn("no-servers", domain=fault.domain) from fault


@sensitive_variables("credentials")
def _let_in(request: HttpRequest, of: str, **credentials: Any) -> User:
    server = servers_for(of).imap.host
    user = authenticate(request, **credentials)
    if not isinstance(user, User):
        raise CannotSignIn("sign-in-refused", server=server)
    return user
