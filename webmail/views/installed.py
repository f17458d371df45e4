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

SHELL = ("css/main.css", "css/pages.css", "icon.svg", "icons.svg")
"""What the page without a connection is made of. Mail is never kept."""
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
    return HttpResponse(_worker(get_language()), content_type="text/javascript; charset=utf-8")


@cache
def _worker(_language: str | None) -> str:
    assets = [static(name) for name in SHELL]
    source = get_template("service_worker.js").render({"shell": "{}"})
    page = get_template("offline.html").render({})
    version = hashlib.sha256("\0".join([*assets, source, page]).encode()).hexdigest()[:12]
    shell = {"version": version, "offline": reverse("offline"), "assets": assets, "icon": static("icon-192.png")}
    # Safe: our own addresses and a digest, in a script of ours.
    return get_template("service_worker.js").render({"shell": SafeString(json.dumps(shell))})


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What is shown when the server can not be reached."""
    return render(request, "offline.html")
