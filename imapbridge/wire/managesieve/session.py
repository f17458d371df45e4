"""One ManageSieve session: every command once, as a generator that a driver runs.

    await connection.run(connection.session.put("mine", b"keep;"), timeout=20)

A command yields what to send and is sent one line or reply at a time. Never touches a socket; a password or token is
never in a log, a repr or an exception.
"""

from __future__ import annotations

import base64
from collections.abc import Generator
from typing import TypeVar

from imapbridge.errors import CommandFailed, ConnectionClosed, ProtocolError, TlsFailed, Unsafe
from imapbridge.wire.auth import Security
from imapbridge.wire.managesieve.commands import Command, script_name, written
from imapbridge.wire.managesieve.replies import Line, Reply, Script, parse, text_of
from imapbridge.wire.state import Step, Upgrade
from imapbridge.wire.stream import Limits, ResponseStream

T = TypeVar("T")
SieveExchange = Generator[Step, Line | Reply, T]

LIMITS = Limits(line=64 * 1024, literal=1024 * 1024, responses=2000, octets=4 * 1024 * 1024)
"""No list of scripts and no script needs more."""


class SieveSession:
    """State of one connection and the commands it takes. Its public attributes are for reading."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.capabilities: dict[str, str] = {}
        """As the server names them, by the name in upper case; empty before the greeting."""
        self.is_authenticated = False
        self.is_leaving = False
        self._stream = ResponseStream(limits or LIMITS)

    # --- bytes in -----------------------------------------------------------------------------------------------------

    def feed(self, data: bytes) -> None:
        """Octets from the server, cut anywhere."""
        self._stream.feed(data)

    def next_response(self) -> Line | Reply | None:
        """The next one, or None until more is fed."""
        raw = self._stream.next()
        return parse(raw) if raw else None

    @property
    def is_drained(self) -> bool:
        """No byte of the server is left unread."""
        return self._stream.is_empty

    def take_rest(self) -> bytes:
        """There is no layer that begins behind a reply but TLS, before which nothing may be left."""
        return self._stream.take_rest()

    # --- from the greeting to being signed in -------------------------------------------------------------------------

    def open(self, security: Security) -> SieveExchange[None]:
        """Read the greeting, and start TLS when that is asked for: what was said before it is forgotten."""
        yield from self._learn(Command(""))
        if security != "starttls":
            return
        if "STARTTLS" not in self.capabilities:
            raise TlsFailed("the server does not start TLS")
        _, reply = yield from self._ask(Command("STARTTLS"))
        if reply.status != "OK":
            raise TlsFailed("the server does not start TLS")
        yield Upgrade.TLS
        self.capabilities = {}
        yield from self._learn(Command(""))  # RFC 5804 2.2: it tells them again by itself

    def login(self, username: str, password: str) -> SieveExchange[None]:
        """PLAIN (RFC 4616). CommandFailed when it is refused, or not offered."""
        if "\0" in username + password:
            raise Unsafe("a name or password may not hold NUL")
        if "PLAIN" not in self._mechanisms:
            raise CommandFailed("NO", "ENCRYPT-NEEDED", "the server takes no password here", "AUTHENTICATE")
        yield from self._authenticate("PLAIN", f"\0{username}\0{password}", password)

    def authenticate_oauth(self, username: str, token: str, host: str = "", port: int = 0) -> SieveExchange[None]:
        """OAUTHBEARER (RFC 7628), else XOAUTH2, with an access token."""
        if any(char in username + token for char in "\0\1\r\n"):
            raise Unsafe("a name or token may not hold control characters")
        if "OAUTHBEARER" in self._mechanisms:
            name = username.replace("=", "=3D").replace(",", "=2C")
            where = f"\1host={host}\1port={port}" if host else ""
            yield from self._authenticate("OAUTHBEARER", f"n,a={name},{where}\1auth=Bearer {token}\1\1", token)
        elif "XOAUTH2" in self._mechanisms:
            yield from self._authenticate("XOAUTH2", f"user={username}\1auth=Bearer {token}\1\1", token)
        else:
            raise CommandFailed("NO", "AUTH-TOO-WEAK", "the server takes no token here", "AUTHENTICATE")

    @property
    def _mechanisms(self) -> list[str]:
        return self.capabilities.get("SASL", "").upper().split()

    def _authenticate(self, mechanism: str, initial: str, secret: str) -> SieveExchange[None]:
        self._stream.begin_command()
        encoded = base64.b64encode(initial.encode("utf-8", "replace"))
        data = Command("AUTHENTICATE", (mechanism, encoded)).octets
        while not isinstance(answer := (yield data), Reply):
            # A challenge: after our only word it holds the reason of the refusal, and wants an empty answer.
            data = written(b"AQ==" if mechanism == "OAUTHBEARER" else b"*") + b"\r\n"
        if answer.status == "BYE":
            raise ConnectionClosed(f"the server said goodbye: {answer.text.replace(secret, '...')}")
        if answer.status != "OK":
            text = answer.text.replace(secret, "...") if secret else answer.text
            raise CommandFailed(answer.status, answer.code, text, "AUTHENTICATE")
        self.is_authenticated = True
        yield from self._learn(Command("CAPABILITY"))  # it may offer more, or other things, to who is signed in

    # --- scripts ------------------------------------------------------------------------------------------------------

    def scripts(self) -> SieveExchange[list[Script]]:
        lines = yield from self._run(Command("LISTSCRIPTS"))
        return [
            Script(line.words[0].decode("utf-8", "replace"), "ACTIVE" in line.words[1:])
            for line in lines
            if line.words and isinstance(line.words[0], bytes)
        ]

    def get(self, name: str) -> SieveExchange[bytes]:
        lines = yield from self._run(Command("GETSCRIPT", (script_name(name),)))
        texts = [word for line in lines for word in line.words if isinstance(word, bytes)]
        if len(texts) != 1:
            raise ProtocolError("the server answers with no script")
        return texts[0]

    def put(self, name: str, text: bytes) -> SieveExchange[str]:
        """Keep it under this name, in the place of what has it. Returns the server's warnings, or nothing."""
        return (yield from self._warned(Command("PUTSCRIPT", (script_name(name), text))))

    def check(self, text: bytes) -> SieveExchange[str]:
        """Whether the server would take it. Returns its warnings, or nothing."""
        return (yield from self._warned(Command("CHECKSCRIPT", (text,))))

    def activate(self, name: str) -> SieveExchange[None]:
        """This one and no other; none for an empty name."""
        yield from self._run(Command("SETACTIVE", (script_name(name) if name else "",)))

    def delete(self, name: str) -> SieveExchange[None]:
        yield from self._run(Command("DELETESCRIPT", (script_name(name),)))

    def rename(self, name: str, new: str) -> SieveExchange[None]:
        yield from self._run(Command("RENAMESCRIPT", (script_name(name), script_name(new))))

    def have_space(self, name: str, size: int) -> SieveExchange[None]:
        """CommandFailed with a code of QUOTA where a script of so many octets has no place."""
        yield from self._run(Command("HAVESPACE", (script_name(name), size)))

    def noop(self) -> SieveExchange[None]:
        yield from self._run(Command("NOOP"))

    def logout(self) -> SieveExchange[None]:
        """Say goodbye; the driver closes the connection behind it."""
        self.is_leaving = True
        try:
            yield from self._ask(Command("LOGOUT"))
        except ConnectionClosed:
            return

    # --- the exchange -------------------------------------------------------------------------------------------------

    def _ask(self, command: Command) -> SieveExchange[tuple[list[Line], Reply]]:
        """What comes until the reply; without a name, it is only waited for."""
        self._stream.begin_command()
        lines: list[Line] = []
        data = command.octets if command.name else b""
        while not isinstance(answer := (yield data), Reply):
            lines.append(answer)
            data = b""
        if answer.status == "BYE" and not self.is_leaving:
            raise ConnectionClosed(f"the server said goodbye: {answer.text}")
        return lines, answer

    def _run(self, command: Command) -> SieveExchange[list[Line]]:
        """CommandFailed on NO."""
        lines, reply = yield from self._ask(command)
        _check(command, reply)
        return lines

    def _warned(self, command: Command) -> SieveExchange[str]:
        _, reply = yield from self._ask(command)
        _check(command, reply)
        return reply.text if reply.code == "WARNINGS" else ""

    def _learn(self, command: Command) -> SieveExchange[None]:
        lines = yield from self._run(command)
        self.capabilities = {
            line.words[0].decode("latin-1").upper(): text_of(line.words[1])
            if len(line.words) > 1 and isinstance(line.words[1], bytes)
            else ""
            for line in lines
            if line.words and isinstance(line.words[0], bytes)
        }


def _check(command: Command, reply: Reply) -> None:
    if reply.status != "OK":
        raise CommandFailed(reply.status, reply.code, reply.text, command.name)
