"""Whose account a page is about when its address does not say: the one that was used last in this browser.

The browser keeps which one that was, so that no request has to write it down. It is not believed: `access` asks whether
the account is the person's.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from webmail import access
from webmail.access import Holder

COOKIE = "__Host-account" if settings.SESSION_COOKIE_SECURE else "account"


def holder(request: HttpRequest) -> Holder:
    """The account that was used last, else the person's first. One query."""
    return access.holder_for(request.user, last(request))


def last(request: HttpRequest) -> int:
    """Its key; 0 without one."""
    said = request.COOKIES.get(COOKIE, "")
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
