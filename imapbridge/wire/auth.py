"""From the greeting to a session that is ready: TLS, signing in, ID, ENABLE, COMPRESS; and leaving.

A password or token is never in a log, a repr or an exception.
"""

from __future__ import annotations

import base64
import sys
from typing import Literal

from imapbridge.errors import CommandFailed, ConnectionClosed, ProtocolError, TlsFailed, Unsafe
from imapbridge.wire import sasl
from imapbridge.wire.commands import Command, atom, string
from imapbridge.wire.reading import shared
from imapbridge.wire.responses import Condition, Enabled, Response, ServerId
from imapbridge.wire.state import Exchange, SessionState, Upgrade

Security = Literal["tls", "starttls", "plain"]

_OURS = (("name", "Whimbrel"), ("vendor", "Whimbrel"))


class Authentication(SessionState):
    def open(self, security: Security) -> Exchange[None]:
        """Read the greeting, start TLS when that is asked for, and learn the capabilities.

        ConnectionClosed when the server does not want us, TlsFailed when it does not start TLS.
        """
        greeting = yield b""
        if not isinstance(greeting, Condition) or greeting.tag or greeting.status not in ("OK", "PREAUTH", "BYE"):
            raise ProtocolError("not the greeting of an IMAP server")
        if greeting.status == "PREAUTH" and security == "starttls":
            # It leaves no way to start TLS: somebody in the middle may have put it there.
            raise TlsFailed("the server signs us in before TLS")
        self.greeting = sys.intern(greeting.text)  # thousands of sessions hear the same
        self.is_authenticated = greeting.status == "PREAUTH"
        self._choose_profile()
        self._note(greeting)
        if security == "starttls":
            yield from self._start_tls()
        if not self._knows_capabilities:
            yield from self.capability()

    def _start_tls(self) -> Exchange[None]:
        result = yield from self._try(Command("STARTTLS"))
        if result.status != "OK":
            raise TlsFailed("the server does not start TLS")
        yield Upgrade.TLS
        self._forget()

    def capability(self) -> Exchange[frozenset[str]]:
        yield from self._run(Command("CAPABILITY"))
        return self.capabilities

    # --- signing in ---------------------------------------------------------------------------------------------------

    def login(self, username: str, password: str) -> Exchange[None]:
        """Sign in with PLAIN in one round trip where that is offered, else with LOGIN.

        CommandFailed when it is refused; also, with code PRIVACYREQUIRED and without sending anything, when the server
        allows no password on this connection. Unsafe when a NUL, CR or LF is in either.
        """
        for value in (username, password):
            if any(char in value for char in "\0\r\n"):
                raise Unsafe("a name or password may not hold NUL, CR or LF")
        try:
            if self._prefers_plain():
                yield from self._authenticate("PLAIN", f"\0{username}\0{password}", b"*\r\n")
            else:
                yield from self._login(username, password)
        except CommandFailed as refused:
            raise _without(refused, password) from None

    def _login(self, username: str, password: str) -> Exchange[None]:
        if self.has("LOGINDISABLED"):
            raise CommandFailed("NO", "PRIVACYREQUIRED", "the server takes no password here", "LOGIN")
        self._knows_capabilities = False
        yield from self._run(Command("LOGIN", (string(username), string(password))))
        self._signed_in()

    def authenticate_oauth(self, username: str, token: str, host: str = "", port: int = 0) -> Exchange[None]:
        """Sign in with an OAuth access token: XOAUTH2, or OAUTHBEARER (RFC 7628).

        CommandFailed when it is refused; with code CANNOT, and without sending it, when the server offers neither.
        """
        offered = {name.removeprefix("AUTH=") for name in self.capabilities if name.startswith("AUTH=")}
        mechanism = sasl.by_token(offered, username, token, host, port)
        if mechanism is None:
            raise CommandFailed("NO", "CANNOT", "the server takes no access token here", "AUTHENTICATE")
        try:
            last_word = base64.b64encode(mechanism.last) + b"\r\n"
            yield from self._authenticate(mechanism.name, mechanism.initial.decode(), last_word)
        except CommandFailed as refused:
            raise _without(refused, token) from None

    def _prefers_plain(self) -> bool:
        return self.has("AUTH=PLAIN") and (self.has("SASL-IR") or self.has("LOGINDISABLED"))

    def _authenticate(self, mechanism: str, initial: str, last_word: bytes) -> Exchange[None]:
        """`last_word` answers a further challenge: it holds the reason of the refusal, which the tagged NO repeats."""
        encoded = base64.b64encode(initial.encode("utf-8", "replace")).decode("ascii")
        tag = self._next_tag()
        self._knows_capabilities = False
        if self.has("SASL-IR"):
            command = Command("AUTHENTICATE", (atom(mechanism), atom(encoded)))
            flights = [*command.chunks(tag, ""), last_word]
        else:
            command = Command("AUTHENTICATE", (atom(mechanism),))
            flights = [*command.chunks(tag, ""), f"{encoded}\r\n".encode("ascii"), last_word]
        [result] = yield from self._converse(flights, [tag])
        if result.status != "OK":
            raise CommandFailed(result.status, result.code, result.text, "AUTHENTICATE")
        self._signed_in()

    def _signed_in(self) -> None:
        self.is_authenticated = True
        self.selected = None

    # --- getting ready ------------------------------------------------------------------------------------------------

    def prepare(self) -> Exchange[None]:
        """After signing in: capabilities again (before it some servers tell only half), ID and ENABLE at once."""
        if not self._knows_capabilities:
            yield from self.capability()
        asked = [command for command in (self._id_command(), self._enable_command()) if command]
        yield from self._try_all(asked, self._take_preparation)
        self._confirm()

    def identify(self) -> Exchange[dict[str, str]]:
        """Tell who we are (RFC 2971) and hear who the server is; empty where ID is not offered."""
        if command := self._id_command():
            yield from self._try(command, self._take_preparation)
        return self.server_id

    def enable(self) -> Exchange[frozenset[str]]:
        """ENABLE what the profile allows of QRESYNC, CONDSTORE and UTF8=ACCEPT; what the server confirms counts."""
        if command := self._enable_command():
            yield from self._try(command, self._take_preparation)
            self._confirm()
        return self.enabled

    def _id_command(self) -> Command | None:
        if not (self.has("ID") or self.profile.needs_id):
            return None
        return Command("ID", (tuple(string(word) for pair in _OURS for word in pair),))

    def _enable_command(self) -> Command | None:
        names = [name for name in self._enable_names() if name in self.capabilities - self.profile.denied]
        if not names or not self.has("ENABLE"):
            return None
        return Command("ENABLE", tuple(map(atom, names)))

    def _enable_names(self) -> tuple[str, ...]:
        names = ("QRESYNC",) if "QRESYNC" in self.capabilities - self.profile.denied else ("CONDSTORE",)
        return (*names, "UTF8=ACCEPT") if self.profile.enable_utf8 else names

    def _take_preparation(self, response: Response) -> bool:
        if isinstance(response, ServerId):
            self.server_id = response.fields
            self._choose_profile()
        elif isinstance(response, Enabled):
            also = ("CONDSTORE",) if "QRESYNC" in response.names else ()  # RFC 7162 3.2.3
            self.enabled = shared(self.enabled.union(response.names, also))
        else:
            return False
        return True

    def _confirm(self) -> None:
        """What was asked for and not confirmed is treated as not offered: iCloud names it and does not do it."""
        if self.has("ENABLE"):
            self._unconfirmed = shared(frozenset({"QRESYNC", "CONDSTORE"} & self.capabilities) - self.enabled)

    def compress(self) -> Exchange[bool]:
        """COMPRESS=DEFLATE (RFC 4978) where it is offered; whether it is on."""
        if not self.has("COMPRESS=DEFLATE"):
            return False
        result = yield from self._try(Command("COMPRESS", (atom("DEFLATE"),)))
        if result.status == "OK":
            yield Upgrade.DEFLATE
        return result.status == "OK"

    # --- small ones ---------------------------------------------------------------------------------------------------

    def noop(self) -> Exchange[None]:
        """Keep the connection and hear what is new: see `take_events`."""
        yield from self._run(Command("NOOP"))

    def logout(self) -> Exchange[None]:
        """Say goodbye; the driver closes the connection behind it. Many servers close it without an answer."""
        self.is_leaving = True
        self.selected = None
        try:
            yield from self._try(Command("LOGOUT"))
        except ConnectionClosed:
            return


def _without(refused: CommandFailed, secret: str) -> CommandFailed:
    """The same refusal; some servers repeat the command they did not like."""
    text = refused.text.replace(secret, "...") if secret else refused.text
    return CommandFailed(refused.status, refused.code, text, refused.command)
