"""Whose account a page is about when its address does not say: the one that was used last in this browser.

The browser keeps which one that was, so that no request has to write it down. It is not believed: `access` asks whether
the account is the person's.
"""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

from webmail import access
from webmail.access import Holder

COOKIE = "__Host-account" if settings.SESSION_COOKIE_SECURE else "account"


def holder(request: HttpRequest) -> Holder:
    """The account that was used last, else the person's first. One query.

    A form may name the one that it was made for, as `whose`, and a link the one that was looked at, as `account`:
    another tab may have used another one meanwhile. Http404 when that is none of the person's.
    """
    named = _key(request.POST.get("whose", "") if request.method == "POST" else request.GET.get("account", ""))
    found = access.holder_for(request.user, named or last(request))
    if named and found.account.pk != named:
        raise Http404
    return found


def last(request: HttpRequest) -> int:
    """Its key; 0 without one."""
    return _key(request.COOKIES.get(COOKIE, ""))


def _key(said: str) -> int:
    return int(said) if said.isdecimal() and len(said) < 19 else 0


def accounts(holder: Holder) -> list[int]:
    """The keys of all accounts that are the person's, the one of the page first."""
    return [holder.account.pk, *(other.id for other in holder.others)]


def remember(answer: HttpResponse, request: HttpRequest, shown: Holder) -> HttpResponse:
    """The page shows this account. For who has one only, nothing is kept."""
    if shown.others and last(request) != shown.account.pk:
        answer.set_cookie(
            COOKIE, str(shown.account.pk), httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
    return answer
