"""Which browsers are signed in. The last one to leave takes the mail passwords with it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import get_random_string

from accounts import audit, brands, secrets
from accounts.devices import device_words
from accounts.models import Errand, MailAccount, Preferences, SignIn, User
from accounts.networks import client_network
from accounts.oauth import returning
from accounts.signals import passwords_forgotten, session_ended

FIELD = "sign_in"
"""The session's own note of its row, for the session's key changes when its owner signs in again."""


def record(request: HttpRequest, user: User, *, stays: bool = False, second: bool = False, place: str = "") -> SignIn:
    """Write down that this session is the user's, until it expires. `second`: it has passed a second step."""
    row = of_session(request, user).first() or SignIn(user=user)
    is_new, now = row.pk is None, timezone.now()
    keep_session(row, str(request.session.session_key))
    row.device = device_words(request.headers.get("User-Agent", ""))
    row.network, row.used_at = client_network(request), now
    row.stays, row.second, row.seed, row.generation = stays, second, get_random_string(32), 0
    length = timedelta(days=settings.ENV.stay_days) if stays else timedelta(hours=settings.ENV.session_hours)
    row.expires_at = now + length
    row.save()
    request.session[FIELD] = row.pk
    brands.choose(request, user.email)
    if is_new:
        audit.record(audit.Kind.SIGN_IN, user, network=row.network, device=row.device, place=place)
    return row


def follow(request: HttpRequest) -> None:
    """The session has another key now, as after a change of the operator's password: its row must know it to end it."""
    row = SignIn.objects.filter(pk=request.session.get(FIELD, 0)).first()
    if row and row.session_digest != _digest(str(request.session.session_key)):
        keep_session(row, str(request.session.session_key))
        row.save(update_fields=["session", "session_digest"])


def note_use(request: HttpRequest) -> None:
    """Its person does something there."""
    SignIn.objects.filter(pk=request.session.get(FIELD, 0)).update(used_at=timezone.now())


# --- Ending one from elsewhere ----------------------------------------------------------------------------------------


def keep_session(row: SignIn, key: str) -> None:
    """The session is the row's. Neither its digest nor its sealed key lets who reads the database take it over."""
    row.session_digest = _digest(key)
    row.session = secrets.seal_text(key, _binding(row))


def session_key(row: SignIn) -> str:
    """Empty when there is no such session any more."""
    if row.session:
        try:
            return secrets.open_text(row.session, _binding(row)).reveal()
        except secrets.SecretUnreadable:  # the key that sealed it was taken away
            pass
    keys = Session.objects.values_list("session_key", flat=True).iterator()
    return next((key for key in keys if _digest(key) == row.session_digest), "")


def end(rows: Sequence[SignIn]) -> None:
    """Their browsers are signed in no more, from this moment on; their open pages are told. Who is signed in nowhere
    then has no password here either, whatever is still to be done with it: a browser is ended from elsewhere because it
    is lost, or another's by now. Raises RedisError."""
    for row in rows:
        _end(row.pk)
    forget_where_nobody_is(users=sorted({row.user_id for row in rows}), errands_too=True)


def _end(key: int) -> None:
    sessions = import_module(settings.SESSION_ENGINE).SessionStore()
    with transaction.atomic():
        # Read anew: one that stays may have been brought back meanwhile, with a session that the caller does not know.
        row = SignIn.objects.select_for_update().filter(pk=key).first()
        if row is None:
            return
        if session := session_key(row):
            sessions.delete(session)
        row.delete()
    if session:
        # Whoever read it before the transaction was over may have made another copy of it.
        sessions.delete(session)
    session_ended.send(sender=SignIn, digest=row.session_digest)


def others(request: HttpRequest, user: User) -> models.QuerySet[SignIn]:
    """The person's sign-ins in other browsers than this one."""
    return SignIn.objects.filter(user=user, expires_at__gt=timezone.now()).exclude(pk=request.session.get(FIELD, 0))


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _binding(row: SignIn) -> str:
    return f"sign-in|{row.user_id}|{row.session_digest}"


