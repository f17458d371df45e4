"""The one way to ask a provider: through the house's door to the web, which lets nothing into our own network.

What a provider's metadata names is asked no other way; only hosts that the operator listed may be inside.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from django.views.decorators.debug import sensitive_variables

from accounts.oauth.errors import ProviderAway
from accounts.providers import Provider

DEADLINE = 8.0
"""Seconds for one answer; a person waits for two of them at most."""


@sensitive_variables()
def ask(
    provider: Provider, url: str, *, form: str = "", headers: Mapping[str, str] | None = None
) -> tuple[int, dict[str, Any], str]:
    """Status, the answer as JSON (empty when it is none) and as text. `form`: what is posted; else it is a GET.

    Raises ProviderAway.
    """
    sent = {"Accept": "application/json", **(headers or {})}
    if form:
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        status, body = import_string(settings.WEB_DOOR)(
            url, body=form.encode(), headers=sent, ours=provider.hosts, seconds=DEADLINE
        )
    except OSError as fault:
        raise ProviderAway(f"{provider.name}: {fault}") from fault
    if status >= 500 or status == 429:
        raise ProviderAway(f"{provider.name}: status {status}")
    text = body.decode("utf-8", "replace")
    return status, _object(text), text


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
