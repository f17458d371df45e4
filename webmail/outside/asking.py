"""One request by HTTP to a place that was checked, and its answer: in time, and no longer than it may be.

Follows nothing, keeps nothing, and sends no cookie, no referrer and no name of a person but what it is given.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from webmail.outside.connections import Pinned, within
from webmail.outside.places import NotAllowed, Place

AGENT = "Mozilla/5.0 (compatible; Whimbrel)"
"""The same for everybody."""
_PIECE = 64 * 1024


class NotFetched(Exception):
    """There is no answer to be had: not allowed, not reached, too slow, too long, or no success."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`headers` by their names in lower case; `body` is empty when it was not read."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def ask(
    where: Place,
    method: str,
    *,
    body: bytes = b"",
    headers: Mapping[str, str],
    end: float,
    most: int,
    is_read: Callable[[int], bool] = lambda _status: True,
) -> Answer:
    """`end`: in `time.monotonic`. `most`: octets of the body, 0: none is read; `is_read`: of which status it is.

    Raises NotFetched.
    """
    connection = Pinned(where)
    # Identity: what is compressed could be a thousand times as long as it looks.
    sent = {"User-Agent": AGENT, "Accept-Encoding": "identity", "Connection": "close", **headers}
    try:
        connection.connect()
        with within(max(0.1, end - time.monotonic()), connection):
            connection.request(method, where.target, body or None, sent)
            response = connection.getresponse()
            found = _body(response, most) if is_read(response.status) else b""
            told = {name.lower(): value for name, value in response.getheaders()}
        if time.monotonic() >= end:  # cut off: without a length that looks like an end
            raise NotFetched("too slow")
        return Answer(response.status, told, found)
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
