"""Refresh tokens that nobody needs any more: given back to their provider (RFC 7009), as rows until that is done.

The row is made with what makes it needless, a sign-out, in one transaction. After some tries it is let go: it ends by
itself some day, and the provider's own pages can end it.
"""

from __future__ import annotations

import logging
from contextlib import suppress

from django.db.models import F

from accounts import providers, secrets
from accounts.models import LeftToken, MailAccount
from accounts.oauth import grants
from accounts.oauth.errors import OAuthError
from accounts.providers import Provider
from accounts.secrets import Secret

logger = logging.getLogger(__name__)

TRIES = 10
AT_ONCE = 50


def leave(account: MailAccount) -> None:
    """Have the account's refresh token given back soon. For an account with a password nothing is done."""
    provider = providers.named(account.provider)
    if provider and account.secret:
        with suppress(secrets.SecretUnreadable):
            leave_token(provider, secrets.open_(account))


def leave_token(provider: Provider, token: Secret) -> None:
    sealed = secrets.seal_text(token.reveal(), _binding(provider))
    LeftToken.objects.create(provider=provider.name, token=sealed)


def return_some() -> None:
    """Give back what was left; what is not taken now is tried again."""
    for row in LeftToken.objects.order_by("tries", "pk")[:AT_ONCE]:
        provider = providers.named(row.provider)
        try:
            if provider is not None:
                grants.revoke(provider, secrets.open_text(row.token, _binding(provider)))
        except OAuthError as fault:
            logger.info("token=%d not given back: %s", row.pk, fault)
            if row.tries < TRIES:
                LeftToken.objects.filter(pk=row.pk).update(tries=F("tries") + 1)
                continue
        except secrets.SecretUnreadable:
            logger.warning("token=%d is sealed with a key that is gone", row.pk)
        row.delete()


def _binding(provider: Provider) -> str:
    return f"left|{provider.mark}"
