"""Between a browser's cookies and its sign-in: brings back one that stays, and notes now and then that it is used.

Asks the database only when a token is to be redeemed; else it costs a page some microseconds.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts import known, lifetimes, sign_ins, staying

BY_ITSELF = frozenset({"mailbox-changes", "notifications-news", "csp"})
"""Routes that an open page asks for, or a browser tells, without anybody's doing anything."""


class Staying:
    """Inside of Django's sessions, and before it is asked who somebody is."""

    sync_capable, async_capable = True, False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.COOKIES.get(staying.COOKIE)
        if given and SESSION_KEY not in request.session:
            staying.restore(request, given)
        key = request.session.session_key
        response = self.get_response(request)
        if request.session.session_key != key and sign_ins.FIELD in request.session:
            sign_ins.follow(request)
        token = getattr(request, "stay_token", None)
        if token is not None:
            _hand_over(response, token, had=given is not None)
        if (known_token := getattr(request, "known_token", None)) is not None:
            _set(response, known.COOKIE, known_token, known.LASTS)
        if request.session.accessed and lifetimes.is_to_be_noted(request.session):
            _note(request)
        return response


def _hand_over(response: HttpResponseBase, token: str, *, had: bool) -> None:
    if token:
        _set(response, staying.COOKIE, token, settings.ENV.stay_days * 86_400)
    elif had:
        response.delete_cookie(staying.COOKIE, samesite="Lax")


def _set(response: HttpResponseBase, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        name, value, max_age=seconds, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )


def _note(request: HttpRequest) -> None:
    if request.resolver_match is None or request.resolver_match.url_name not in BY_ITSELF:
        lifetimes.note(request.session)
        sign_ins.note_use(request)
