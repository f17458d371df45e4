"""A browser in words a person recognises, from its User-Agent header. A guess to be shown, never to be relied on."""

from __future__ import annotations

from django.utils.translation import gettext

# The first that is found wins: nearly every browser also claims to be Chrome, Safari and Mozilla.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)
ON, UNKNOWN = " on ", "Unknown browser"


def device_words(user_agent: str) -> str:
    """`Firefox on Windows`; only what is known of it. Written down so, in English: `in_words` says it to people."""
    browser = _first(BROWSERS, user_agent)
    system = _first(SYSTEMS, user_agent)
    return f"{browser}{ON}{system}" if browser and system else browser or system or UNKNOWN


def in_words(device: str) -> str:
    """What `device_words` wrote down, in the reader's language."""
    if device == UNKNOWN:
        return gettext("Unknown browser")
    browser, on, system = device.partition(ON)
    return gettext("%(browser)s on %(system)s") % {"browser": browser, "system": system} if on else device


def _first(table: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for sign, name in table if sign in user_agent), "")
