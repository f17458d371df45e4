"""Staying signed in: a cookie that opens a new session when the last one is over, each time with another token.

A token is good once. Whoever comes with one that was used before has stolen it, or was stolen from: nobody can tell
which, so the sign-in ends with all its tokens. Requests that a browser sends at the same time, when it opens with
several tabs, carry the same one: for a minute they get what the first of them got.

    <key of the sign-in>.<generation>:<signature>        signed with WEBMAIL_SECRET_KEY and the row's own seed
"""

from __future__ import annotations

import logging
from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.contrib.auth import login
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit, brands, lifetimes, second, sign_ins
from accounts.models import SignIn
from accounts.networks import client_network

log = logging.getLogger(__name__)

COOKIE = "__Host-stay" if settings.SESSION_COOKIE_SECURE else "stay"
TOGETHER = timedelta(seconds=60)
"""For so long a token that was used is taken for another request of the same browser."""


def token(row: SignIn) -> str:
    """The one that is good now."""
    return _signer(row).sign(f"{row.pk}.{row.generation}")


def restore(request: HttpRequest, given: str) -> None:
    """Sign the browser in again, when the token is good. Writes the new one to the request, for the answer."""
    request.stay_token = ""  # type: ignore[attr-defined]  # unless a new one comes, the browser shall forget it
    with transaction.atomic():
        row, generation = _named(given)
        if row is None:
            return
        if generation == row.generation:
            _open(request, row)
        elif generation == row.generation - 1 and row.rotated_at and timezone.now() - row.rotated_at < TOGETHER:
            _join(request, row)
        else:
            _stolen(request, row)
            return
    request.stay_token = token(row)  # type: ignore[attr-defined]


def _named(given: str) -> tuple[SignIn | None, int]:
    """The sign-in of a token that we made, locked."""
    key, _dot, rest = given.partition(".")
    number = rest.partition(":")[0]
    if not (key.isascii() and key.isdecimal() and number.isascii() and number.isdecimal() and len(given) < 200):
        return None, 0
    rows = SignIn.objects.select_for_update(of=("self",)).select_related("user")
    row = rows.filter(pk=int(key), stays=True, expires_at__gt=timezone.now(), user__is_active=True).first()
    if row is None:
        return None, 0
    try:
        _signer(row).unsign(given)
    except BadSignature:
        return None, 0
    # Set up since, elsewhere: what was signed in with the password alone is not enough any more.
    return (None, 0) if second.is_set_up(row.user) and not row.second else (row, int(number))


def _open(request: HttpRequest, row: SignIn) -> None:
    """A new session."""
    old = row.session_digest
    login(request, row.user, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session.update({sign_ins.FIELD: row.pk, lifetimes.STAYS: True, second.PASSED: row.second})
    brands.choose(request, row.user.email)
    request.session.save()
    row.generation += 1
    row.rotated_at = row.used_at = timezone.now()
    row.network = client_network(request)
    sign_ins.keep_session(row, str(request.session.session_key))
    row.save()
    log.info("sign-in=%s brought back, generation=%s, session before=%.8s", row.pk, row.generation, old)


def _join(request: HttpRequest, row: SignIn) -> None:
    """The session that the first of several requests has opened."""
    key = sign_ins.session_key(row)
    if key:
        request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
        request.session.modified = True  # so that this answer names it too


def _stolen(request: HttpRequest, row: SignIn) -> None:
    log.warning("sign-in=%s a token came for the second time: ended", row.pk)
    audit.record(
        audit.Kind.SESSION_REVOKED, row.user, network=client_network(request), device=row.device, reason="used-twice"
    )
    sign_ins.end([row])


def _signer(row: SignIn) -> Signer:
    return Signer(salt=f"accounts.staying:{row.seed}")
