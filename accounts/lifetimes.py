"""How long a session lasts: so long without its person's doing anything, and so long at all. Reads no database.

The moments stand in the session itself, so that whoever loads one (a page, a socket, the admin) can tell whether it is
over. What a page asks for by itself is no use of it; and use is written down every few minutes, not on each click.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from time import time
from typing import Any

from django.conf import settings
from django.http import HttpRequest

BEGUN, USED, STAYS = "begun", "used", "stays"
"""Seconds since 1970; since 1970, left behind by some minutes; whether only the whole length counts."""
OFTEN = 600
"""Seconds: use is written down no more often than this."""


def begin(sender: object, request: HttpRequest | None, **_kwargs: Any) -> None:
    """Receives `user_logged_in`. Nothing lasts where nobody asked for it."""
    if request is None:
        return
    request.session[BEGUN] = request.session[USED] = int(time())


def is_over(session: Mapping[str, Any]) -> bool:
    """Whether it lasted too long, or nobody used it for too long. One that began nowhere is nobody's."""
    begun = session.get(BEGUN)
    if begun is None:
        return False
    now = time()
    if now - begun > settings.ENV.session_hours * 3600:
        return True
    # The note of its use may be that much older than its use.
    return not session.get(STAYS) and now - session[USED] > settings.ENV.session_idle * 60 + _noted_every()


def is_to_be_noted(session: Mapping[str, Any]) -> bool:
    """Whether it is time to write down that the session is in use."""
    used = session.get(USED)
    return used is not None and time() - used >= _noted_every()


def note(session: MutableMapping[str, Any]) -> None:
    session[USED] = int(time())


def _noted_every() -> float:
    return min(OFTEN, settings.ENV.session_idle * 60 / 5)
