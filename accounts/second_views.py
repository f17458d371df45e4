"""The second step of signing in, and showing once more that it is you. Both follow a password that was right."""

from __future__ import annotations

import logging

from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts import attempts, audit, confirming, entering, passkeys, providers, second
from accounts.entering import Pending
from accounts.models import MailAccount, User
from accounts.networks import client_network
from accounts.problems import CannotSignIn, explain
from accounts.staff import OWN_PASSWORD
from accounts.throttle import Attempt, TooMany

logger = logging.getLogger(__name__)

CONFIRMING = "confirm"
"""The `place` of who is signed in already."""


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """A code, or a passkey's answer. Nobody sees this page whose password was not right."""
    found = entering.pending(request)
    user = entering.person_of(found) if found else None
    if found is None or user is None:
        entering.give_up(request)  # else the page to sign in on would lead here again
        return redirect(f"{resolve_url('sign-in')}?{urlencode({'next': entering.wanted(request)})}")
    if request.method != "POST":
        return _page(request, user)
    if "leave" in request.POST:
        entering.give_up(request)
        return redirect("sign-in")
    try:
        second.Trial(request, user).decide(_is_right(request, user))
    except CannotSignIn as problem:
        return _page(request, user, problem)
    _passed(request, user, found)
    return redirect(entering.wanted(request) or resolve_url("home"))


@require_POST
def passkey_options(request: HttpRequest) -> HttpResponse:
    """What the browser asks the person's passkey."""
    found = entering.pending(request)
    user = entering.person_of(found) if found else None
    if user is None:
        return redirect("sign-in")
    return HttpResponse(passkeys.ask(request, user), content_type="application/json")


@sensitive_variables("code")
def _is_right(request: HttpRequest, user: User) -> bool:
    if answer := request.POST.get("passkey", ""):
        try:
            passkeys.check(request, user, answer[:20_000])
        except passkeys.NotThisKey as fault:
            logger.warning("second step of user=%s: %s", user.pk, fault)
            return False
        return True
    code = request.POST.get("code", "")[:60]
    return second.takes(user, code)


def _passed(request: HttpRequest, user: User, found: Pending) -> None:
    if found.place == CONFIRMING and request.user == user:
        entering.give_up(request)
        request.session[second.PASSED] = True
        _confirm(request, user)
    else:
        entering.complete(request, user, found.backend, stay=found.stay, passed=True, place=found.place)


def _page(request: HttpRequest, user: User, problem: CannotSignIn | None = None) -> HttpResponse:
    explanation = explain(problem) if problem else None
    context = {
        "problem": explanation,
        "next": entering.wanted(request),
        "has_passkey": passkeys.usable(request, user),
        "address": user.email,
    }
    return render(request, "accounts/second_step.html", context, status=explanation.status if explanation else 200)


# --- Once more --------------------------------------------------------------------------------------------------------


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def confirm(request: HttpRequest) -> HttpResponse:
    """The password, and the second step of who has one."""
    user = request.user
    assert isinstance(user, User)
    if request.method != "POST":
        return _confirm_page(request, user)
    try:
        _prove(request, user, request.POST.get("password", "")[:1000])
    except CannotSignIn as problem:
        return _confirm_page(request, user, problem)
    if second.is_set_up(user):
        entering.wait(request, user, request.session[BACKEND_SESSION_KEY], place=CONFIRMING)
        return redirect(entering.address(request))
    _confirm(request, user)
    return redirect(entering.wanted(request) or resolve_url("home"))


@sensitive_variables("password")
def _prove(request: HttpRequest, user: User, password: str) -> None:
    """Raises CannotSignIn."""
    if request.session[BACKEND_SESSION_KEY] != OWN_PASSWORD:
        if not password or attempts.person(request, user.email, password) != user:
            raise CannotSignIn("sign-in-refused")
        return
    try:
        attempt = Attempt(user.email, client_network(request))
    except TooMany as fault:
        raise CannotSignIn("too-many", wait=fault.wait) from fault
    if not user.check_password(password):
        raise CannotSignIn("sign-in-refused")
    attempt.succeeded()


def _confirm(request: HttpRequest, user: User) -> None:
    confirming.confirm(request)
    audit.record(audit.Kind.CONFIRMED, user, network=client_network(request))


def _confirm_page(request: HttpRequest, user: User, problem: CannotSignIn | None = None) -> HttpResponse:
    explanation = explain(problem) if problem else None
    own = MailAccount.objects.filter(user=user, address=user.email).first()
    context = {
        "problem": explanation,
        "next": entering.wanted(request),
        "address": user.email,
        # Who has no password here shows it by signing in with the provider once more.
        "provider": providers.named(own.provider) if own and own.provider else None,
    }
    return render(request, "accounts/confirm.html", context, status=explanation.status if explanation else 200)
