"""Which browsers are signed in. The last one to leave takes the mail passwords with it."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import Any

from django.db import models, transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit, brands
from accounts.devices import device_words
from accounts.models import MailAccount, SignIn, User
from accounts.networks import client_network
from accounts.oauth import returning
from accounts.signals import passwords_forgotten

FIELD = "sign_in"
"""The session's own note of its row, for the session's key changes when its owner signs in again."""


def record(request: HttpRequest, user: User) -> None:
    """Write down that this session is the user's, until it expires."""
    row = of_session(request, user).first() or SignIn(user=user)
    is_new = row.pk is None
    # The digest: who reads the database shall not be able to take over a session.
    row.session_digest = hashlib.sha256(str(request.session.session_key).encode()).hexdigest()
    row.device = device_words(request.headers.get("User-Agent", ""))
    row.network = client_network(request)
    row.expires_at = request.session.get_expiry_date()
    row.save()
    request.session[FIELD] = row.pk
    brands.choose(request, user.email)
    if is_new:
        audit.record(audit.Kind.SIGN_IN, user, network=row.network, device=row.device)


def is_kept(user: User, address: str) -> bool:
    """Whether the password of the address is still there. To be asked after `record`, in a later transaction: whoever
    left before it, as the last one, took the password that was just sealed."""
    with transaction.atomic():
        account = MailAccount.objects.select_for_update().filter(user=user, address=address).first()
    return account is None or account.secret != ""


def leave(sender: object, request: HttpRequest, user: User | None, **_kwargs: Any) -> None:
    """Receives `user_logged_out`, before the session is emptied."""
    if user is not None:
        if of_session(request, user).delete()[0]:
            device = device_words(request.headers.get("User-Agent", ""))
            audit.record(audit.Kind.SIGN_OUT, user, network=client_network(request), device=device)
        forget_where_nobody_is(users=[user.pk])


def of_session(request: HttpRequest, user: User) -> models.QuerySet[SignIn]:
    """This browser's own sign-in: one row, or none when it was ended elsewhere."""
    return SignIn.objects.filter(pk=request.session.get(FIELD, 0), user=user)


def sweep() -> None:
    """Take out the sign-ins that expired, and the passwords of people who have none left."""
    expired = SignIn.objects.filter(expires_at__lte=timezone.now())
    users = set(expired.values_list("user_id", flat=True))
    expired.delete()
    forget_where_nobody_is(users=sorted(users))


def forget_where_nobody_is(users: list[int]) -> None:
    """Forget the mail passwords of those of the users who are signed in nowhere."""
    with transaction.atomic():
        # Locked before it is seen who is there: `is_kept` then sees what was done, or this sees who came.
        held = list(MailAccount.objects.select_for_update().filter(user__in=users).exclude(secret=""))
        present = SignIn.objects.filter(expires_at__gt=timezone.now(), user__in=users).values_list("user", flat=True)
        nobodys = {account.user_id for account in held}.difference(present)
        left = [account for account in held if account.user_id in nobodys]
        for account in left:
            returning.leave(account)
        accounts = [account.pk for account in left]
        MailAccount.objects.filter(pk__in=accounts).update(secret="", secret_version=F("secret_version") + 1)
        if accounts:
            transaction.on_commit(partial(passwords_forgotten.send, sender=SignIn, account_ids=accounts))
