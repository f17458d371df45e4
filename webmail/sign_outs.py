"""The end of a session reaches its open pages: their sockets are told, and close. Reads sessions, changes none."""

from __future__ import annotations

import hashlib
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from imapbridge import events

ENDED = "session.ended"


def group(session_key: str) -> str:
    """The channel group of a session's tabs. A digest: who can listen in Redis shall not be able to take it over."""
    return f"session.{hashlib.sha256(session_key.encode()).hexdigest()}"


def is_signed_in(session_key: str, user_id: int) -> bool:
    """Whether the session is still this person's, who may still sign in."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    return bool(get_user(request).pk == user_id)


def tell_tabs(sender: object, request: HttpRequest, **_kwargs: Any) -> None:
    """Receives `user_logged_out`."""
    if key := request.session.session_key:
        events.tell(group(key), {"type": ENDED})


def tell_tabs_of_session(sender: object, digest: str, **_kwargs: Any) -> None:
    """Receives `accounts.signals.session_ended`. The digest is `group`'s."""
    events.tell(f"session.{digest}", {"type": ENDED})


def tell_tabs_of(sender: object, account_ids: list[int], **_kwargs: Any) -> None:
    """Receives `accounts.signals.passwords_forgotten`: the people of these accounts are signed in nowhere."""
    for account_id in account_ids:
        events.tell(events.group(account_id), {"type": ENDED})
