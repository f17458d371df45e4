"""Rules of a session that no single odd server shows: profiles, secrets, signing in, lengths, capabilities."""

import base64
import logging

import pytest

from imapbridge.errors import CommandFailed, ProtocolError, TlsFailed, Unsafe
from imapbridge.terms.uids import UidSet
from imapbridge.wire import keys, quirks
from imapbridge.wire.session import FetchItems, NewMessage, QresyncState, Session, Upgrade
from tests.imapbridge.wire import player


def play(text: str, commands):
    return player.play(player.parse(text), commands)


# --- Profiles ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("known", "name"),
    [
        ({"host": "imap.gmail.com"}, "gmail"),
        ({"host": "IMAP.GMAIL.COM."}, "gmail"),
        ({"host": "notgmail.com"}, "unknown"),
        ({"host": "gmail.com.evil.example"}, "unknown"),
        ({"host": "outlook.office365.com"}, "microsoft"),
        ({"host": "imap-mail.outlook.com"}, "microsoft"),
        ({"host": "imap.mail.me.com"}, "icloud"),
        ({"host": "imap.mail.yahoo.com"}, "yahoo"),
        ({"host": "imap.aol.com"}, "yahoo"),
        ({"host": "imap.163.com"}, "netease"),
        ({"host": "imap.yeah.net"}, "netease"),
        ({"host": "imap.qq.com"}, "qq"),
        ({"host": "imap.yandex.ru"}, "yandex"),
        ({"host": "imappro.zoho.eu"}, "zoho"),
        ({"host": "imap.purelymail.com"}, "purelymail"),
        ({"greeting": "Gimap ready for requests from 1.2.3.4"}, "gmail"),
        ({"greeting": "Dovecot (Debian) ready."}, "dovecot"),
        ({"greeting": "The Microsoft Exchange IMAP4 service is ready."}, "exchange"),
        ({"greeting": "Courier-IMAP ready. Copyright"}, "courier"),
        ({"server_id": {"name": "Cyrus IMAPD", "version": "3.6.1"}}, "cyrus"),
        ({"server_id": {"name": "Stalwart"}}, "stalwart"),
        ({"server_id": {"name": "Coremail Imap"}}, "netease"),
        ({"capabilities": frozenset({"X-GM-EXT-1"})}, "gmail"),
        ({"capabilities": frozenset({"XAPPLEPUSHSERVICE", "XAPPLELITERAL"})}, "icloud"),
        ({"capabilities": frozenset({"XAPPLEPUSHSERVICE"})}, "unknown"),
        ({"host": "imap.gmail.com", "greeting": "Dovecot"}, "gmail"),
        ({}, "unknown"),
    ],
)
def test_profiles(known, name):
    assert quirks.choose(**known).name == name


@pytest.mark.parametrize(
    ("host", "capabilities", "limit"),
    [
        ("x", "IMAP4rev1", 980),
        ("x", "IMAP4rev1 CONDSTORE", 8000),
        ("x", "IMAP4rev2", 8000),
        ("imap.mail.yahoo.com", "IMAP4rev1", 8000),
    ],
)
def test_length_of_a_command(host, capabilities, limit):
    session = player.session_for(player.parse(f"# host: {host}\n# capabilities: {capabilities}"))
    assert session.max_command == limit


@pytest.mark.parametrize("capabilities", ["IMAP4rev1", "IMAP4rev1 CONDSTORE"])
def test_commands_are_split_and_pipelined(capabilities):
    """However scattered the UIDs, no line is longer than the server takes, and none is left out."""
    session = player.session_for(player.parse(f"# capabilities: {capabilities}\n# selected: INBOX"))
    uids = UidSet.of(range(1, 60_000, 3))
    running = session.fetch(uids, FetchItems(flags=True))
    sent, asked, flights = next(running), UidSet(), 0
    while True:
        lines = sent.split(b"\r\n")[:-1]
        assert 1 <= len(lines) <= session.profile.pipeline
        assert max(map(len, lines)) <= session.max_command
        flights += 1
        try:
            for line in lines:
                tag, _, _, told = line.split(b" ")[:4]
                asked |= UidSet.parse(told.decode())
                session.feed(tag + b" OK\r\n")
                sent = running.send(session.next_response())
        except StopIteration:
            break
    assert asked == uids
    assert flights > 1


