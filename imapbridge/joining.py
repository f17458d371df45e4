"""One more account of somebody who is signed in: the mail server decides, through the bridge. Opens no connection.

Signs nobody in: see `accounts.models.MailAccount` for why.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from accounts import secrets, sign_ins
from accounts.attempts import Grant
from accounts.autoconfig import servers_for
from accounts.models import Identity, MailAccount, User
from accounts.problems import CannotSignIn
from imapbridge import client, events, tasks
from imapbridge.errors import MailError, SignInRefused
from imapbridge.pool import tokens

logger = logging.getLogger(__name__)


@sensitive_variables("password")
def is_taken(address: str, password: str) -> bool:
    """Whether the mail server takes the two. Raises NoServers, and CannotSignIn when it could not decide."""
    servers = servers_for(address)
    try:
        client.verify_sign_in(servers, address, password)
    except SignInRefused:
        return False
    except MailError as error:
        logger.warning("mailbox code=%s server=%s reason=%.200s", error.code, servers.imap, error)
        raise CannotSignIn(error.code, server=servers.imap.host) from error
    return True


@sensitive_variables("password")
def keep(user: User, address: str, password: str) -> MailAccount:
    """The account of this person at an address whose password was taken: made, as their last one, or the one they have.

    The password is sealed, and the mail fetched.
    """
    return _keep(user, address, lambda account: secrets.seal(account, password))


def keep_granted(user: User, grant: Grant) -> MailAccount:
    """As `keep`, with a provider's refresh token in place of a password; the access token is at hand."""
    refresh = grant.tokens.refresh
    assert refresh is not None  # `attempts` sees to that
    account = _keep(user, grant.address, lambda account: secrets.seal_token(account, grant.provider, refresh))
    tokens.keep(account, grant.provider, grant.tokens)
    return account


def _keep(user: User, address: str, seal: Callable[[MailAccount], None]) -> MailAccount:
    with transaction.atomic():
        account = MailAccount.objects.select_for_update().filter(user=user, address=address).first()
        account = account or _made(user, address)
        seal(account)
        account.refused, account.used_at = False, timezone.now()
        account.save()
        transaction.on_commit(partial(_begin, account.pk))
    # Who signed out meanwhile, as the last one, took only the passwords that were there.
    sign_ins.forget_where_nobody_is(users=[user.pk])
    return account


def _made(user: User, address: str) -> MailAccount:
    last = MailAccount.objects.filter(user=user).aggregate(last=Max("position"))["last"] or 0
    account = MailAccount.objects.create(user=user, address=address, username=address, position=last + 1)
    Identity.objects.create(account=account, name=user.name, address=address, is_default=True)
    for other in MailAccount.objects.filter(user=user).exclude(pk=account.pk).values_list("pk", flat=True)[:1]:
        transaction.on_commit(partial(events.tell, events.group(other), {"type": events.ACCOUNTS}))
    return account


def _begin(account_id: int) -> None:
    try:
        tasks.request_sync(account_id)
    except (OperationalError, RedisError) as error:  # beat asks again
        logger.warning("sync not asked for: account=%s %s", account_id, error)
