"""One answer by HTTP from a place that a stranger named.

Redirects are followed by hand, each checked like the first. Sends no cookie, no referrer and no name of a person, keeps
nothing, and takes what comes only as long as it may be.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urljoin

from webmail.outside.connections import Pinned, within
from webmail.outside.places import NotAllowed, Place, place

DEADLINE = 10.0
"""Seconds for all of it, redirects included."""
REDIRECTS = 3
AGENT = "Mozilla/5.0 (compatible; Whimbrel)"
"""The same for everybody."""
_MOVED = (301, 302, 303, 307, 308)
_PIECE = 64 * 1024


class NotFetched(Exception):
    """There is no answer to be had: not allowed, not reached, too slow, too long, or no success."""


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    location: str
    body: bytes


def fetch(url: str, *, accept: str, most: int, ours: Collection[str] = ()) -> bytes:
    """What stands at `url`, at most `most` octets. Raises NotFetched."""
    end = time.monotonic() + DEADLINE
    for _ in range(REDIRECTS + 1):
        answer = _asked(_place(url, ours), "GET", b"", {"Accept": accept}, end, most)
        if answer.status == 200:
            return answer.body
        if answer.status not in _MOVED or not answer.location:
            raise NotFetched(f"status {answer.status}")
        url = urljoin(url, answer.location)
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


def _asked(where: Place, method: str, body: bytes, headers: dict[str, str], end: float, most: int) -> _Answer:
    """One request. With `most` of 0 the body of the answer is not read."""
    connection = Pinned(where)
    # Identity: what is compressed could be a thousand times as long as it looks.
    sent = {"User-Agent": AGENT, "Accept-Encoding": "identity", "Connection": "close", **headers}
    try:
        connection.connect()
        with within(max(0.1, end - time.monotonic()), connection):
            connection.request(method, where.target, body or None, sent)
            response = connection.getresponse()
            location = response.headers.get("Location", "")
            found = _body(response, most) if response.status == 200 else b""
        if time.monotonic() >= end:  # cut off: without a length that looks like an end
            raise NotFetched("too slow")
        return _Answer(response.status, location, found)
    except (NotAllowed, OSError, http.client.HTTPException, ValueError) as fault:
        raise NotFetched(f"{type(fault).__name__}: {fault}") from fault
    finally:
        connection.close()


def _body(response: http.client.HTTPResponse, most: int) -> bytes:
    if response.length is not None and response.length > most > 0:
        raise NotFetched("too long")
    found = bytearray()
    while most and (piece := response.read(_PIECE)):
        found += piece
        if len(found) > most:
            raise NotFetched("too long")
    if most and response.length:  # cut off before its end
        raise NotFetched("not whole")
    return bytes(found)
