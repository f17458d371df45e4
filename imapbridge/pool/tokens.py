"""Access tokens: short-lived, made from an account's refresh token, and kept sealed in Redis until shortly before their
end, so that one refresh serves bridge and workers alike.

One refreshes at a time. What the provider gives in exchange for a refresh token is written before anything is done with
it: some take the older one from nobody any more. A permission that has ended is asked for once; until its person signs
in again, nothing connects. While a provider is away it is left alone for a while. Blocks; see `credentials`.
"""

from __future__ import annotations

import hmac
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.core.cache import cache
from django.views.decorators.debug import sensitive_variables
from redis.exceptions import LockError, RedisError

from accounts import audit, providers, secrets
from accounts.models import MailAccount
from accounts.oauth import grants, returning
from accounts.oauth.errors import GrantRefused, Misconfigured, OAuthError
from accounts.oauth.grants import Tokens
from accounts.providers import Provider
from accounts.secrets import Secret
from imapbridge import redis_link
from imapbridge.errors import ProviderAway, SignInRefused

logger = logging.getLogger(__name__)

MARGIN = 120.0
"""Seconds before its end that a token is not used any more; of one that lasts shortly, a quarter of its time."""
LOCKED = 30
"""Seconds until the lock of one who died is free; longer than a refresh can take."""
WAIT = 20
LEFT_ALONE = 30
"""Seconds for which a provider that did not answer is not asked for the same account again."""
LEFT_ALONE_LONG = 600
"""And one that does not know us as its client."""


def access(account: MailAccount, *, other_than: Secret | None = None) -> Secret:
    """A token that is good for a while; `other_than`: one that the mail server has refused.

    Raises SignInRefused when the permission has ended, ProviderAway.
    """
    provider = _provider(account)
    if kept := _kept(account, provider, other_than):
        return kept
    with _turn(account.pk):
        now = MailAccount.objects.filter(
            pk=account.pk, secret_version=account.secret_version, refused=False, provider=provider.name
        ).first()
        if now is None or not now.secret:
            raise SignInRefused
        return _kept(now, provider, other_than) or _refreshed(now, provider)


def keep(account: MailAccount, provider: Provider, tokens: Tokens) -> None:
    """Have the access token at hand for who connects next; where Redis is away it is made anew."""
    left = tokens.expires_at - time.time()
    seconds = int(left - min(MARGIN, left / 4))
    if seconds > 0:
        with suppress(RedisError):
            cache.set(_key(account), secrets.seal_text(tokens.access.reveal(), _binding(account, provider)), seconds)


@sensitive_variables()
def _kept(account: MailAccount, provider: Provider, other_than: Secret | None) -> Secret | None:
    try:
        sealed = cache.get(_key(account))
        found = secrets.open_text(sealed, _binding(account, provider)) if sealed else None
    except (RedisError, secrets.SecretUnreadable):
        return None
    if found and other_than and hmac.compare_digest(found.reveal().encode(), other_than.reveal().encode()):
        return None
    return found


@sensitive_variables()
def _refreshed(account: MailAccount, provider: Provider) -> Secret:
    if cache.get(_left_alone(account)):
        raise ProviderAway(server=provider.label)
    try:
        tokens = grants.refresh(provider, secrets.open_(account))
    except secrets.SecretUnreadable as fault:
        raise SignInRefused from fault
    except GrantRefused as ended:
        _end(account)
        raise SignInRefused(server=provider.label) from ended
    except OAuthError as fault:
        logger.warning("account=%d no access token: %s", account.pk, fault)
        pause = LEFT_ALONE_LONG if isinstance(fault, Misconfigured) else LEFT_ALONE
        cache.set(_left_alone(account), 1, pause)
        raise ProviderAway(server=provider.label) from fault
    if tokens.refresh:
        _rotate(account, provider, tokens.refresh)
    keep(account, provider, tokens)
    return tokens.access


def _rotate(account: MailAccount, provider: Provider, token: Secret) -> None:
    """By the version, not by the text: that may have been sealed with another key meanwhile."""
    secrets.rotate_token(account, token)
    same = MailAccount.objects.filter(pk=account.pk, secret_version=account.secret_version).exclude(secret="")
    if not same.update(secret=account.secret):
        returning.leave_token(provider, token)
        raise SignInRefused  # its person has signed out, or in anew, at this moment


def _end(account: MailAccount) -> None:
    same = MailAccount.objects.filter(pk=account.pk, secret_version=account.secret_version, refused=False)
    if same.update(refused=True):
        logger.info("account=%d its provider's permission has ended", account.pk)
        audit.record(audit.Kind.GRANT_LOST, account.user, address=account.address, provider=account.provider)


def _provider(account: MailAccount) -> Provider:
    if (found := providers.named(account.provider)) is None:
        raise SignInRefused
    return found


@contextmanager
def _turn(account_id: int) -> Iterator[None]:
    lock = redis_link.client().lock(f"whimbrel:access-token:{account_id}", timeout=LOCKED)
    try:
        taken = lock.acquire(blocking_timeout=WAIT)
    except RedisError as lost:  # two who refresh at once may both lose what the provider gives
        raise ProviderAway from lost
    if not taken:
        raise ProviderAway
    try:
        yield
    except RedisError as lost:
        raise ProviderAway from lost
    finally:
        with suppress(LockError, RedisError):
            lock.release()


def _binding(account: MailAccount, provider: Provider) -> str:
    return f"access|{provider.mark}|{account.pk}|{account.secret_version}"


def _key(account: MailAccount) -> str:
    return f"access-token:{account.pk}"


def _left_alone(account: MailAccount) -> str:
    return f"provider-left-alone:{account.pk}:{account.secret_version}"
