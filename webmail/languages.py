"""Which language an answer speaks: what its person chose, else what the browser asks for.

It asks nothing of anybody: the person's choice comes with the person, whom a page loads anyhow (`imapbridge.login`),
and what a browser asks for is looked up once for each header. English is what is spoken when nothing is said.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware, auser, get_user
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation.trans_real import get_supported_language_variant, parse_accept_lang_header

GetResponse = Callable[[HttpRequest], HttpResponseBase]
SPOKEN = frozenset(code for code, _name in settings.LANGUAGES)
LONGEST = 200
"""Characters of a header that are looked at."""


class PersonAndLanguage(AuthenticationMiddleware):
    """Django's own `request.user`, loaded when it is first asked for; from then on the answer speaks their language."""

    sync_capable, async_capable = True, False

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        asked = accepted(request.META.get("HTTP_ACCEPT_LANGUAGE", "")[:LONGEST])
        _speak(asked)
        request.user = SimpleLazyObject(partial(_person, request, asked))  # type: ignore[assignment]
        request.auser = partial(auser, request)
        return cast(HttpResponseBase, self.get_response(request))


def _person(request: HttpRequest, asked: str) -> Any:
    user = get_user(request)
    chosen = chosen_by(user)
    if chosen and chosen != asked:
        _speak(chosen)
    return user


def speak_to_person(request: HttpRequest) -> None:
    """For an answer that asks for nothing of its person's, and so would speak the browser's language. One query."""
    if user := getattr(request, "user", None):
        bool(user.is_authenticated)


def _speak(language: str) -> None:
    """A thread keeps what it spoke last; one that speaks the default has nothing to keep."""
    if translation.get_language() != language:
        translation.activate(language)


def chosen_by(user: Any) -> str:
    """The language the person chose, when it is still one of ours; else empty. No query where the preferences came
    along with the person."""
    preferences = getattr(user, "preferences", None)
    language: str = preferences.language if preferences else ""
    return language if language in SPOKEN else ""


@lru_cache(maxsize=1024)
def accepted(header: str) -> str:
    """The first language of ours among those of an Accept-Language header (RFC 9110 section 12.5.4)."""
    for code, _quality in parse_accept_lang_header(header):
        if code == "*":
            break
        try:
            return get_supported_language_variant(code)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE
