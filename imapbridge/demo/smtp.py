"""The demo's submission server (aiosmtpd): mail to the demo's people arrives in their inbox.

Mail to other reserved names (RFC 2606) is taken and goes nowhere, so that the people of the seed can be answered;
mail to anybody real is refused.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from email.utils import format_datetime

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from imapbridge.demo.mailer import append, signed_in
from imapbridge.demo.people import PASSWORD, PEOPLE

log = logging.getLogger(__name__)
LARGEST = 50_000_000
# aiosmtpd tells every line of every client.
logging.getLogger("mail.log").setLevel(logging.WARNING)
RESERVED = ("example.com", "example.net", "example.org", ".example", ".test")


class Handler:
    """aiosmtpd calls these while a client talks to it."""

    def __init__(self, imap_port: int) -> None:
        self._imap_port = imap_port

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not _domain(address).endswith(RESERVED):
            return "550 5.7.1 The demo sends no mail to the world"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        raw = _received(bytes(envelope.original_content or b""), envelope)
        for address in {address.lower() for address in envelope.rcpt_tos} & set(PEOPLE):
            await asyncio.to_thread(self._deliver, address, raw)
        return "250 2.0.0 Delivered"

    def _deliver(self, address: str, raw: bytes) -> None:
        with signed_in(self._imap_port, address) as client:
            append(client, "INBOX", raw, datetime.now().astimezone())
        log.info("delivered %d bytes to %s", len(raw), address)


def protocol(imap_port: int) -> SMTP:
    """One client's conversation."""
    return SMTP(
        Handler(imap_port), hostname="demo.example.com", data_size_limit=LARGEST, enable_SMTPUTF8=True,
        authenticator=_authenticate, auth_require_tls=False,
    )  # fmt: skip


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
    known = isinstance(data, LoginPassword) and data.login.decode("utf-8", "replace").lower() in PEOPLE
    right = known and isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
    return AuthResult(success=right, handled=False)


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower().rstrip(">")


def _received(raw: bytes, envelope: Envelope) -> bytes:
    now = format_datetime(datetime.now().astimezone())
    head = f"Return-Path: <{envelope.mail_from or ''}>\r\nReceived: by demo.example.com with ESMTP; {now}\r\n"
    return head.encode("utf-8", "replace") + raw
