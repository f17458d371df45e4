"""What every answer gets: headers that make the browser strict, and mail errors as sentences.

All of it is synchronous and runs on every request: no queries, no session.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, ResponseHeaders
from whitenoise.middleware import WhiteNoiseFileResponse

from imapbridge.errors import MailError
from webmail import csp
from webmail.error_pages import STORES_AWAY, mail_error, store_away

log = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponseBase]

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    # Mail is not for the disk of a shared computer; what may be kept says so itself.
    "Cache-Control": "no-store",
}
if settings.SECURE_HSTS_SECONDS:
    ALWAYS["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains"


_OurFile: type[HttpResponseBase] = WhiteNoiseFileResponse
OF_FILES = ("X-Content-Type-Options", "Cross-Origin-Resource-Policy", "Strict-Transport-Security")
"""What means something on a style sheet, a script or an icon. A page has some twenty of them: the rest is weight."""
OF_NO_USE = ("Last-Modified", "ETag")
"""On what never changes under its address nobody asks for them."""


class SecurityHeaders:
    """Sets what the view has not set. Outermost, so that nothing leaves without."""

    sync_capable, async_capable = True, False

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        headers = response.headers
        if isinstance(response, _OurFile):
            _lighten(headers)
            return response
        policy = headers.get(csp.HEADER)
        if policy is None:
            headers[csp.HEADER] = policy = csp.page(request.path)
        # For browsers that do not know frame-ancestors.
        headers["X-Frame-Options"] = "SAMEORIGIN" if "frame-ancestors 'self'" in policy else "DENY"
        for name, value in ALWAYS.items():
            if name not in headers:
                headers[name] = value
        return response


def _lighten(headers: ResponseHeaders) -> None:
    for name in ALWAYS.keys() & OF_FILES:
        headers[name] = ALWAYS[name]
    if "immutable" in headers.get("Cache-Control", ""):
        for name in OF_NO_USE:
            del headers[name]


class MailErrors:
    """A MailError that a view let through, or an absent database or Redis, becomes a sentence: as a page or a part of
    one."""

    sync_capable, async_capable = True, False

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, STORES_AWAY):
            log.warning("%s: the database or Redis does not answer: %s", request.path, type(exception).__name__)
            return store_away(request)
        return mail_error(request, exception) if isinstance(exception, MailError) else None
