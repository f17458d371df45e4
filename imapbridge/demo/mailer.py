"""A plain IMAP client of the demo's own servers, for putting mail in: the standard library's, made quick."""

from __future__ import annotations

import imaplib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from imapbridge.demo.people import PASSWORD


@contextmanager
def signed_in(port: int, address: str) -> Iterator[imaplib.IMAP4]:
    """A connection of this person."""
    client = imaplib.IMAP4("127.0.0.1", port, timeout=30)
    # It sends a literal and the line end after it apart, which would wait for each other 40 ms a message.
    client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.login(address, PASSWORD)
    try:
        yield client
    finally:
        client.logout()


def append(client: imaplib.IMAP4, mailbox: str, raw: bytes, date: datetime, flags: tuple[str, ...] = ()) -> None:
    """Store one message. Raises imaplib.IMAP4.error when the server does not want it."""
    status, answer = client.append(f'"{mailbox}"', f"({' '.join(flags)})", imaplib.Time2Internaldate(date), raw)
    if status != "OK":
        raise imaplib.IMAP4.error(answer)
