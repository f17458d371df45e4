"""Sign in with the mail password: the mail server decides, through the bridge. Opens no connection itself.

The first sign-in makes the person, the mail account and an identity; every one seals the password, so that the mirror
can be kept. Signing in asks for a sync; signing out everywhere drops the connections.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from accounts import secrets
from accounts.autoconfig import servers_for
from accounts.models import Identity, MailAccount, Preferences, User
from accounts.oauth import returning
from accounts.problems import CannotSignIn
from accounts.rows import columns, instances
from imapbridge import asked, client, tasks
from imapbridge.errors import MailError, SignInRefused

logger = logging.getLogger(__name__)

_PREFERENCES = [field.attname for field in Preferences._meta.concrete_fields if field.name != "user"]
_PERSON = f"""
SELECT {columns(User, "person")},
       {", ".join(f"chosen.{name} AS their_{name}" for name in _PREFERENCES)}
  FROM {User._meta.db_table} person LEFT JOIN {Preferences._meta.db_table} chosen ON chosen.user_id = person.id
 WHERE person.id = %s"""  # noqa: S608 - the tables' names are ours


class MailboxBackend(BaseBackend):
    """Signs people in by address and password. Staff with a password of our own are another backend's."""

    @sensitive_variables("password")
    def authenticate(  # type: ignore[override]  # Django asks only the backends whose signature fits
        self, request: HttpRequest | None, *, address: str, password: str
    ) -> User | None:
        """The person; None when the server refused. Raises NoServers, and CannotSignIn when it could not decide."""
        servers = servers_for(address)
        try:
            client.verify_sign_in(servers, address, password)
        except SignInRefused:
            return None
        except MailError as error:
            logger.warning("sign-in code=%s server=%s reason=%.200s", error.code, servers.imap, error)
            raise CannotSignIn(error.code, server=servers.imap.host) from error
        user = admit(address, lambda account: _keep(account, password))
        return user if user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        """One query, preferences included. Written out, for it is asked on every request."""
        for user, found in instances(User, _PERSON, [user_id]):
            chosen = {name: found[f"their_{name}"] for name in _PREFERENCES}
            # As `select_related` does: a person without preferences is not asked for them again.
            mine = None if chosen["id"] is None else Preferences(user_id=user.pk, **chosen)
            Preferences._meta.get_field("user").remote_field.set_cached_value(user, mine)
            return user if user.is_active else None
        return None


def admit(address: str, keep: Callable[[MailAccount], None]) -> User:
    """The person of an address who was let in by its mail server: found or made, with what let them in kept."""
    with transaction.atomic():
        # Not by an account that its person has added: see `MailAccount`.
        locked = MailAccount.objects.select_for_update().select_related("user")
        account = locked.filter(address=address, user__email=address).first() or _new_account(address)
        asked.about(account.pk)
        if account.user.is_active:
            keep(account)
    return account.user


def _new_account(address: str) -> MailAccount:
    user, _created = User.objects.get_or_create(email=address)
    if _created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    account, _created = MailAccount.objects.get_or_create(user=user, address=address, defaults={"username": address})
    if _created:
        Identity.objects.create(account=account, address=address, is_default=True)
    return account


@sensitive_variables("password")
def _keep(account: MailAccount, password: str) -> None:
    """Seal the password, unless it is the one that is sealed: another browser's connections need not be dropped."""
    if account.refused or not _is_sealed(account, password):
        returning.leave(account)
        secrets.seal(account, password)
    account.refused = False
    account.used_at = timezone.now()
    account.save(update_fields=["provider", "secret", "secret_version", "refused", "used_at"])


@sensitive_variables("password")
def _is_sealed(account: MailAccount, password: str) -> bool:
    try:
        if account.provider:
            return False
        return hmac.compare_digest(secrets.open_(account).reveal().encode(), password.encode())
    except secrets.SecretUnreadable:
        return False


def sync_soon(sender: object, user: User, **_kwargs: Any) -> None:
    """Receives `user_logged_in`: bring the person's mirrors up to date."""
    for account in MailAccount.objects.filter(user=user).exclude(secret="").values_list("pk", flat=True):
        transaction.on_commit(partial(_enqueue, account))


def _enqueue(account_id: int) -> None:
    try:
        tasks.request_sync(account_id)
    except (OperationalError, RedisError) as error:  # beat asks again; signing in must not fail for it
        logger.warning("sync not asked for: account=%s %s", account_id, error)


def drop_connections(sender: object, account_ids: list[int], **_kwargs: Any) -> None:
    """Receives `accounts.signals.passwords_forgotten`."""
    for account_id in account_ids:
        client.forget(account_id)
