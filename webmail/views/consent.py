"""Who let remote images be loaded, and which: words that this server signed, so that no address of a stranger's making
is ever asked for.

Consent is by message and person and lasts until the next day ends, so that an address made of it stays the same for a
day and browsers may keep what it leads to. An image's own address is signed for the same person and the same days.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import quote

from django.core.signing import BadSignature, Signer

DAY = 86_400
LONGEST = 4000
"""Characters of an image's address; one that is longer would not pass every proxy."""
_MESSAGES = Signer(salt="webmail.images.message")
_IMAGES = Signer(salt="webmail.images.image")


def consent(user: int, message: int) -> str:
    """What lets this person see this message's remote images, today and tomorrow."""
    day = _today()
    return f"{day}.{_MESSAGES.signature(f'{user}.{message}.{day}')}"


def checked(word: str, user: int, message: int) -> str:
    """The consent, when we gave it to this person for this message, today or yesterday; else none."""
    day, _, signature = word.partition(".")
    return word if _is_recent(day) and _is_signed(_MESSAGES, f"{user}.{message}.{day}", signature) else ""


def day(word: str) -> int:
    """The day of a consent that was checked; 0 for none."""
    return int(word.partition(".")[0] or 0)


def image_address(user: int, on: int) -> Callable[[str], str | None]:
    """Where this person gets remote images from; None for an address that is too long."""

    def address(url: str) -> str | None:
        if len(url) > LONGEST:
            return None
        return f"/proxy/{on}.{_IMAGES.signature(f'{user}.{on}.{url}')}?url={quote(url, safe='')}"

    return address


def is_for(seal: str, user: int, url: str) -> bool:
    """Whether we gave this person that image's address, today or yesterday."""
    day, _, signature = seal.partition(".")
    return _is_signed(_IMAGES, f"{user}.{day}.{url}", signature) and _is_recent(day)


def _is_signed(signer: Signer, words: str, signature: str) -> bool:
    try:
        signer.unsign(f"{words}:{signature}")
    except BadSignature:
        return False
    return True


def _is_recent(day: str) -> bool:
    return day.isdecimal() and 0 <= _today() - int(day[:9]) <= 1


def _today() -> int:
    return int(time.time()) // DAY
