"""One connection to the address that was checked and to no other, under the name it was found by; and a deadline.

Blocking: for a worker, or for a thread that may wait.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer

from django.conf import settings

from webmail.outside.places import PORTS, Place

CONNECT = 5.0
"""Seconds."""


class Pinned(http.client.HTTPConnection):
    """Speaks to one address. `connect` raises NotAllowed, or OSError (TLS among it)."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.default_port = PORTS[place.scheme]
        super().__init__(place.host, place.port, timeout=CONNECT)

    def connect(self) -> None:
        raw = socket.create_connection((self._place.address(), self._place.port), CONNECT)
        if not self._place.is_secret:
            self.sock = raw
            return
        try:
            self.sock = _trust(self._place).wrap_socket(raw, server_hostname=self._place.host)
        except BaseException:
            raw.close()
            raise


def _trust(place: Place) -> ssl.SSLContext:
    """The system's authorities; for the operator's own hosts also the operator's."""
    context = ssl.create_default_context()
    if place.is_ours and settings.ENV.tls_ca_file:
        context.load_verify_locations(settings.ENV.tls_ca_file)
    return context


@contextmanager
def within(seconds: float, connection: http.client.HTTPConnection) -> Iterator[None]:
    """Cut it off after so many seconds: who answers a letter at a time holds no thread."""
    sock = connection.sock
    end = Timer(seconds, lambda: _cut(sock))
    end.daemon = True
    end.start()
    try:
        yield
    finally:
        end.cancel()


def _cut(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it was closed at the same moment