# --- Capabilities -----------------------------------------------------------------------------------------------------


def test_rev2_includes_what_it_does_not_name():
    session = player.session_for(player.parse("# capabilities: IMAP4rev2"))
    assert all(map(session.has, ("move", "UIDPLUS", "ESEARCH", "SPECIAL-USE", "ENABLE")))
    assert session.utf8
    both = player.session_for(player.parse("# capabilities: IMAP4rev1 IMAP4rev2 MOVE"))
    assert both.has("MOVE")
    assert not both.has("UIDPLUS")
    assert not both.utf8


def test_what_is_denied_or_not_enabled_is_not_there():
    zoho = player.session_for(player.parse("# host: imap.zoho.com\n# capabilities: IMAP4rev1 LIST-STATUS IDLE QRESYNC"))
    assert not zoho.has("LIST-STATUS")
    assert zoho.has("idle")
    assert not zoho.has("QRESYNC")
    zoho.enabled = frozenset({"QRESYNC"})
    assert zoho.has("QRESYNC")


# --- Signing in -------------------------------------------------------------------------------------------------------


def test_plain_without_initial_response_when_login_is_disabled():
    secret = base64.b64encode("\0jörg\0s3crét".encode()).decode()
    played = play(
        f"# capabilities: IMAP4rev1 LOGINDISABLED AUTH=PLAIN\nC: A1 AUTHENTICATE PLAIN\nS: +\nC: {secret}\nS: A1 OK in",
        lambda session: session.login("jörg", "s3crét"),
    )
    assert played.session.is_authenticated


def test_nothing_is_sent_when_no_password_is_wanted():
    played = play("# capabilities: IMAP4rev1 LOGINDISABLED", lambda session: session.login("ann", "secret"))
    assert isinstance(played.error, CommandFailed)
    assert (played.error.status, played.error.code) == ("NO", "PRIVACYREQUIRED")


def test_a_challenge_after_the_password_is_cancelled():
    played = play(
        "# capabilities: IMAP4rev1 SASL-IR AUTH=PLAIN\n"
        "C: A1 AUTHENTICATE PLAIN AGFubgBzZWNyZXQ=\nS: + more\nC: *\nS: A1 BAD no",
        lambda session: session.login("ann", "secret"),
    )
    assert isinstance(played.error, CommandFailed)


@pytest.mark.threat("D1")
@pytest.mark.parametrize("text", ["a\rb", "a\nb", "a\0b"])
def test_unsafe_names_and_passwords(text):
    for names in ((text, "x"), ("x", text)):
        assert isinstance(play("", lambda session, names=names: session.login(*names)).error, Unsafe)
        assert isinstance(play("", lambda session, names=names: session.authenticate_oauth(*names)).error, Unsafe)


@pytest.mark.threat("E7")
def test_secrets_are_nowhere_to_be_seen(caplog):
    caplog.set_level(logging.DEBUG)
    played = play(
        '# capabilities: IMAP4rev1\nC: A1 LOGIN "ann" "hunter2"\n'
        "S: * XLOG hunter2\nS: A1 BAD Unknown LOGIN ann hunter2",
        lambda session: session.login("ann", "hunter2"),
    )
    shown = [str(played.error), repr(played.error), played.error.text, caplog.text, repr(vars(played.session))]
    assert not [text for text in shown if "hunter2" in text]
    assert played.error.__cause__ is None
    assert played.error.__suppress_context__
    assert "XLOG" in caplog.text


