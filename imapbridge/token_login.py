"""Sign in with a provider's word (OAuth): the mail server decides here too, by the access token, through the bridge.

So an address is opened by nobody whom its mail server does not know by that token, whatever a provider says.
"""

from __future__ import annotations

import logging

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts import audit, secrets
from accounts.attempts import Grant
from accounts.autoconfig import servers_for
from accounts.models import MailAccount, User
from accounts.problems import CannotSignIn
from imapbridge import client, joining
from imapbridge.errors import MailError, SignInRefused
from imapbridge.login import MailboxBackend, admit
from imapbridge.pool import tokens

logger = logging.getLogger(__name__)


class TokenBackend(MailboxBackend):
    """Signs people in by what a provider gave for their address."""

    @sensitive_variables()
    def authenticate(  # type: ignore[override]  # Django asks only the backends whose signature fits
        self, request: HttpRequest | None, *, grant: Grant, joins: User | None = None
    ) -> User | None:
        """The person; None when the mail server refused. Raises NoServers, and CannotSignIn.

        `joins`: whose further mailbox it is; they go on as who they are.
        """
        servers = servers_for(grant.address)
        try:
            client.verify_sign_in(servers, grant.address, grant.tokens.access.reveal(), is_token=True)
        except SignInRefused:
            return None
        except MailError as error:
            logger.warning("sign-in code=%s server=%s reason=%.200s", error.code, servers.imap, error)
            raise CannotSignIn(error.code, server=servers.imap.host) from error
        if joins:
            return _joined(joins, grant)
        user = admit(grant.address, lambda account: _keep(account, grant))
        return user if user.is_active else None


def _joined(user: User, grant: Grant) -> User:
    is_new = not MailAccount.objects.filter(user=user, address=grant.address).exists()
    account = joining.keep_granted(user, grant)
    if is_new:
        audit.record(audit.Kind.ACCOUNT_ADDED, user, account=account.address)
    audit.record(audit.Kind.GRANT_GIVEN, user, address=account.address, provider=grant.provider.name)
    return user


def _keep(account: MailAccount, grant: Grant) -> None:
    refresh = grant.tokens.refresh
    assert refresh is not None  # `attempts` sees to that
    secrets.seal_token(account, grant.provider, refresh)
    account.refused = False
    account.used_at = timezone.now()
    account.save(update_fields=["provider", "secret", "secret_version", "refused", "used_at"])
    audit.record(audit.Kind.GRANT_GIVEN, account.user, address=account.address, provider=grant.provider.name)
    transaction.on_commit(lambda: tokens.keep(account, grant.provider, grant.tokens))
