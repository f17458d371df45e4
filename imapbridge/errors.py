"""Every way that talking to a mail server can fail.

What the wire saw (never leaves imapbridge; translated once, in `pool`):

    WireError
     ├── ConnectFailed          no address, refused, unreachable
     ├── TlsFailed              certificate or handshake; STARTTLS not offered
     ├── ConnectionClosed       EOF, reset or BYE in the middle
     ├── TimedOut               the deadline passed
     ├── ProtocolError          bytes that are not IMAP, or over a hard limit
     ├── Unsafe                 text of ours that no IMAP string may hold (NUL, CR, LF)
     └── CommandFailed          a tagged NO or BAD, with its response code (RFC 9051 7.1)

What the rest of the house sees. A view knows the three kinds only:

    MailError
     ├── TryAgain               the server or the network, not the person
     │    ├── ServerUnreachable
     │    │    └── NotPrivate   there, and offers no encryption: only of submission
     │    ├── ServerTimedOut
     │    ├── ServerBusy        too many connections, INUSE, LIMIT, UNAVAILABLE
     │    ├── ProviderAway      not the mail server: who makes the tokens to sign in with (OAuth)
     │    └── BridgeDown        not the mail server: our own bridge does not answer
     │         └── Elsewhere    or has the account no more: ask the bridge that has it
     ├── AskPerson              only the person can mend it
     │    ├── SignInRefused     the password is wrong, or no longer right
     │    ├── CertificateRefused
     │    └── OverQuota
     └── Sorry                  it will not work, now or later
          ├── NotPermitted
          ├── MailboxGone
          ├── MessageGone
          ├── MailArrived       in a mailbox that was to be deleted
          ├── NameTaken         by another mailbox
          ├── TooLarge
          ├── NoFilters         the account has no server for scripts that filter mail
          ├── ScriptRefused     by the server, in its own words
          ├── ScriptsChanged    by another program, since they were read
          └── ServerMisbehaved
"""

from __future__ import annotations


class WireError(Exception):
    """Base of everything the wire can raise."""


class ConnectFailed(WireError):
    """No connection could be made at all."""


class TlsFailed(WireError):
    """The link could not be made private: bad certificate, no STARTTLS, failed handshake."""

    def __init__(self, message: str, *, certificate: bool = False) -> None:
        super().__init__(message)
        self.certificate = certificate
        """True when the certificate itself was the reason."""


class ConnectionClosed(WireError):
    """The server closed the connection, with or without a BYE."""


class TimedOut(WireError):
    """A deadline passed while waiting for the server."""


class ProtocolError(WireError):
    """The server sent what is not IMAP, or more than a hard limit allows."""


class Unsafe(WireError, ValueError):
    """Text of ours holds a character that would end the command (NUL, CR or LF)."""


class CommandFailed(WireError):
    """The server answered NO or BAD."""

    def __init__(self, status: str, code: str, text: str, command: str = "") -> None:
        super().__init__(f"{command} {status} [{code}] {text}".strip())
        self.status = status
        """`NO` or `BAD`."""
        self.code = code
        """The response code's atom in upper case (`OVERQUOTA`), or empty."""
        self.text = text
        """The human text, as the server sent it: show it escaped, never act on it."""
        self.command = command
        """The command's name, never its arguments."""


class MailError(Exception):
    """Base of everything above the pool. `code` travels between processes; `server` may be shown."""

    code = "error"

    def __init__(self, message: str = "", *, server: str = "") -> None:
        super().__init__(message)
        self.server = server
        self.account = 0
        """Whose server it was; 0 where that is not known."""


class TryAgain(MailError):
    """The server or the network is at fault at the moment."""

    code = "try-again"


class ServerUnreachable(TryAgain):
    code = "unreachable"


class NotPrivate(ServerUnreachable):
    code = "not-private"


class ServerTimedOut(TryAgain):
    code = "timed-out"


class ServerBusy(TryAgain):
    code = "busy"
    wait = 0.0
    """Seconds that the server asks us to stay away; 0 where it does not say."""


class ProviderAway(TryAgain):
    code = "provider-away"


class BridgeDown(TryAgain):
    code = "bridge-down"


class Elsewhere(BridgeDown):
    code = "elsewhere"


class AskPerson(MailError):
    """Only the person can mend it."""

    code = "ask-person"


class SignInRefused(AskPerson):
    code = "sign-in-refused"


class CertificateRefused(AskPerson):
    code = "certificate-refused"


class OverQuota(AskPerson):
    code = "over-quota"


class Sorry(MailError):
    """It will not work, now or later."""

    code = "sorry"


class NotPermitted(Sorry):
    code = "not-permitted"


class MailboxGone(Sorry):
    code = "mailbox-gone"


class MessageGone(Sorry):
    code = "message-gone"


class MailArrived(Sorry):
    code = "mail-arrived"


class NameTaken(Sorry):
    code = "name-taken"


class TooLarge(Sorry):
    code = "too-large"


class NoFilters(Sorry):
    code = "no-filters"


class ScriptRefused(Sorry):
    code = "script-refused"


class ScriptsChanged(Sorry):
    code = "scripts-changed"


class ServerMisbehaved(Sorry):
    code = "server-misbehaved"


def _tree(root: type[MailError]) -> list[type[MailError]]:
    return [root, *(leaf for branch in root.__subclasses__() for leaf in _tree(branch))]


BY_CODE: dict[str, type[MailError]] = {kind.code: kind for kind in _tree(MailError)}
"""code -> class, for errors that crossed from the bridge to the web process."""
