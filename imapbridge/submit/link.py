"""One conversation with a submission server (RFC 6409): greeting, TLS, signing in, and handing over one message.

The commands are the standard library's, driven one by one, so that it is known at which of them it broke. A message
goes by in pieces. Never decides what a failure means for the message, and has no password in an error.
"""

from __future__ import annotations

import base64
import smtplib
import ssl
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace

from imapbridge.errors import CommandFailed, ConnectFailed, ConnectionClosed, ProtocolError, TimedOut, TlsFailed
from imapbridge.submit.client import CONNECT, Client, Watch
from imapbridge.submit.replies import NO_UTF8, TOO_LARGE, Reply, after_others
from imapbridge.submit.values import Letter, Undecided
from imapbridge.wire import sasl
from imapbridge.wire.drivers import Peer, Server, peer_of, tls_error

COMMAND = 300.0
"""Seconds for an answer, and for a piece of the message (RFC 5321 4.5.3.2)."""
LAST = 600.0
"""For the answer to the whole message: who gives up earlier cannot know whether it was taken."""
_INITIAL = 480
"""Octets that may stand with a command, whose line has 512 at least (RFC 5321 4.5.3.1.4); longer ones come after it."""
_PIPELINED = 50
"""Recipients that are named before the first is answered."""


class Link:
    """Make it with `connect`."""

    def __init__(self, server: Server, client: Client) -> None:
        self.server = server
        self._client = client

    @classmethod
    def connect(cls, server: Server, own_name: str, *, watch: Watch | None = None, patience: float = COMMAND) -> Link:
        """A private connection that is greeted. Raises a WireError.

        `watch` is told of each command and each reply's lines; `patience`: seconds for an answer.
        """
        with _translated():
            client = Client(server, own_name, watch, min(patience, CONNECT))
            link = cls(server, client)
            try:
                link._greet()
            except BaseException:
                link.close()
                raise
        client.link.settimeout(patience)
        return link

    @property
    def offers(self) -> dict[str, str]:
        """Extensions in lower case, with what the server says of each."""
        return dict(self._client.esmtp_features)

    @property
    def peer(self) -> Peer | None:
        """Whom TLS found there; None without it."""
        return peer_of(self._client.link)

    @property
    def limit(self) -> int:
        """Octets that it takes of a message (RFC 1870); 0: it does not say."""
        said = self._client.esmtp_features.get("size", "").strip()
        return int(said) if said.isdigit() and len(said) < 16 else 0

    def login(self, username: str, password: str) -> None:
        """Where the server wants nobody to sign in, nobody does. CommandFailed when it is refused."""
        mechanisms = self._client.esmtp_features.get("auth", "").upper().split()
        with _translated():
            if "PLAIN" in mechanisms:
                reply = self._ask("AUTH", "PLAIN " + _encoded(f"\0{username}\0{password}"))
            elif "LOGIN" in mechanisms:
                reply = self._ask("AUTH", "LOGIN " + _encoded(username))
                reply = self._ask(_encoded(password)) if reply.code == 334 else reply
            elif mechanisms:
                raise CommandFailed("NO", "PRIVACYREQUIRED", "the server takes no password here", "AUTH")
            else:
                return
        _check(reply, password)

    def login_by_token(self, username: str, token: str) -> None:
        """The same with an access token (RFC 7628, or XOAUTH2)."""
        mechanisms = self._client.esmtp_features.get("auth", "").upper().split()
        if not mechanisms:
            return
        mechanism = sasl.by_token(mechanisms, username, token, self.server.host, self.server.port)
        if mechanism is None:
            raise CommandFailed("NO", "CANNOT", "the server takes no access token here", "AUTH")
        with _translated():
            fits = len(mechanism.encoded) <= _INITIAL
            reply = self._ask("AUTH", f"{mechanism.name} {mechanism.encoded}" if fits else mechanism.name)
            if reply.code == 334 and not fits:
                reply = self._ask(mechanism.encoded)
            if reply.code == 334:  # why not; it says so once more
                reply = self._ask(base64.b64encode(mechanism.last).decode("ascii"))
        _check(reply, token)

    def hand_over(self, letter: Letter, ending: Callable[[], bool], alive: Callable[[], bool]) -> dict[str, Reply]:
        """The server's last word on each recipient, all of them named.

        `ending` is asked before the last octets are sent, and `alive` now and then before: False ends it, and nothing
        was handed over. WireError: nothing was either. Undecided: all of it was sent, and no answer came.
        """
        if (refusal := self._cannot(letter)) is not None:
            return dict.fromkeys(letter.recipients, refusal)
        with _translated():
            replies = self._envelope(letter)
            if letter.instead and not letter.sender and all(one.is_final for one in replies.values()):
                # Some take only senders of the account's own, and say so at MAIL, or not before RCPT.
                self._ask("RSET")
                replies = self._envelope(replace(letter, sender=letter.instead))
            accepted = [one for one in letter.recipients if replies[one].is_ok]
            if not accepted:
                return replies
            begun = self._ask("DATA")
            if begun.code != 354:
                return replies | dict.fromkeys(accepted, begun)
            for piece in stuffed(letter.pieces()):
                self._client.send(piece)
                if not alive():
                    raise ConnectionClosed("given up")
            if not ending():
                raise ConnectionClosed("given up")
        return replies | dict.fromkeys(accepted, self._end())

    def close(self) -> None:
        """Leave, with a goodbye where that does not take long."""
        with suppress(OSError, smtplib.SMTPException, ValueError):
            self._client.link.settimeout(2)
            self._client.docmd("QUIT")
        self._client.close()

    def abort(self) -> None:
        """Leave at once: what was begun is not handed over."""
        self._client.close()

    # --- the steps ----------------------------------------------------------------------------------------------------

    def _greet(self) -> None:
        self._hello()
        if self.server.security != "starttls":
            return
        if not self._client.has_extn("starttls"):
            raise TlsFailed("the server does not start TLS")
        code, words = self._client.starttls(context=self.server.tls())  # forgets what was said before
        if code != 220:
            raise TlsFailed(Reply.of(code, words).text)
        self._hello()

    def _hello(self) -> None:
        if not 200 <= self._client.ehlo()[0] <= 299 and not 200 <= self._client.helo()[0] <= 299:
            raise ConnectionClosed("the server does not greet us")

    def _cannot(self, letter: Letter) -> Reply | None:
        if letter.utf8 and not self._client.has_extn("smtputf8"):
            return NO_UTF8
        return TOO_LARGE if self.limit and letter.size > self.limit else None

    def _envelope(self, letter: Letter) -> dict[str, Reply]:
        """MAIL and RCPTs, several at once where the server lets us (RFC 2920)."""
        self._client.command_encoding = "utf-8" if letter.utf8 else "ascii"
        rest = [f"RCPT TO:<{one}>{self._asked_of(letter, one)}" for one in letter.recipients]
        commands = [f"MAIL FROM:<{letter.sender}>{self._said_of(letter)}", *rest]
        at_once = _PIPELINED if self._client.has_extn("pipelining") else 1
        replies: list[Reply] = []
        for start in range(0, len(commands), at_once):
            replies += self._ask_all(commands[start : start + at_once])
            if not replies[0].is_ok:
                return dict.fromkeys(letter.recipients, replies[0])
        accepted, found = 0, dict[str, Reply]()
        for one, reply in zip(letter.recipients, replies[1:], strict=True):
            found[one] = after_others(reply, accepted)
            accepted += reply.is_ok
        return found

    def _said_of(self, letter: Letter) -> str:
        has = self._client.has_extn
        said = [f"SIZE={letter.size}"] if has("size") else []
        if has("8bitmime") and (letter.eight_bit or letter.utf8):
            said.append("BODY=8BITMIME")
        said += ["SMTPUTF8"] if letter.utf8 else []
        said += ["RET=HDRS", f"ENVID={_xtext(letter.envelope_id)}"] if has("dsn") and letter.envelope_id else []
        return "".join(f" {one}" for one in said)

    def _asked_of(self, letter: Letter, recipient: str) -> str:
        if not letter.notify or not self._client.has_extn("dsn"):
            return ""
        original = f" ORCPT=rfc822;{_xtext(recipient)}" if recipient.isascii() else ""
        return f" NOTIFY=SUCCESS,FAILURE,DELAY{original}"

    def _end(self) -> Reply:
        """From the first octet of this on the server may have the message."""
        try:
            self._client.send(b".\r\n")
            self._client.link.settimeout(LAST)
            code, words = self._client.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise Undecided(str(error)) from error
        if not 200 <= code <= 599:
            raise Undecided(Reply.of(code, words).text)
        return Reply.of(code, words)

    def _ask(self, command: str, rest: str = "") -> Reply:
        return self._ask_all([f"{command} {rest}".rstrip()])[0]

    def _ask_all(self, commands: Sequence[str]) -> list[Reply]:
        for command in commands:
            self._client.putcmd(command)
        replies = [Reply.of(*self._client.getreply()) for _ in commands]
        if any(reply.code == 421 or reply.code < 200 for reply in replies):
            raise ConnectionClosed(replies[-1].text)
        return replies


