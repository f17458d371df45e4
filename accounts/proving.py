"""That somebody who is signed in may read one more mailbox. As hard to guess at as a sign-in; opens nobody's pages.

Asks no server itself: `is_taken` does.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables
from redis.exceptions import RedisError

from accounts import audit
from accounts.autoconfig import NoServers, PlaintextForbidden, servers_for
from accounts.networks import client_network
from accounts.problems import CannotSignIn
from accounts.throttle import Attempt, TooMany

logger = logging.getLogger(__name__)

MOST = 20
"""Mail accounts of one person."""

IsTaken = Callable[[str, str], bool]
"""Whether the mail server takes an address and a password; CannotSignIn when it could not decide."""


@sensitive_variables("password")
def prove(request: HttpRequest, address: str, password: str, is_taken: IsTaken) -> None:
    """Return when the address and the password belong together. Raises CannotSignIn."""
    network = client_network(request)
    try:
        _throttled(address, password, network, is_taken)
    except CannotSignIn as problem:
        logger.warning("mailbox outcome=%s address=%s network=%s", problem.code, address, network)
        audit.refused(problem.code, address, network)
        raise
    logger.info("mailbox outcome=ok address=%s network=%s", address, network)


@sensitive_variables("password")
def _throttled(address: str, password: str, network: str, is_taken: IsTaken) -> None:
    try:
        attempt = Attempt(address, network)
        try:
            _decided(address, password, is_taken)
        except CannotSignIn as problem:
            if problem.code != "sign-in-refused":
                attempt.undecided()
            raise
        attempt.succeeded()
    except TooMany as fault:
        raise CannotSignIn("too-many", wait=fault.wait) from fault
    except RedisError as fault:  # shut rather than open, as for a sign-in
        raise CannotSignIn("bridge-down") from fault


@sensitive_variables("password")
def _decided(address: str, password: str, is_taken: IsTaken) -> None:
    try:
        server = servers_for(address).imap.host
        taken = is_taken(address, password)
    except PlaintextForbidden as fault:
        raise CannotSignIn("plaintext", domain=fault.domain) from fault
    except NoServers as fault:
        raise CannotSignIn("no-servers", domain=fault.domain) from fault
    if not taken:
        raise CannotSignIn("sign-in-refused", server=server)
