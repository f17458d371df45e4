"""Signing in and out. Knows no mail server: `attempts` asks through Django's authentication backends."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts import agreeing, attempts, brands, entering, providers, sign_ins
from accounts.forms import SignInForm
from accounts.models import MailAccount, User
from accounts.problems import CannotSignIn, explain


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The page, and the attempt. A problem keeps the address, never the password."""
    if request.method == "POST":
        try:
            return _enter(request)
        except CannotSignIn as problem:
            return page(request, address=request.POST.get("address", "")[:254], problem=problem)
    if not request.user.is_authenticated:
        return redirect(entering.address(request)) if entering.pending(request) else page(request)
    if unusable := _without_password(request.user):
        return page(request, address=unusable.address)
    return redirect(_target(request))


@require_http_methods(["GET", "HEAD", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this browser's session, and have the browser forget the mail that it kept. Only a POST does."""
    if request.method != "POST":
        return redirect("sign-in")
    logout(request)
    response = render(request, "accounts/signed_out.html")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@sensitive_variables("given", "form")
def _enter(request: HttpRequest) -> HttpResponseRedirect:
    form = SignInForm(request.POST, domain=_domain(request))
    if not form.is_valid():
        raise CannotSignIn("address")
    given = (form.cleaned_data["address"], form.cleaned_data["password"])
    user = attempts.person(request, *given)
    enter(request, user, given[0], stay=form.cleaned_data["stay"], again=lambda: attempts.person(request, *given))
    return redirect(entering.address(request) if entering.pending(request) else _target(request))


def enter(request: HttpRequest, user: User, address: str, *, stay: bool, again: Callable[[], object]) -> None:
    """This browser is the person's now, or asks for their second step. `again`: what let them in, for when its secret
    was forgotten meanwhile."""
    if entering.enter(request, user, stay=stay) and not sign_ins.is_kept(user, address):
        again()


def page(request: HttpRequest, address: str = "", problem: CannotSignIn | None = None) -> HttpResponse:
    """The page to sign in on. Never shows a password."""
    explanation = explain(problem) if problem else None
    context = {
        "providers": providers.known(),
        "serving": providers.serving(address.rpartition("@")[2]),
        "address": address,
        "stay": request.POST.get("stay"),
        "next": entering.wanted(request),
        "domain": _domain(request),
        "found": agreeing.shown(problem),
        "servers": agreeing.token(problem) or request.POST.get("servers", "")[:4000],
        "problem": explanation,
        "focus": explanation.field if explanation else ("password" if address else "address"),
    }
    response = render(request, "accounts/sign_in.html", context, status=explanation.status if explanation else 200)
    if explanation and explanation.retry_after:
        response.headers["Retry-After"] = str(explanation.retry_after)
    return response


def _domain(request: HttpRequest) -> str:
    """Whose web address it is; its people may leave it out of theirs."""
    brand = brands.of_host(request)
    return brand.domain if brand else ""


def _without_password(user: User) -> MailAccount | None:
    """The account that the person signs in with, when it waits for its password. Pages tell of the others."""
    own = user.accounts.filter(address=user.email)
    return next((account for account in own if account.refused or not account.secret), None)


def _target(request: HttpRequest) -> str:
    return entering.wanted(request) or resolve_url("home")
