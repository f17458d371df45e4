"""One request to a push service (RFC 8030 section 5). Follows nothing, believes nothing but the status.

Blocking, for a worker. Connects to the address that was checked, and to no other; never logs what it sends.
"""

from __future__ import annotations

from dataclasses import dataclass

from webmail.outside.connections import Pinned, within
from webmail.outside.places import Place

DEADLINE = 10.0
"""Seconds for all of it."""
KEPT_FOR = 3600
"""Seconds that the service keeps the message for a browser that is away. Later it is no news."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service said."""

    status: int
    retry_after: int
    """Seconds, 0 when it does not say."""

    @property
    def is_taken(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """The browser is not subscribed any more (RFC 8030 section 7.3)."""
        return self.status in {404, 410}

    @property
    def is_for_later(self) -> bool:
        return self.status == 429 or self.status >= 500


def send(service: Place, authorization: str, body: bytes) -> Answer:
    """Hand the sealed message over. Raises OSError (TLS among it), http.client.HTTPException, or NotAllowed."""
    connection = Pinned(service)
    headers = {
        "Authorization": authorization, "Content-Encoding": "aes128gcm", "Content-Type": "application/octet-stream",
        "TTL": str(KEPT_FOR), "Urgency": "normal",
    }  # fmt: skip
    try:
        connection.connect()
        with within(DEADLINE, connection):
            connection.request("POST", service.target, body, headers)
            response = connection.getresponse()
            waits = response.headers.get("Retry-After", "")
            return Answer(response.status, int(waits) if waits.isdecimal() and len(waits) < 7 else 0)
    finally:
        connection.close()
