"""What makes a browser keep the product like a program: its manifest, its service worker, and the page for when there
is no connection. None of them holds anything of anybody's."""

from __future__ import annotations

import hashlib
import json
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts import brands
from webmail import languages

SHELL = ("css/main.css", "css/pages.css", "icon.svg", "icons.svg")
"""What the page without a connection is made of. Mail is never kept."""
WRITING = (
    "js/offline.js", "js/compose.js", "js/compose-blank.js", "js/compose-caret.js", "js/compose-chip-menu.js",
    "js/compose-chips.js", "js/compose-elsewhere.js",
    "js/compose-emoji.js", "js/compose-files.js", "js/compose-html.js", "js/compose-journal.js",
    "js/compose-notices.js", "js/compose-pace.js", "js/compose-recover.js", "js/compose-save.js", "js/compose-send.js",
    "js/compose-sign-in.js", "js/links.js", "js/locale.js",
    "js/mail-composer.js", "js/mail-editor.js", "js/mail-frame.js", "js/mail-recipients.js", "js/mail-toasts.js",
    "js/menus.js", "js/page.js", "js/person.js", "js/trusted.js", "vendor/squire.mjs", "vendor/purify.min.mjs",
    "css/compose.css", "compose.svg",
)  # fmt: skip
"""What it takes to write on that page."""
ICONS = (("icon.svg", "any", "any"), ("icon-192.png", "192x192", "any"), ("icon-512.png", "512x512", "any"),
         ("icon-maskable.png", "512x512", "maskable"))  # fmt: skip
COLOUR = "#00687e"


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """W3C Web App Manifest."""
    brand = brands.of_host(request)
    name = brand.name if brand and brand.name else settings.ENV.product_name
    icons = [
        {"src": static(file), "sizes": sizes, "purpose": purpose, "type": _type(file)} for file, sizes, purpose in ICONS
    ]
    return JsonResponse(
        {
            "id": "/", "name": name, "short_name": name, "lang": get_language(), "start_url": reverse("home"),
            "scope": "/", "display": "standalone", "theme_color": COLOUR, "background_color": COLOUR, "icons": icons,
        },
        content_type="application/manifest+json",
    )  # fmt: skip


def _type(file: str) -> str:
    return "image/svg+xml" if file.endswith(".svg") else "image/png"


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """At the root, for a worker's scope is the folder it comes from. Browsers compare it byte by byte: a change of what
    it keeps is a change of its version."""
    languages.speak_to_person(request)
    return HttpResponse(_worker(get_language()), content_type="text/javascript; charset=utf-8")


@cache
def _worker(_language: str | None) -> str:
    assets, writing = ([static(name) for name in names] for names in (SHELL, WRITING))
    source = get_template("service_worker.js").render({"shell": "{}"})
    page = get_template("offline.html").render({})
    version = hashlib.sha256("\0".join([*assets, *writing, source, page]).encode()).hexdigest()[:12]
    shell = {
        "version": version, "offline": reverse("offline"), "assets": assets, "writing": writing,
        "icon": static("icon-192.png"),
    }  # fmt: skip
    # Safe: our own addresses and a digest, in a script of ours.
    return get_template("service_worker.js").render({"shell": SafeString(json.dumps(shell))})


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What is shown when the server can not be reached."""
    languages.speak_to_person(request)
    return render(request, "offline.html")
