"""One answer by HTTP from a place that a stranger named.

Redirects are followed by hand, each checked like the first. Sends no cookie, no referrer and no name of a person, keeps
nothing, and takes what comes only as long as it may be.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from urllib.parse import urljoin

from webmail.outside.asking import AGENT, Answer, NotFetched, ask
from webmail.outside.places import NotAllowed, Place, place

__all__ = ["AGENT", "NotFetched", "fetch", "post"]

DEADLINE = 10.0
"""Seconds for all of it, redirects included."""
REDIRECTS = 3
_MOVED = (301, 302, 303, 307, 308)


def fetch(url: str, *, accept: str, most: int, ours: Collection[str] = ()) -> bytes:
    """What stands at `url`, at most `most` octets. Raises NotFetched."""
    end = time.monotonic() + DEADLINE
    for _ in range(REDIRECTS + 1):
        answer = _asked(_place(url, ours), "GET", b"", {"Accept": accept}, end, most)
        if answer.status == 200:
            return answer.body
        location = answer.headers.get("location", "")
        if answer.status not in _MOVED or not location:
            raise NotFetched(f"status {answer.status}")
        url = urljoin(url, location)
    raise NotFetched("too many redirects")


def post(url: str, body: bytes, media_type: str, *, ours: Collection[str] = ()) -> int:
    """The status that a form sent there by https is answered with. Follows nothing. Raises NotFetched."""
    found = _place(url, ours, ("https",))
    return _asked(found, "POST", body, {"Content-Type": media_type}, time.monotonic() + DEADLINE, 0).status


def _place(url: str, ours: Collection[str], schemes: Collection[str] = ("https", "http")) -> Place:
    try:
        return place(url, schemes=schemes, ours=ours)
    except NotAllowed as fault:
        raise NotFetched(str(fault)) from fault


def _asked(where: Place, method: str, body: bytes, headers: dict[str, str], end: float, most: int) -> Answer:
    """One request. With `most` of 0 the body of the answer is not read."""
    return ask(where, method, body=body, headers=headers, end=end, most=most, is_read=lambda status: status == 200)
