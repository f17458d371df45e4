"""Setting up second steps of signing in, and taking them away. Each is asked for by somebody who has just confirmed it.

With the first one come recovery codes, and every other browser of the person is signed out: it has passed no second
step.
"""

from __future__ import annotations

import logging
from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit, passkeys, second, sign_ins
from accounts.confirming import confirmed
from accounts.devices import device_words, in_words
from accounts.models import MailAccount, User
from accounts.networks import client_network
from accounts.secrets import SecretUnreadable

logger = logging.getLogger(__name__)


@sensitive_post_parameters("code", "sealed")
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@confirmed
def authenticator(request: HttpRequest) -> HttpResponse:
    """A secret as a picture, and the first code that a program made of it. The form carries the secret, sealed."""
    user, wrong = _person(request), False
    sealed = request.POST.get("sealed", "")[:1000] or second.new_secret(user)
    if request.method == "POST":
        try:
            if second.keep_authenticator(user, sealed, request.POST.get("code", "")[:20]):
                return _added(request, user, "authenticator")
            wrong = True
        except SecretUnreadable:
            sealed = second.new_secret(user)
    picture, letters = second.picture(user, sealed)
    context = {"picture": picture, "letters": letters, "sealed": sealed, "wrong": wrong, "back": _back(user)}
    return render(request, "accounts/authenticator.html", context, status=422 if wrong else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@confirmed
def passkey(request: HttpRequest) -> HttpResponse:
    """A name, and the browser's answer."""
    user, wrong = _person(request), False
    if request.method == "POST":
        name = request.POST.get("name", "").replace("\0", "").strip()[:60] or _("Passkey")
        try:
            passkeys.keep(request, user, name, request.POST.get("passkey", "")[:20_000])
            return _added(request, user, "passkey")
        except passkeys.NotThisKey as fault:
            logger.warning("passkey of user=%s not kept: %s", user.pk, fault)
            wrong = True
    device = in_words(device_words(request.headers.get("User-Agent", "")))
    context = {"wrong": wrong, "back": _back(user), "name": device}
    return render(request, "accounts/passkey.html", context, status=422 if wrong else 200)


@require_POST
@login_required
@confirmed
def new_passkey_options(request: HttpRequest) -> HttpResponse:
    return HttpResponse(passkeys.ask_for_new(request, _person(request)), content_type="application/json")


@require_POST
@login_required
@confirmed
def remove(request: HttpRequest) -> HttpResponse:
    """The authenticator, or the passkey of `passkey`."""
    user, named = _person(request), request.POST.get("passkey", "")
    if named.isdecimal() and len(named) < 19:
        second.remove(user, "passkey", int(named))
    elif not named:
        second.remove(user, "authenticator")
    return redirect(f"{_back(user)}?done=removed")


@require_POST
@login_required
@confirmed
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """New ones, for somebody who has a second step."""
    user = _person(request)
    return _codes(request, user) if second.is_set_up(user) else redirect(_back(user))


def _added(request: HttpRequest, user: User, kind: str) -> HttpResponse:
    audit.record(audit.Kind.SECOND_FACTOR_ADDED, user, network=client_network(request), step=kind)
    request.session[second.PASSED] = True
    sign_ins.of_session(request, user).update(second=True)
    if user.recovery_codes.exists():
        return redirect(f"{_back(user)}?done=saved")
    sign_ins.end(list(sign_ins.others(request, user).filter(second=False)))
    return _codes(request, user)


def _codes(request: HttpRequest, user: User) -> HttpResponse:
    context = {"codes": second.new_recovery_codes(user), "back": _back(user)}
    return render(request, "accounts/recovery_codes.html", context)


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)


def _back(user: User) -> str:
    """Operators without a mailbox have no settings here."""
    return resolve_url("security" if MailAccount.objects.filter(user=user).exists() else "admin:index")
