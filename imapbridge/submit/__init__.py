"""Handing a message to the account's submission server. Blocks: called by Celery's worker, never by a page.

    submit(account_id, letter, ending=..., alive=...)     each recipient's fate, or why nothing was sent
    limit(account_id)                                     octets the server takes, as far as anybody has asked it

A conversation is made for each message and left after it. Whether something is tried again, and what is written down of
it, is its caller's business.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache

from accounts import autoconfig
from accounts.models import MailAccount
from imapbridge.errors import CommandFailed, MailError, NotPrivate, TlsFailed, WireError
from imapbridge.pool import credentials
from imapbridge.pool.credentials import Login
from imapbridge.pool.translation import translate
from imapbridge.submit.link import Link
from imapbridge.submit.replies import Reply
from imapbridge.submit.values import Letter, Undecided

__all__ = ["Letter", "Reply", "Undecided", "learn_limit", "limit", "own_name", "submit"]

KNOWN = 24 * 3600
"""Seconds that a server's SIZE is believed."""


def submit(
    account_id: int, letter: Letter, *, ending: Callable[[], bool], alive: Callable[[], bool] = lambda: True
) -> dict[str, Reply]:
    """Sign in and hand a letter over: the server's reply for each recipient.

    `ending` is called once, before the last octets are sent; when it returns False nothing is handed over, and the same
    of `alive`, which is called now and then before. Raises MailError when nothing was handed over, Undecided when
    nobody can know.
    """
    login = credentials.open_submission(account_id)
    try:
        link = Link.connect(login.server, own_name())
        try:
            _remember(login.server.host, login.server.port, link.limit)
            _sign_in(link, account_id, login)
            replies = link.hand_over(letter, ending, alive)
        except BaseException:
            link.abort()
            raise
        link.close()
        return replies
    except WireError as error:
        raise _translated(error, login.server.host) from error


def _translated(error: WireError, host: str) -> MailError:
    if isinstance(error, TlsFailed) and not error.certificate:
        return NotPrivate(str(error), server=host)
    return translate(error, host)


def _sign_in(link: Link, account_id: int, login: Login) -> None:
    """Once more with another access token, where the one that was refused may have ended."""
    if not login.is_token:
        link.login(login.username, login.secret.reveal())
        return
    try:
        link.login_by_token(login.username, login.secret.reveal())
    except CommandFailed as refused:
        if refused.code != "AUTHENTICATIONFAILED":
            raise
        link.login_by_token(login.username, credentials.renewed(account_id, login).secret.reveal())


def limit(account_id: int) -> int:
    """Octets that the account's server takes of a message; 0: it does not say, or nobody has asked it yet."""
    address = MailAccount.objects.filter(pk=account_id).values_list("address", flat=True).first()
    try:
        smtp = autoconfig.servers_for(address or "").smtp
    except autoconfig.NoServers:
        return 0
    return int(cache.get(_key(smtp.host, smtp.port)) or 0)


def learn_limit(account_id: int) -> None:
    """Ask the server, when it is not known. Raises MailError."""
    login = credentials.open_submission(account_id)
    if cache.get(_key(login.server.host, login.server.port)) is not None:
        return
    try:
        link = Link.connect(login.server, own_name())
    except WireError as error:
        raise translate(error, login.server.host) from error
    _remember(login.server.host, login.server.port, link.limit)
    link.close()


def _remember(host: str, port: int, octets: int) -> None:
    cache.set(_key(host, port), octets, KNOWN)


def _key(host: str, port: int) -> str:
    return f"submission-size:{host}:{port}"


def own_name() -> str:
    """What we call ourselves in EHLO: our own name where it is one, else an address that tells nothing."""
    host: str = settings.ENV.host
    return host if "." in host and not host.replace(".", "").isdigit() else "[127.0.0.1]"
