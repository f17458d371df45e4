"""The whole examination of an address, in order, whatever of it fails."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

from accounts.autoconfig import Endpoint, NoServers, PlaintextForbidden, servers_for
from accounts.models import MailAccount
from accounts.secrets import Secret
from imapbridge.doctor import mirrored, sending
from imapbridge.doctor.peers import Patience
from imapbridge.doctor.reading import Reader
from imapbridge.doctor.transcript import Transcript
from imapbridge.doctor.values import Area, Finding, Level, Report
from imapbridge.errors import MailError, SignInRefused
from imapbridge.pool import credentials
from imapbridge.pool.credentials import Login, server_for

logger = logging.getLogger(__name__)


LASTS = 75.0
"""Seconds for the servers, however many of their steps hang."""


def examine(address: str, account: MailAccount | None, password: Secret | None = None) -> Report:
    """With the account's own secret, or with a `password` that was typed; with neither, as far as that goes."""
    transcript = Transcript(address)
    found = tuple(_findings(address, account, password, transcript))
    report = Report(address, time.time(), found, transcript.text)
    if account:
        logger.info("account=%d examined: %s", account.pk, report.level)
    return report


def _findings(
    address: str, account: MailAccount | None, password: Secret | None, transcript: Transcript
) -> Iterator[Finding]:
    try:
        servers = servers_for(address)
    except PlaintextForbidden as fault:
        yield Finding(Area.ADDRESS, Level.FAULT, "plaintext", {"domain": fault.domain})
        return
    except NoServers as fault:
        yield Finding(Area.ADDRESS, Level.FAULT, "no-servers", {"domain": fault.domain})
        return
    secret, why = _secret(account, password)
    if why:
        yield why
    patience = Patience(LASTS)
    reader = Reader(server_for(servers.imap), _login(servers.imap, address, account, secret), transcript, patience)
    yield from reader.look()
    yield from sending.look(
        server_for(servers.smtp), _login(servers.smtp, address, account, secret), transcript, patience
    )
    if account:
        yield from mirrored.look(account.pk, reader.listed)


def _secret(account: MailAccount | None, password: Secret | None) -> tuple[tuple[Secret, bool] | None, Finding | None]:
    """What to sign in with, and whether it is an access token; or why there is nothing."""
    if password is not None:
        return (password, False), None
    if account is None or not account.secret:
        return None, Finding(Area.ADDRESS, Level.WARNING, "nobody-signed-in")
    try:
        login = credentials.open_submission(account.pk)
    except SignInRefused:
        return None, Finding(Area.ADDRESS, Level.FAULT, "refused-before")
    except MailError as error:
        return None, Finding(Area.ADDRESS, Level.FAULT, "no-token", {"reason": error.code, "provider": error.server})
    return (login.secret, login.is_token), None


def _login(
    endpoint: Endpoint, address: str, account: MailAccount | None, secret: tuple[Secret, bool] | None
) -> Login | None:
    if secret is None:
        return None
    return Login(server_for(endpoint), account.username if account else address, secret[0], is_token=secret[1])