# --- Leaving ----------------------------------------------------------------------------------------------------------


def is_kept(user: User, address: str) -> bool:
    """Whether the password of the address is still there. To be asked after `record`, in a later transaction: whoever
    left before it, as the last one, took the password that was just sealed."""
    with transaction.atomic():
        account = MailAccount.objects.select_for_update().filter(user=user, address=address).first()
    return account is None or account.secret != ""


def leave(sender: object, request: HttpRequest, user: User | None, **_kwargs: Any) -> None:
    """Receives `user_logged_out`, before the session is emptied."""
    request.stay_token = ""  # type: ignore[attr-defined]  # the browser shall forget it: see `staying`
    if user is not None:
        ours = of_session(request, user)
        # Before its open pages are told: they ask at once, and would be answered as if nothing had happened.
        request.session.delete(request.session.session_key)
        if ours.delete()[0]:
            device = device_words(request.headers.get("User-Agent", ""))
            audit.record(audit.Kind.SIGN_OUT, user, network=client_network(request), device=device)
        forget_where_nobody_is(users=[user.pk])


def of_session(request: HttpRequest, user: User) -> models.QuerySet[SignIn]:
    """This browser's own sign-in: one row, or none when it was ended elsewhere."""
    return SignIn.objects.filter(pk=request.session.get(FIELD, 0), user=user)


def sweep() -> None:
    """Take out the sign-ins that are over, and the passwords of people who have none left.

    One that nobody uses is over as well, unless it stays, or has a browser that is told of new mail until it expires.
    And a password may lie there since its person got no further than the second step.
    """
    now = timezone.now()
    idle = models.Q(stays=False, push=None, used_at__lt=now - timedelta(minutes=settings.ENV.session_idle + 15))
    over = SignIn.objects.filter(models.Q(expires_at__lte=now) | idle)
    users = set(over.values_list("user_id", flat=True))
    SignIn.objects.filter(pk__in=list(over.values_list("pk", flat=True))).delete()
    nobodys = MailAccount.objects.filter(user__sign_ins=None, used_at__lt=now - timedelta(hours=1)).exclude(secret="")
    forget_where_nobody_is(users=sorted(users | set(nobodys.values_list("user_id", flat=True))))
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()


def forget_where_nobody_is(users: list[int], *, errands_too: bool = False) -> None:
    """Forget the mail passwords of those of the users who are signed in nowhere, unless they chose that they stay, or
    something is still to be done with them; with `errands_too` that is not done any more."""
    with transaction.atomic():
        # Locked before it is seen who is there: `is_kept` then sees what was done, or this sees who came.
        held = list(MailAccount.objects.select_for_update().filter(_goes(), user__in=users).exclude(secret=""))
        present = SignIn.objects.filter(expires_at__gt=timezone.now(), user__in=users).values_list("user", flat=True)
        nobodys = {account.user_id for account in held}.difference(present)
        errands = Errand.objects.filter(account__in=[one.pk for one in held if one.user_id in nobodys])
        if errands_too:
            errands.delete()
        busy = set(errands.filter(until__gt=timezone.now()).values_list("account", flat=True))
        left = [account for account in held if account.user_id in nobodys and account.pk not in busy]
        for account in left:
            returning.leave(account)
        accounts = [account.pk for account in left]
        MailAccount.objects.filter(pk__in=accounts).update(secret="", secret_version=F("secret_version") + 1)
        if accounts:
            transaction.on_commit(partial(passwords_forgotten.send, sender=SignIn, account_ids=accounts))


def _goes() -> models.Q:
    """Whose passwords go with the last sign-in: everybody's who has not chosen otherwise."""
    return ~models.Q(user__in=Preferences.objects.filter(keeps_syncing=True).values("user"))
