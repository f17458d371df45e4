"""Time zones by the names of the IANA database (RFC 6557): what a browser tells at sign-in, and what can be chosen."""

from __future__ import annotations

from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from django.conf import settings
from django.http import HttpRequest

from accounts.models import Preferences, User

_PLACES = ("Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/",
           "Pacific/")  # fmt: skip

COOKIE = "zone"
"""See `static/js/zone.js`."""


def known(name: str) -> str:
    """The name when there is such a zone, else empty."""
    try:
        return ZoneInfo(name).key if name else ""
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: it names a directory, such as America
        return ""


def of_person(user_id: int) -> ZoneInfo:
    """In which days begin for them, also where nobody looks at a page."""
    chosen = Preferences.objects.filter(user=user_id).values_list("time_zone", flat=True).first()
    return ZoneInfo(known(chosen or "") or settings.TIME_ZONE)


@cache
def choices() -> tuple[str, ...]:
    """Those that are named after places, and UTC."""
    return ("UTC", *sorted(name for name in available_timezones() if name.startswith(_PLACES)))


def take(sender: object, request: HttpRequest | None, user: User, **_kwargs: Any) -> None:
    """Receives `user_logged_in`: the zone that the page for signing in has left in a cookie is the person's from then
    on, unless they have one already."""
    zone = known(request.COOKIES.get(COOKIE, "")[:64]) if request else ""
    if not zone or Preferences.objects.filter(user=user).exclude(time_zone="").exists():
        return
    Preferences.objects.update_or_create(user=user, defaults={"time_zone": zone})
