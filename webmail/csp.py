"""Content security policies: what a browser may do with an answer of ours. Everything not named here is forbidden.

A view with other needs than a page says so itself: `response.headers[csp.HEADER] = csp.attachment()`.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

HEADER = "Content-Security-Policy"
SANDBOX = "allow-popups allow-popups-to-escape-sandbox allow-same-origin"
"""Of message bodies, here and on their frame. Never scripts, forms or top navigation. Same origin, since without it the
page cannot measure the frame's height and the browser sends no cookie for inline images."""


def _policy(**directives: str) -> str:
    return "; ".join(f"{name.replace('_', '-')} {value}".strip() for name, value in directives.items())


_SOCKET = settings.ENV.base_url.replace("http", "ws", 1)
_OURS = {
    "default_src": "'none'",
    "script_src": "'self'",
    "style_src": "'self'",
    "img_src": "'self' data:",
    "font_src": "'self'",
    "media_src": "'self'",
    # Older Safari does not count the websocket to 'self'.
    "connect_src": f"'self' {_SOCKET}",
    "frame_src": "'self'",
    "manifest_src": "'self'",
    "worker_src": "'self'",
    "form_action": "'self'",
    "base_uri": "'none'",
    "frame_ancestors": "'none'",
}
_APP = _policy(
    **_OURS,
    require_trusted_types_for="'script'",
    # Of static/js/trusted.js, and of DOMPurify for itself.
    trusted_types="whimbrel dompurify",
    report_uri="/csp",
)
_ADMINISTRATION = _policy(**_OURS)
_ADMIN_PATH = f"/{settings.ENV.admin_path}/"
_ATTACHMENT = _policy(default_src="'none'", sandbox="", frame_ancestors="'none'")


def page(path: str) -> str:
    """What the answer at this path has, when its view says nothing else."""
    return administration() if path.startswith(_ADMIN_PATH) else app()


def app() -> str:
    """Pages: our own scripts and sheets, nothing inline, no eval, in nobody's frame. No string becomes markup or a
    script but by a policy of ours (Trusted Types), and what a browser refuses it tells us (`views.broken`)."""
    return _APP


def administration() -> str:
    """Its pages: the same, but the scripts of Django's administration write markup from strings."""
    return _ADMINISTRATION


def attachment() -> str:
    """Parts of messages: nothing runs and nothing loads, also where a browser shows them."""
    return _ATTACHMENT


def message_body(request: HttpRequest, *doors: str) -> str:
    """The document in the message's frame: its styles, and images from our two doors for them, or other `doors`.

    Not `'self'`: `<img src=/anything>` in a mail would be a request of ours with the person's cookies.
    """
    host = f"{request.scheme}://{request.get_host()}"
    return _policy(
        default_src="'none'",
        img_src=" ".join([*(f"{host}{door}" for door in doors or ("/message/", "/proxy/")), "data:"]),
        style_src="'unsafe-inline'",
        form_action="'none'",
        base_uri="'none'",
        frame_ancestors="'self'",
        sandbox=SANDBOX,
    )
