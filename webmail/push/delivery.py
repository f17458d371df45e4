"""One request to a push service (RFC 8030 section 5). Follows nothing, believes nothing but the status.

Blocking, for a worker. Connects to the address that was checked, and to no other; never logs what it sends.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Timer

from django.conf import settings

from webmail.push.destinations import Service

CONNECT = 5.0
DEADLINE = 10.0
"""Seconds for all of it: a service that answers a letter at a time holds no worker."""
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


def send(service: Service, authorization: str, body: bytes) -> Answer:
    """Hand the sealed message over. Raises OSError (TLS among it), http.client.HTTPException, or NotAllowed."""
    connection = _Checked(service)
    headers = {
        "Authorization": authorization, "Content-Encoding": "aes128gcm", "Content-Type": "application/octet-stream",
        "TTL": str(KEPT_FOR), "Urgency": "normal",
    }  # fmt: skip
    try:
        connection.connect()
        with _within_time(connection):
            connection.request("POST", service.target, body, headers)
            response = connection.getresponse()
            waits = response.headers.get("Retry-After", "")
            return Answer(response.status, int(waits) if waits.isdecimal() and len(waits) < 7 else 0)
    finally:
        connection.close()


class _Checked(http.client.HTTPSConnection):
    """Speaks to one address under the name it was found by."""

    def __init__(self, service: Service) -> None:
        self._service = service
        super().__init__(service.host, service.port, timeout=CONNECT)

    def connect(self) -> None:
        address = self._service.address()
        raw = socket.create_connection((address, self._service.port), CONNECT)
        try:
            self.sock = _trust(self._service).wrap_socket(raw, server_hostname=self._service.host)
        except BaseException:
            raw.close()
            raise


def _trust(service: Service) -> ssl.SSLContext:
    """The system's authorities; for the operator's own services also the operator's."""
    context = ssl.create_default_context()
    if service.is_ours and settings.ENV.tls_ca_file:
        context.load_verify_locations(settings.ENV.tls_ca_file)
    return context


@contextmanager
def _within_time(connection: _Checked) -> Iterator[None]:
    sock = connection.sock
    end = Timer(DEADLINE, lambda: sock.shutdown(socket.SHUT_RDWR))
    end.daemon = True
    end.start()
    try:
        yield
    finally:
        end.cancel()
