"""Every WireError has one MailError: tables."""

import pytest

from imapbridge import errors
from imapbridge.pool import translate

REFUSALS = [
    ("LOGIN", "NO", "AUTHENTICATIONFAILED", "Authentication failed.", errors.SignInRefused),
    ("LOGIN", "NO", "", "Login failed.", errors.SignInRefused),
    ("AUTHENTICATE", "NO", "", "[ALERT] Too many simultaneous connections.", errors.ServerBusy),
    ("LOGIN", "NO", "UNAVAILABLE", "Temporary authentication failure.", errors.ServerBusy),
    ("LOGIN", "NO", "PRIVACYREQUIRED", "Not without TLS.", errors.NotPermitted),
    ("LOGIN", "BAD", "", "What?", errors.ServerMisbehaved),
    ("SELECT", "NO", "NONEXISTENT", "Mailbox doesn't exist.", errors.MailboxGone),
    ("SELECT", "NO", "", "Unknown mailbox.", errors.MailboxGone),
    ("UID FETCH", "NO", "EXPUNGEISSUED", "Gone.", errors.MessageGone),
    ("UID FETCH", "NO", "SERVERBUG", "Internal error occurred.", errors.ServerMisbehaved),
    ("UID STORE", "NO", "NOPERM", "No.", errors.NotPermitted),
    ("APPEND", "NO", "OVERQUOTA", "Quota exceeded.", errors.OverQuota),
    ("APPEND", "NO", "TRYCREATE", "Not there.", errors.MailboxGone),
]


@pytest.mark.parametrize(("command", "status", "code", "text", "kind"), REFUSALS)
def test_refusals_are_translated(command: str, status: str, code: str, text: str, kind: type[errors.MailError]) -> None:
    found = translate(errors.CommandFailed(status, code, text, command), "mail.example.org")
    assert type(found) is kind
    assert (str(found), found.server) == (text, "mail.example.org")


FAULTS = [
    (errors.ConnectFailed("refused"), errors.ServerUnreachable),
    (errors.TlsFailed("expired", certificate=True), errors.CertificateRefused),
    (errors.TlsFailed("wrong version number"), errors.ServerUnreachable),
    (errors.ConnectionClosed("reset"), errors.ServerUnreachable),
    (errors.ConnectionClosed("the server said goodbye: Too many connections"), errors.ServerBusy),
    (errors.TimedOut("late"), errors.ServerTimedOut),
    (errors.ProtocolError("not IMAP"), errors.ServerMisbehaved),
    (errors.Unsafe("NUL"), errors.NotPermitted),
]


@pytest.mark.parametrize(("fault", "kind"), FAULTS)
def test_faults_are_translated(fault: errors.WireError, kind: type[errors.MailError]) -> None:
    assert type(translate(fault)) is kind
