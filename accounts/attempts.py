"""One attempt to sign in, from what was typed to a person. Never tells which of address and password was wrong."""

from __future__ import annotations

import logging

from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables
from redis.exceptions import RedisError

from accounts import audit
from accounts.autoconfig import NoServers, PlaintextForbidden, servers_for
from accounts.models import User
from accounts.networks import client_network
from accounts.problems import CannotSignIn
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


@sensitive_variables("password")
def _throttled(request: HttpRequest, address: str, password: str, network: str) -> User:
    try:
        attempt = Attempt(address, network)
        try:
            user = _authenticated(request, address, password)
        except CannotSignIn as problem:
            if problem.code != "sign-in-refused":
                attempt.undecided()
            raise
        attempt.succeeded()
        return user
    except TooMany as fault:
        raise CannotSignIn("too-many", wait=fault.wait) from fault
    except RedisError as fault:
        # Shut rather than open: without the counts anybody could try as often as they like.
        raise CannotSignIn("bridge-down") from fault


@sensitive_variables("password")
def _authenticated(request: HttpRequest, address: str, password: str) -> User:
    try:
        server = servers_for(address).imap.host
        user = authenticate(request, address=address, password=password)
    except PlaintextForbidden as fault:
        raise CannotSignIn("plaintext", domain=fault.domain) from fault
    except NoServers as fault:
        raise CannotSignIn("no-servers", domain=fault.domain) from fault
    if not isinstance(user, User):
        raise CannotSignIn("sign-in-refused", server=server)
    return user
