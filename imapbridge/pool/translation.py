"""From what the wire saw to what the rest of the house may know: the one place where WireErrors become MailErrors.

Never puts anything of a command's arguments into an error. The message is the server's own words where it has some:
they may be shown, escaped, and must never be acted on.
"""

from __future__ import annotations

import re

from imapbridge import errors
from imapbridge.errors import CommandFailed, MailError, WireError

# Response codes: RFC 9051 7.1, RFC 5530, RFC 9208 (OVERQUOTA), RFC 4469 and 7889 (TOOBIG).
BY_RESPONSE_CODE: dict[str, type[MailError]] = {
    "AUTHENTICATIONFAILED": errors.SignInRefused,
    "AUTHORIZATIONFAILED": errors.SignInRefused,
    "EXPIRED": errors.SignInRefused,
    "CONTACTADMIN": errors.SignInRefused,
    "WEBALERT": errors.SignInRefused,
    "UNAVAILABLE": errors.ServerBusy,
    "INUSE": errors.ServerBusy,
    "LIMIT": errors.ServerBusy,
    "THROTTLED": errors.ServerBusy,
    "OVERQUOTA": errors.OverQuota,
    "NONEXISTENT": errors.MailboxGone,
    "ALREADYEXISTS": errors.NameTaken,
    "TRYCREATE": errors.MailboxGone,
    "EXPUNGEISSUED": errors.MessageGone,
    "NOPERM": errors.NotPermitted,
    "READ-ONLY": errors.NotPermitted,
    "CANNOT": errors.NotPermitted,
    "PRIVACYREQUIRED": errors.NotPermitted,
    "TOOBIG": errors.TooLarge,
    # RFC 5804 1.3
    "QUOTA": errors.OverQuota,
    "QUOTA/MAXSCRIPTS": errors.OverQuota,
    "QUOTA/MAXSIZE": errors.TooLarge,
    "TRYLATER": errors.ServerBusy,
    "ACTIVE": errors.NotPermitted,
    "AUTH-TOO-WEAK": errors.NotPermitted,
    "ENCRYPT-NEEDED": errors.NotPermitted,
    "TRANSITION-NEEDED": errors.NotPermitted,
}

SCRIPTS: dict[str, type[MailError]] = {
    "NONEXISTENT": errors.ScriptsChanged,
    "ALREADYEXISTS": errors.NameTaken,
    "": errors.ScriptRefused,
}
"""What the response codes, and none, mean of the commands that name a script."""
OF_SCRIPTS = {"PUTSCRIPT", "CHECKSCRIPT", "GETSCRIPT", "SETACTIVE", "DELETESCRIPT", "RENAMESCRIPT", "HAVESPACE"}

BY_COMMAND: dict[str, type[MailError]] = {
    "LOGIN": errors.SignInRefused,
    "AUTHENTICATE": errors.SignInRefused,
    "SELECT": errors.MailboxGone,
    "EXAMINE": errors.MailboxGone,
    "STATUS": errors.MailboxGone,
}
"""What a NO without a telling code means."""

BY_KIND: dict[type[WireError], type[MailError]] = {
    errors.ConnectFailed: errors.ServerUnreachable,
    errors.TlsFailed: errors.ServerUnreachable,
    errors.ConnectionClosed: errors.ServerUnreachable,
    errors.TimedOut: errors.ServerTimedOut,
    errors.ProtocolError: errors.ServerMisbehaved,
    errors.Unsafe: errors.NotPermitted,
}

# Gmail, Dovecot, Cyrus and Courier each have their own sentence, and not all give a response code.
_BUSY = re.compile(
    r"too many|maximum number of connections|connection limit|try again later|throttled|suggested backoff",
    re.IGNORECASE,
)
# Cyrus and Courier give no code for these.
_DENIED = re.compile(r"permission denied", re.IGNORECASE)
_FULL = re.compile(r"over ?quota|quota exceeded|exceeded your (?:mail )?quota", re.IGNORECASE)
# Microsoft: "Request is throttled. Suggested Backoff Time: 92415 milliseconds".
_WAIT = re.compile(r"suggested backoff time\W{1,3}(\d{1,9})(?:\.\d+)? ?([a-z]*)", re.IGNORECASE)
_UNITS = {"s": 1.0, "sec": 1.0, "second": 1.0, "min": 60.0, "minute": 60.0}


def translate(error: WireError, host: str = "") -> MailError:
    """The MailError of the right kind, to be raised `from` the wire's. `host` is the mail server's name."""
    found = _translated(error, host)
    if isinstance(found, errors.ServerBusy):
        found.wait = asked_to_wait(error)
    return found


def asked_to_wait(error: WireError) -> float:
    """Seconds that the server's words name; 0 where they name none. Without a unit they are milliseconds."""
    told = _WAIT.search(error.text if isinstance(error, CommandFailed) else str(error))
    return int(told[1]) * _UNITS.get(told[2].lower().removesuffix("s") or "ms", 0.001) if told else 0.0


def _translated(error: WireError, host: str) -> MailError:
    if isinstance(error, CommandFailed):
        return _kind_of_refusal(error)(error.text, server=host)
    if isinstance(error, errors.TlsFailed) and error.certificate:
        return errors.CertificateRefused(str(error), server=host)
    if isinstance(error, errors.ConnectionClosed) and _BUSY.search(str(error)):
        return errors.ServerBusy(str(error), server=host)
    kinds = (kind for wire, kind in BY_KIND.items() if isinstance(error, wire))
    return next(kinds, errors.ServerMisbehaved)(str(error), server=host)


def _kind_of_refusal(error: CommandFailed) -> type[MailError]:
    if error.command in OF_SCRIPTS and error.code in SCRIPTS:
        return SCRIPTS[error.code]
    if error.code in BY_RESPONSE_CODE:
        return BY_RESPONSE_CODE[error.code]
    if _BUSY.search(error.text):
        return errors.ServerBusy
    if error.command.upper() not in ("LOGIN", "AUTHENTICATE"):
        for words, kind in ((_DENIED, errors.NotPermitted), (_FULL, errors.OverQuota)):
            if words.search(error.text):
                return kind
    if error.status == "BAD":
        return errors.ServerMisbehaved
    return BY_COMMAND.get(error.command.upper(), errors.ServerMisbehaved)
