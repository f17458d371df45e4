"""What the text of a variable may say: each function gives its value, or a ValueError that ends a sentence on it."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from accounts import providers

SECURITIES = ("tls", "starttls", "plain")
LOG_FORMATS = ("plain", "json")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def text(value: str) -> str:
    return value.strip()


def words(value: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in value.split(",") if word.strip())


def number(value: str) -> int:
    if not value.strip().isdecimal():
        raise ValueError("must be a whole number")
    return int(value)


def some(value: str) -> int:
    if number(value) == 0:
        raise ValueError("must be at least 1")
    return number(value)


def port(value: str) -> int:
    if not 0 < number(value) < 65536:
        raise ValueError("must be a port between 1 and 65535")
    return number(value)


def switch(value: str) -> bool:
    known = {"1": True, "yes": True, "true": True, "on": True, "0": False, "no": False, "false": False, "off": False}
    if value.strip().lower() not in known:
        raise ValueError("must be yes or no")
    return known[value.strip().lower()]


def security(value: str) -> str:
    if value.strip().lower() not in SECURITIES:
        raise ValueError("must be tls, starttls or plain")
    return value.strip().lower()


def secrets(value: str) -> tuple[str, ...]:
    found = words(value)
    if not found or any(len(secret) < 32 for secret in found):
        raise ValueError("must hold one or more secrets of at least 32 characters, separated by commas")
    return found


def base_url(value: str) -> str:
    parts = urlsplit(value.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an address such as https://mail.example.com")
    return f"{parts.scheme}://{parts.netloc}"


def url(*schemes: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value and urlsplit(value).scheme not in schemes:
            raise ValueError("must begin with " + " or ".join(f"{scheme}:" for scheme in schemes))
        return value.strip()

    return check


def file(value: str) -> str:
    if value.strip() and not Path(value.strip()).is_file():
        raise ValueError(f"names a file that is not there: {value.strip()}")
    return value.strip()


def oauth_file(value: str) -> str:
    path = file(value)
    if path:
        providers.parse(Path(path).read_text(encoding="utf-8"))
    return path


def address_part(value: str) -> str:
    """A part of a web address, such as `desk/admin`."""
    part = value.strip().strip("/")
    if not re.fullmatch(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*", part):
        raise ValueError("must be letters, digits, - and _, such as admin")
    return part


def vapid_key(value: str) -> str:
    key = value.strip()
    try:
        octets = urlsafe_b64decode(key + "=" * (-len(key) % 4))
    except ValueError:
        octets = b"?"
    if octets and len(octets) != 32:
        raise ValueError("must be 32 octets as base64url, which has 43 characters")
    return key


def time_zone(value: str) -> str:
    try:
        return ZoneInfo(value.strip()).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:  # OSError: it names a directory, such as Europe
        raise ValueError("must be a time zone such as Europe/Berlin") from fault


def token(value: str) -> str:
    if value.strip() and len(value.strip()) < 32:
        raise ValueError("must have at least 32 characters")
    return value.strip()


def log_format(value: str) -> str:
    if value.strip().lower() not in LOG_FORMATS:
        raise ValueError("must be plain or json")
    return value.strip().lower()


def log_level(value: str) -> str:
    if value.strip().upper() not in LOG_LEVELS:
        raise ValueError("must be DEBUG, INFO, WARNING or ERROR")
    return value.strip().upper()
