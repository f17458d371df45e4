"""Browsers that an address has signed in with: a cookie lets its owner past the waits that others' guessing causes.

It opens nothing: the password is asked all the same, and guesses from such a browser are counted by themselves, so that
who steals the cookie gets no further than any network does.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest
from django.utils.crypto import get_random_string, salted_hmac

COOKIE = "__Host-known" if settings.SESSION_COOKIE_SECURE else "known"
LASTS = 180 * 86_400
"""Seconds."""
_signer = TimestampSigner(salt="accounts.known")


def device(request: HttpRequest, address: str) -> str:
    """What attempts of this browser at the address are counted by; empty when it has not signed in with it lately."""
    try:
        name, digest = _signer.unsign(request.COOKIES.get(COOKIE, ""), max_age=LASTS).split(".")
    except (BadSignature, ValueError):
        return ""
    return name if digest == _digest(address) else ""


def remember(request: Any, address: str) -> None:
    """The answer to this request makes the browser known; see `webmail.staying`."""
    name = device(request, address) or get_random_string(22)
    request.known_token = _signer.sign(f"{name}.{_digest(address)}")


def _digest(address: str) -> str:
    """No address stands readable in a cookie."""
    return salted_hmac("accounts.known", address.lower()).hexdigest()[:32]
