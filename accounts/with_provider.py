"""Signing in with a provider's word: to its pages, and back from them.

Who comes back does so by a GET, for that is what a redirect is; it counts once, after a POST of this browser's.
"""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts import attempts, entering, providers, views
from accounts.attempts import Grant
from accounts.confirming import is_confirmed
from accounts.models import MailAccount, User
from accounts.oauth import flow
from accounts.oauth.errors import OAuthError
from accounts.oauth.flow import Asked
from accounts.problems import CannotSignIn, explain
from accounts.providers import Provider
from accounts.proving import MOST


@sensitive_post_parameters("password")
@require_POST
def begin(request: HttpRequest, name: str) -> HttpResponse:
    """A page that goes on to the provider's. A redirect would not do: browsers let a form of ours lead to us only."""
    provider, address = _named(name), request.POST.get("address", "")[:254]
    joins = "join" in request.POST and isinstance(request.user, User)
    if joins and not (is_confirmed(request) and MailAccount.objects.filter(user=request.user.pk).count() < MOST):
        return redirect("account-new")  # which asks, or says why not
    stay, next_ = "stay" in request.POST, entering.wanted(request)
    again = not joins and request.user.is_authenticated
    try:
        url = flow.begin(
            request.session, provider, _back(name), hint=address, stay=stay, next_=next_, joins=joins, again=again
        )
    except OAuthError as fault:
        return views.page(request, address, attempts.not_granted(provider, fault))
    response = render(request, "accounts/going_on.html", {"provider": provider, "url": url})
    response.headers["Refresh"] = f"0;url={url}"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
def back(request: HttpRequest, name: str) -> HttpResponse:
    """The browser comes back with a code, or with a refusal."""
    provider = _named(name)
    try:
        asked, grant = _granted(request, provider)
        if asked.joins:
            return _joined(request, grant)
        user = attempts.person_of(request, grant)
        views.enter(request, user, grant.address, stay=asked.stay, again=lambda: attempts.person_of(request, grant))
    except CannotSignIn as problem:
        return views.page(request, problem=problem)
    if entering.pending(request):
        return redirect(f"{reverse('second-step')}?{urlencode({'next': asked.next})}")
    return redirect(asked.next or resolve_url("home"))


def _joined(request: HttpRequest, grant: Grant) -> HttpResponse:
    """One more mailbox of who is signed in; whoever has left meanwhile has to begin anew."""
    if not isinstance(request.user, User):
        raise CannotSignIn("provider-untrusted", server=grant.provider.label)
    try:
        attempts.person_of(request, grant, joins=request.user)
    except CannotSignIn as problem:
        said = explain(problem)
        return render(request, "accounts/not_joined.html", {"problem": said}, status=said.status)
    return redirect(f"{resolve_url('identities')}?done=joined")


def _granted(request: HttpRequest, provider: Provider) -> tuple[Asked, Grant]:
    try:
        asked, code = flow.take(request.session, provider, request.GET.dict())
    except OAuthError as fault:
        raise attempts.not_granted(provider, fault) from fault
    return asked, attempts.granted(provider, asked, code, _back(provider.name))


def _named(name: str) -> Provider:
    if (found := providers.named(name)) is None:
        raise Http404
    return found


def _back(name: str) -> str:
    """As the provider has it written down: by our own name, never by what a request says."""
    return f"{settings.ENV.base_url}{reverse('sign-in-back', args=[name])}"
