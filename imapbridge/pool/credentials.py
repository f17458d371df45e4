"""What the pool must know of an account: whether it may connect, whereto, and with which secret.

The only place of the mirror where a password is opened, for as long as a login lasts. Everything here blocks (the ORM):
call it through `in_thread`. Nothing here touches a connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import ParamSpec, Protocol, TypeVar, cast

from django.conf import settings
from django.db import close_old_connections

from accounts import autoconfig, secrets
from accounts.models import MailAccount
from accounts.secrets import Secret
from imapbridge import backoff
from imapbridge.errors import NotPermitted, ServerBusy, ServerUnreachable, SignInRefused
from imapbridge.pool import tokens
from imapbridge.wire.drivers import Server
from imapbridge.wire.session import Security

P = ParamSpec("P")
T = TypeVar("T")
R_co = TypeVar("R_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Login:
    """A server and who signs in there. The secret masks itself wherever it is printed."""

    server: Server
    username: str
    secret: Secret = field(repr=False)
    is_token: bool = False
    """The secret is an access token of a provider's, not a password."""

    def sign_in(self, session: SignsIn[T]) -> T:
        """What the session has to run."""
        if self.is_token:
            return session.authenticate_oauth(self.username, self.secret.reveal(), self.server.host, self.server.port)
        return session.login(self.username, self.secret.reveal())


class SignsIn(Protocol[R_co]):
    """A session of the wire's: IMAP's or ManageSieve's."""

    def login(self, username: str, password: str) -> R_co: ...
    def authenticate_oauth(self, username: str, token: str, host: str = "", port: int = 0) -> R_co: ...


async def in_thread(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Run ORM code beside the loop, on a thread whose database connection is checked before and after."""

    def work() -> T:
        close_old_connections()
        try:
            return function(*args, **kwargs)
        finally:
            close_old_connections()

    return await asyncio.to_thread(work)


def current_version(account_id: int) -> int:
    """The account's secret version. SignInRefused when nothing may connect: signed out, refused, or no such account."""
    row = MailAccount.objects.filter(pk=account_id).values_list("secret_version", "refused", "secret").first()
    if row is None:
        raise SignInRefused
    return _admitted(*row)


def host_of(account_id: int) -> str:
    """The account's mail server; empty when it has none that is known."""
    address = MailAccount.objects.filter(pk=account_id).values_list("address", flat=True).first()
    try:
        return autoconfig.servers_for(address).imap.host if address else ""
    except (autoconfig.NoServers, autoconfig.PlaintextForbidden):
        return ""


def open_login(account_id: int) -> tuple[int, Login]:
    """Secret version and login of an account, from a fresh row. Raises SignInRefused as `current_version` does,
    NotPermitted for servers without TLS, ServerUnreachable when nobody told which servers the address has, ServerBusy
    while the server has asked us to stay away."""
    version, login = _open(account_id, lambda servers: servers.imap)
    _wait_for(account_id, login.server)
    return version, login


def open_submission(account_id: int) -> Login:
    """The login of the server that takes the account's outgoing mail, which has the same password. Raises as
    `open_login` does."""
    return _open(account_id, lambda servers: servers.smtp)[1]


def renewed(account_id: int, login: Login) -> Login:
    """The same with another access token, where the one that the server refused may have ended before its time.

    SignInRefused for a password, and when no other token is to be had.
    """
    account = MailAccount.objects.filter(pk=account_id).first()
    if not login.is_token or account is None or not account.provider:
        raise SignInRefused(server=login.server.host)
    return replace(login, secret=tokens.access(account, other_than=login.secret))


def open_sieve(account_id: int) -> Login | None:
    """The login of the server that keeps the account's filters, which has the same password; None when there is no such
    server. Raises as `open_login` does."""
    address = MailAccount.objects.filter(pk=account_id).values_list("address", flat=True).first()
    try:
        sieve = autoconfig.servers_for(address or "").sieve
    except autoconfig.PlaintextForbidden as error:
        raise NotPermitted(str(error)) from error
    except autoconfig.NoServers as error:
        raise ServerUnreachable(str(error)) from error
    return _open(account_id, lambda _servers: sieve)[1] if sieve else None


def _open(account_id: int, chosen: Callable[[autoconfig.Servers], autoconfig.Endpoint]) -> tuple[int, Login]:
    account = MailAccount.objects.filter(pk=account_id).first()
    if account is None:
        raise SignInRefused
    version = _admitted(account.secret_version, account.refused, account.secret)
    try:
        server = server_for(chosen(autoconfig.servers_for(account.address)))
        if account.provider:
            return version, Login(server, account.username, tokens.access(account), is_token=True)
        return version, Login(server, account.username, secrets.open_(account))
    except autoconfig.PlaintextForbidden as error:
        raise NotPermitted(str(error)) from error
    except autoconfig.NoServers as error:
        raise ServerUnreachable(str(error)) from error
    except secrets.SecretUnreadable as error:
        raise SignInRefused from error


def server_for(endpoint: autoconfig.Endpoint) -> Server:
    """The wire's idea of an endpoint. NotPermitted when it is plaintext and the operator has not allowed that."""
    if endpoint.security == "plain" and not settings.ENV.allow_plaintext:
        raise NotPermitted(server=endpoint.host)
    security = cast("Security", endpoint.security)
    return _server(
        endpoint.host, endpoint.port, security, least_tls=endpoint.least_tls,
        ca_file="" if endpoint.is_strange else settings.ENV.tls_ca_file,
        is_strange=endpoint.is_strange,
    )  # fmt: skip


_server = lru_cache(256)(Server)
"""Thousands of accounts have the same."""


def _wait_for(account_id: int, server: Server) -> None:
    if wait := backoff.left(account_id):
        busy = ServerBusy(server=server.host)
        busy.wait = wait
        raise busy


def mark_refused(account_id: int, refused_version: int) -> None:
    """The server refused this secret: nothing connects until there is another. A newer secret is left alone."""
    MailAccount.objects.filter(pk=account_id, secret_version=refused_version).update(refused=True)


def _admitted(secret_version: int, refused: bool, secret: str) -> int:
    if refused or not secret:
        raise SignInRefused
    return secret_version
