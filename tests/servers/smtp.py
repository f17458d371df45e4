"""A submission server in a thread of the tests' own process (aiosmtpd): takes mail, or refuses it as a test asks."""

import asyncio
import base64
import shutil
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default as policy
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers.certificates import CertificateAuthority
from tests.servers.process import free_ports, private_directory

NOBODY = "<>"
"""As aiosmtpd has it."""


@dataclass(frozen=True)
class Received:
    """One accepted message, with the envelope and who had signed in."""

    sender: str
    recipients: list[str]
    raw: bytes
    login: str

    @property
    def message(self) -> EmailMessage:
        return BytesParser(policy=policy).parsebytes(self.raw)


@dataclass
class Refusals:
    """The next answers: a reply such as `550 5.1.1 No such user` by recipient, for any message, or for any sign-in."""

    recipients: dict[str, str] = field(default_factory=dict)
    data: str = ""
    login: str = ""
    sender: str = ""
    nobody: dict[str, str] = field(default_factory=dict)
    """By command, `MAIL` or `RCPT`, for what comes from nobody."""
    delay: float = 0.0
    dies: str = ""
    """Once: `greeting`, `data` (told to go on, it goes away) or `reply` (it has taken the message and goes away)."""
    holds: dict[str, str] = field(default_factory=dict)
    """By recipient where it falls silent until the entry is taken out: `envelope`, `data` or `reply`."""
    lacks: frozenset[str] = frozenset()
    """Extensions that are not offered, such as `SMTPUTF8`."""

    def is_to_die(self, at: str) -> bool:
        dies = self.dies == at
        self.dies = "" if dies else self.dies
        return dies


class SmtpServer:
    """Speaks STARTTLS (and TLS from the start on `tls_port`); asks for a login, and lets anybody with a password in."""

    host = "localhost"

    def __init__(self) -> None:
        self.directory = private_directory("smtp")
        self.authority = CertificateAuthority(self.directory)
        self.context = self.authority.issue().server_context()
        self.received: list[Received] = []
        self.seen: list[str] = []
        """The commands of the envelopes, as they came."""
        self.tokens: dict[str, str] = {}
        """Good access tokens, and whose they are."""
        self.signed_in: list[str] = []
        """Who was let in by one of them."""
        self.held: list[str] = []
        """Recipients whose messages stand where `Refusals.holds` has them."""
        self.refusals = Refusals()
        self.port, self.tls_port = free_ports(2)
        self._controllers: list[Controller] = []

    def start(self) -> None:
        starttls = {"tls_context": self.context, "require_starttls": True, "auth_require_tls": True}
        # Inside TLS from the start aiosmtpd does not know that the connection is safe.
        implicit = {"auth_require_tls": False}
        self._controllers = [
            self._controller(self.port, None, starttls),
            self._controller(self.tls_port, self.context, implicit),
        ]
        for controller in self._controllers:
            controller.start()

    def stop(self) -> None:
        for controller in self._controllers:
            controller.stop()
        self._controllers = []

    def close(self) -> None:
        """Stop, and remove the directory."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def clear(self) -> None:
        """Forget what was received and what is to be refused."""
        self.received.clear()
        self.seen.clear()
        self.signed_in.clear()
        self.held.clear()
        self.tokens = {}
        self.refusals = Refusals()

    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.seen.append(f"EHLO {hostname}")
        offered = [*responses[:-1], "250-PIPELINING", "250-DSN", responses[-1]]
        return [line for line in offered if line[4:].split()[0].upper() not in self.refusals.lacks]

    async def handle_MAIL(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.seen.append(" ".join(["MAIL", address, *options]))
        if self.refusals.sender:
            return self.refusals.sender
        if address == NOBODY and "MAIL" in self.refusals.nobody:
            return self.refusals.nobody["MAIL"]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.seen.append(" ".join(["RCPT", address, *options]))
        await self.hold([address], "envelope")
        if refusal := self.refusals.recipients.get(address):
            return refusal
        if envelope.mail_from == NOBODY and "RCPT" in self.refusals.nobody:
            return self.refusals.nobody["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self.refusals.delay)
        if self.refusals.data:
            return self.refusals.data
        login = str(session.auth_data or "")
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        sender = (envelope.mail_from or "").removeprefix(NOBODY)
        self.received.append(Received(sender, list(envelope.rcpt_tos), content, login))
        await self.hold(envelope.rcpt_tos, "reply")
        if self.refusals.is_to_die("reply"):
            server.transport.abort()
        return "250 2.0.0 Taken"

    async def hold(self, recipients: Sequence[str], at: str) -> bool:
        """Fall silent there, where that is wanted for one of them. Returns whether it was."""
        wanted = [one for one in recipients if self.refusals.holds.get(one) == at]
        self.held.extend(wanted)
        while any(self.refusals.holds.get(one) == at for one in wanted):
            await asyncio.sleep(0.02)
        return bool(wanted)

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object
    ) -> AuthResult:
        if self.refusals.login or not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False, message=self.refusals.login or "535 5.7.8 Login failed")
        return AuthResult(success=True, auth_data=data.login.decode())

    def _controller(self, port: int, context: ssl.SSLContext | None, options: dict[str, Any]) -> Controller:
        return _Controller(
            self,
            hostname="127.0.0.1",
            port=port,
            ssl_context=context,
            authenticator=self.authenticate,
            auth_required=True,
            enable_SMTPUTF8=True,
            data_size_limit=64 << 20,
            **options,
        )


class _Conversation(SMTP):
    """Goes away where a test wants it, and takes what is said of notices (RFC 3461), which aiosmtpd does not know."""

    async def smtp_DATA(self, arg: str) -> None:
        if self.event_handler.refusals.is_to_die("data"):
            await self.push("354 Go on")
            self.transport.abort()
            return
        if any(self.event_handler.refusals.holds.get(one) == "data" for one in self.envelope.rcpt_tos):
            await self.push("354 Go on")  # and nobody reads what comes
            await self.event_handler.hold(self.envelope.rcpt_tos, "data")
            self.transport.abort()
            return
        await super().smtp_DATA(arg)

    async def auth_XOAUTH2(self, _server: SMTP, args: list[str]) -> AuthResult:
        initial = base64.b64decode(args[1]) if len(args) > 1 else await self.challenge_auth("")
        said = bytes(initial if isinstance(initial, bytes) else b"").decode().split("\1")
        who, token = said[0].removeprefix("user="), said[1].removeprefix("auth=Bearer ")
        if self.event_handler.tokens.get(token) == who:
            self.event_handler.signed_in.append(who)
            return AuthResult(success=True, auth_data=who)
        await self.challenge_auth('{"status":"401"}')
        return AuthResult(success=False, handled=False, message="535 5.7.8 Not with that")

    def _getparams(self, params: Sequence[str]) -> Any:
        return super()._getparams(
            [one for one in params if not one.startswith(("RET=", "ENVID=", "NOTIFY=", "ORCPT="))]
        )


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Conversation(self.handler, **self.SMTP_kwargs)