def test_content_is_not_logged(caplog):
    caplog.set_level(logging.DEBUG)
    play(
        "# selected: INBOX\nC: A1 NOOP\nS: * secretword in the mail\nS: * X-Y secretword\nS: A1 OK x",
        lambda session: session.noop(),
    )
    assert "secretword in" not in caplog.text
    assert "X-Y" not in caplog.text or "secretword" not in caplog.text.partition("X-Y")[2]


def test_oauth_prefers_what_both_know():
    told = "user=ann@x.org\1auth=Bearer t\1\1"
    played = play(
        "# capabilities: IMAP4rev1 SASL-IR AUTH=XOAUTH2 AUTH=OAUTHBEARER\n"
        f"C: A1 AUTHENTICATE XOAUTH2 {base64.b64encode(told.encode()).decode()}\nS: A1 OK in",
        lambda session: session.authenticate_oauth("ann@x.org", "t"),
    )
    assert played.session.is_authenticated
    told = "n,a=a=2Cb=3Dc,\1host=h\1port=993\1auth=Bearer t\1\1"
    played = play(
        "# capabilities: IMAP4rev1 SASL-IR AUTH=OAUTHBEARER\n"
        f"C: A1 AUTHENTICATE OAUTHBEARER {base64.b64encode(told.encode()).decode()}\nS: + e30=\nC: AQ==\nS: A1 NO out",
        lambda session: session.authenticate_oauth("a,b=c", "t", "h", 993),
    )
    assert isinstance(played.error, CommandFailed)


# --- STARTTLS ---------------------------------------------------------------------------------------------------------


def test_nothing_before_tls_is_believed():
    played = play(
        "S: * OK [CAPABILITY IMAP4rev1 STARTTLS EVIL] Dovecot ready\nC: A1 STARTTLS\nS: * 9 EXISTS\n"
        "S: * CAPABILITY IMAP4rev1 MOVE\nS: A1 OK begin\n"
        "C: A2 CAPABILITY\nS: * CAPABILITY IMAP4rev1 IDLE\nS: A2 OK done",
        lambda session: session.open("starttls"),
    )
    assert played.upgrades == [Upgrade.TLS]
    assert played.session.capabilities == {"IMAP4REV1", "IDLE"}
    assert (played.session.greeting, played.session.profile.name) == ("", "unknown")
    assert played.session.take_events() == []


def test_preauth():
    refused = play("S: * PREAUTH hello", lambda session: session.open("starttls"))
    assert isinstance(refused.error, TlsFailed)
    taken = play("S: * PREAUTH [CAPABILITY IMAP4rev1] hello", lambda session: session.open("tls"))
    assert taken.session.is_authenticated


# --- Small rules ------------------------------------------------------------------------------------------------------


def test_changed_since_nothing_is_not_sent():
    """CHANGEDSINCE 0 is not allowed."""
    scene = "# selected: INBOX\n# capabilities: IMAP4rev1 CONDSTORE\n"
    play(scene + "C: A1 UID FETCH 1 (UID)\nS: A1 OK", lambda session: session.fetch(UidSet.of([1]), FetchItems(), 0))
    play(
        scene + "C: A1 UID FETCH 1 (UID) (CHANGEDSINCE 7)\nS: A1 OK",
        lambda session: session.fetch(UidSet.of([1]), FetchItems(), 7, vanished=True),
    )


@pytest.mark.parametrize(
    ("known", "sent"),
    [
        (QresyncState(5, 7), "(QRESYNC (5 7))"),
        (QresyncState(5, 7, UidSet.range(3, None)), "(QRESYNC (5 7 3:4294967295))"),
        (QresyncState(5, 7, UidSet.of(range(1, 9000, 2))), "(QRESYNC (5 7))"),
        (QresyncState(5, 0), "(CONDSTORE)"),
        (None, "(CONDSTORE)"),
    ],
)
def test_what_select_tells_the_server(known, sent):
    scene = "# capabilities: IMAP4rev1 CONDSTORE QRESYNC ENABLE\n# enabled: CONDSTORE QRESYNC\n"
    played = play(
        f'{scene}C: A1 SELECT "x" {sent}\nS: * OK [UIDVALIDITY 5]\nS: A1 OK',
        lambda session: session.select(b"x", known=known),
    )
    assert played.result.resynced is ("QRESYNC" in sent)