def _check(reply: Reply, secret: str) -> None:
    """Whether that let us in. CommandFailed when not."""
    if reply.code not in (235, 503):  # RFC 4954 4: signed in already
        code = "UNAVAILABLE" if 400 <= reply.code < 500 else "AUTHENTICATIONFAILED"
        raise CommandFailed("NO", code, _without(secret, reply.words), "AUTH")


def stuffed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """A message with CRLF line ends as it goes over the wire (RFC 5321 4.5.2), wherever it is cut; without its end."""
    last = b"\r\n"
    for piece in pieces:
        joined = last + piece
        yield joined.replace(b"\r\n.", b"\r\n..")[len(last) :]
        last = joined[-2:]
    if last != b"\r\n":
        yield b"\r\n"


@contextmanager
def _translated() -> Iterator[None]:
    """What went wrong, as a WireError."""
    try:
        yield
    except smtplib.SMTPServerDisconnected as error:
        if isinstance(error.__context__, TimeoutError):
            raise TimedOut("the server did not answer in time") from error
        raise ConnectionClosed(str(error)) from error
    except smtplib.SMTPResponseException as error:  # the greeting
        words = error.smtp_error
        reply = Reply.of(error.smtp_code, words if isinstance(words, bytes) else words.encode())
        raise ConnectionClosed(reply.text) from error
    except smtplib.SMTPException as error:
        raise ProtocolError(str(error)) from error
    except ssl.SSLError as error:
        raise tls_error(error) from error
    except TimeoutError as error:
        raise TimedOut("the server did not answer in time") from error
    except OSError as error:
        raise ConnectFailed(str(error)) from error


def _without(password: str, words: str) -> str:
    """Some servers repeat what they were told."""
    return words.replace(password, "***").replace(_encoded(password), "***") if password else words


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")


def _xtext(text: str) -> str:
    """RFC 3461 4."""
    return "".join(one if "!" <= one <= "~" and one not in "+=" else f"+{ord(one):02X}" for one in text)
