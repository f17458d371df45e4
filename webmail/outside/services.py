"""One request to a service that the operator chose, and its whole answer. By https only; follows nothing.

Where the operator's own settings name it as `settings.WEB_DOOR`, rooms below this one ask through it.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping

from django.views.decorators.debug import sensitive_variables

from webmail.outside.asking import NotFetched, ask
from webmail.outside.places import NotAllowed, place

MOST = 256 * 1024
"""Octets of an answer."""


@sensitive_variables("body", "headers")
def exchange(
    url: str, *, body: bytes, headers: Mapping[str, str], ours: Collection[str], seconds: float
) -> tuple[int, bytes]:
    """Status and body; a POST with a `body`, else a GET. Raises OSError: not allowed or reached, too slow or long."""
    end = time.monotonic() + seconds
    try:
        where = place(url, ours=ours)
        answer = ask(where, "POST" if body else "GET", body=body, headers=headers, end=end, most=MOST)
    except (NotFetched, NotAllowed) as fault:
        raise ConnectionError(str(fault)) from fault
    return answer.status, answer.body