def test_a_refused_select_leaves_nothing_selected():
    played = play('# selected: a\nC: A1 SELECT "b"\nS: A1 NO [NONEXISTENT] gone', lambda session: session.select(b"b"))
    assert isinstance(played.error, CommandFailed)
    assert played.session.selected is None


def test_a_message_too_large_is_not_sent():
    scene = "# capabilities: IMAP4rev1 APPENDLIMIT=10 MULTIAPPEND"
    played = play(scene, lambda session: session.append(b"x", [NewMessage(b"1"), NewMessage(b"12345678901")]))
    assert played.error.code == "TOOBIG"


def test_utf8_accept():
    scene = "# capabilities: IMAP4rev1 ENABLE UTF8=ACCEPT LITERAL+\n# enabled: UTF8=ACCEPT\n# selected: x\n"
    played = play(scene + "C: A1 CREATE {6+}\nC: Caf<C3><A9>&\nS: A1 OK", lambda session: session.create("Café&"))
    assert played.result == "Café&".encode()
    play(
        scene + "C: A1 UID SEARCH SUBJECT {2+}\nC: <C3><A9>\nS: A1 OK",
        lambda session: session.search([keys.subject("é")]),
    )
    message = NewMessage("Subject: é\r\n\r\n".encode())
    play(
        scene + 'C: A1 APPEND "x" UTF8 (~{15+}\nC: Subject: <C3><A9>\nC: \nC: )\nS: A1 OK',
        lambda session: session.append(b"x", [message]),
    )


def test_create_with_a_use():
    scene = "# capabilities: IMAP4rev1 CREATE-SPECIAL-USE\n"
    play(
        scene + 'C: A1 CREATE "Gesendet" (USE (\\Sent))\nS: A1 OK', lambda session: session.create("Gesendet", "\\Sent")
    )
    play('C: A1 CREATE "Gesendet"\nS: A1 OK', lambda session: session.create("Gesendet", "\\Sent"))


def test_a_search_in_one_huge_line():
    session = Session()
    session.capabilities = frozenset({"IMAP4REV1"})
    running = session.search()
    next(running)
    session.feed(b"* SEARCH " + b" ".join(b"%d" % uid for uid in range(1, 400_001)) + b"\r\nA1 OK\r\n")
    running.send(session.next_response())
    with pytest.raises(StopIteration) as done:
        running.send(session.next_response())
    assert str(done.value.value.uids) == "1:400000"
    assert done.value.value.count == 400_000


@pytest.mark.parametrize(
    "answer",
    [
        "* SEARCH 1 x",
        "* SEARCH 1 4294967296",
        "* ESEARCH (TAG A1) UID ALL 1:",
        "* ESEARCH (TAG A1) UID ALL 0",
        "* SEARCH 0",
    ],
)
def test_a_search_that_cannot_be_read_is_not_empty(answer):
    """Else a slip of the server would look as if all mail were gone."""
    played = play(f"# selected: x\nC: A1 UID SEARCH ALL\nS: {answer}\nS: A1 OK", lambda session: session.search())
    assert isinstance(played.error, ProtocolError)


def test_namespaces():
    played = play(
        "# capabilities: IMAP4rev1 NAMESPACE\nC: A1 NAMESPACE\n"
        'S: * NAMESPACE (("INBOX." ".")) NIL (("" "/")("#public/" "/" "X" ("y")))\nS: A1 OK',
        lambda session: session.namespace(),
    )
    assert (played.result.personal, played.result.others) == (((b"INBOX.", "."),), ())
    assert played.result.shared == ((b"", "/"), (b"#public/", "/"))
    assert play("", lambda session: session.namespace()).result.personal == ((b"", "/"),)
