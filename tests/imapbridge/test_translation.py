"""Every WireError has one MailError: tables."""

import pytest

from imapbridge import errors
from imapbridge.pool import translate
from imapbridge.pool.translation import asked_to_wait

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
    ("SELECT", "NO", "INUSE", "Somebody else has the mailbox open.", errors.ServerBusy),
    ("UID STORE", "NO", "INUSE", "The mailbox is locked.", errors.ServerBusy),
    ("CREATE", "NO", "LIMIT", "No more mailboxes for you.", errors.ServerBusy),
    ("UID FETCH", "NO", "LIMIT", "Too many messages at a time.", errors.ServerBusy),
    ("UID MOVE", "NO", "", "Permission denied", errors.NotPermitted),
    ("APPEND", "NO", "", "You exceeded your mail quota.", errors.OverQuota),
    ("LOGIN", "NO", "", "Permission denied", errors.SignInRefused),
    ("UID FETCH", "NO", "", "Request is throttled. Suggested Backoff Time: 92415 milliseconds", errors.ServerBusy),
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


WAITS = [
    ("Request is throttled. Suggested Backoff Time: 92415 milliseconds", 92.415),
    ("Suggested Backoff Time: 300000", 300),
    ("suggested backoff time=20 seconds", 20),
    ("Suggested Backoff Time: 2 min", 120),
    ("Too many simultaneous connections.", 0),
    ("Suggested Backoff Time: a while", 0),
]


@pytest.mark.parametrize(("text", "seconds"), WAITS)
def test_a_server_may_say_for_how_long_it_wants_to_be_left_alone(text: str, seconds: float) -> None:
    for fault in (errors.CommandFailed("NO", "", text, "SELECT"), errors.ConnectionClosed(f"goodbye: {text}")):
        found = translate(fault)
        assert asked_to_wait(fault) == pytest.approx(seconds)
        assert not seconds or (isinstance(found, errors.ServerBusy) and found.wait == pytest.approx(seconds))
