"""ManageSieve without a network: what is sent, byte by byte, and what is made of what comes, however it is cut."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imapbridge.errors import CommandFailed, ConnectionClosed, ProtocolError, TlsFailed, Unsafe
from imapbridge.wire.managesieve import Line, Reply, Script, SieveSession
from imapbridge.wire.managesieve.commands import Command, script_name, written
from imapbridge.wire.state import Upgrade
from imapbridge.wire.stream import Limits
from tests.examples import examples

GREETING = b'"IMPLEMENTATION" "x"\r\n"SASL" "PLAIN XOAUTH2"\r\n"SIEVE" "fileinto include"\r\n"STARTTLS"\r\nOK "hi"\r\n'


class Player:
    """Runs a command against what a server would send; `sent` is what the server gets."""

    def __init__(self, session: SieveSession, *answers: bytes) -> None:
        self.session, self.answers, self.sent = session, list(answers), b""

    def run(self, command):
        try:
            step = next(command)
            while True:
                step = next(command) if self.took(step) else command.send(self.response())
        except StopIteration as done:
            return done.value

    def took(self, step) -> bool:
        if step is Upgrade.TLS:
            assert self.session.is_drained
            return True
        self.sent += step
        return False

    def response(self):
        while (found := self.session.next_response()) is None:
            self.session.feed(self.answers.pop(0))
        return found


def answered(reply: bytes, command: str, *arguments):
    player = Player(SieveSession(), reply)
    return player.run(getattr(player.session, command)(*arguments)), player.sent


# --- what is sent -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argument", "octets"),
    [
        ("mine", b'"mine"'),
        ("", b'""'),
        ('a"b\\c', b'"a\\"b\\\\c"'),
        (12, b"12"),
        (-1, b"0"),
        ("a\r\nLOGOUT", b"{9+}\r\na\r\nLOGOUT"),
        ("Größe", b"{7+}\r\nGr\xc3\xb6\xc3\x9fe"),
        (b"x" * 1001, b"{1001+}\r\n" + b"x" * 1001),
    ],
)
def test_arguments(argument, octets):
    assert written(argument) == octets


@pytest.mark.parametrize("argument", ["a\0b", b"\0", "\ud800"])
def test_what_no_string_may_hold(argument):
    with pytest.raises(Unsafe):
        written(argument)


@pytest.mark.parametrize("name", ["", "a\nb", "a\u2028b", "x" * 201, "a\u202eb"])
def test_names_that_no_script_may_have(name):
    with pytest.raises(Unsafe):
        script_name(name)


@pytest.mark.threat("D1")
def test_no_argument_is_ever_more_than_one():
    """Whatever the text, a server that reads by the rules finds one string and the end of the command."""

    @given(st.text())
    @settings(max_examples=examples(15))
    def check(text: str) -> None:
        try:
            octets = Command("PUTSCRIPT", (text,)).octets
        except Unsafe:
            return
        session = SieveSession()
        session.feed(octets)
        assert session.next_response() == Line(("PUTSCRIPT", text.encode()))
        assert session.is_drained

    check()


def test_a_command_shows_no_argument():
    assert "secret" not in repr(Command("AUTHENTICATE", ("secret",)))


# --- what comes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (b"OK\r\n", Reply("OK")),
        (b'no (quota/maxsize) "Too large."\r\n', Reply("NO", "QUOTA/MAXSIZE", "Too large.")),
        (b"NO {9}\r\nline 1\r\n2\r\n", Reply("NO", "", "line 1\n2")),
        (b'OK (WARNINGS) "old"\r\n', Reply("OK", "WARNINGS", "old")),
        (b'BYE (REFERRAL "sieve://other") "gone"\r\n', Reply("BYE", "REFERRAL", "gone")),
        (b'NO (TAG {3}\r\na)b) "x"\r\n', Reply("NO", "TAG", "x")),
        (b'"a \\"b\\" \\\\" ACTIVE\r\n', Line((b'a "b" \\', "ACTIVE"))),
        (b"{4}\r\nOK\r\n\r\n", Line((b"OK\r\n",))),
        (b'NO "a\x07b"\r\n', Reply("NO", "", "ab")),
        (b"\r\n", Line(())),
    ],
)
def test_lines(octets, expected):
    for cut in range(len(octets) + 1):
        session = SieveSession()
        session.feed(octets[:cut])
        first = session.next_response()
        session.feed(octets[cut:])
        found = first or session.next_response()
        assert found == expected
        assert session.is_drained


@pytest.mark.parametrize("octets", [b'"open\r\n', b"OK (\r\n", b"a)\r\n", b"((((((((((\r\n"])
def test_lines_that_are_none(octets):
    session = SieveSession()
    session.feed(octets)
    with pytest.raises(ProtocolError):
        session.next_response()


@pytest.mark.threat("D4")
@pytest.mark.parametrize("octets", [b"{5000}\r\n", b'"' + b"x" * 5000])
def test_limits(octets):
    session = SieveSession(Limits(line=1000, literal=1000))
    with pytest.raises(ProtocolError):
        session.feed(octets)
        session.next_response()


@given(st.lists(st.integers(1, 30), min_size=1))
@settings(max_examples=examples(12))
def test_bytes_cut_anywhere(sizes: list[int]):
    octets = GREETING + b'{7}\r\nkeep;\r\n\r\nOK "done"\r\n"a" ACTIVE\r\n"b"\r\nOK\r\n'

    def pieces() -> Iterator[bytes]:
        at = 0
        while at < len(octets):
            for size in sizes:
                yield octets[at : at + size]
                at += size

    player = Player(SieveSession(), *pieces())
    player.run(player.session.open("plain"))
    assert player.session.capabilities["SIEVE"] == "fileinto include"
    assert player.run(player.session.get("a")) == b"keep;\r\n"
    assert player.run(player.session.scripts()) == [Script("a", True), Script("b", False)]


# --- commands ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "arguments", "sent"),
    [
        ("activate", ("",), b'SETACTIVE ""\r\n'),
        ("activate", ("a",), b'SETACTIVE "a"\r\n'),
        ("delete", ("a",), b'DELETESCRIPT "a"\r\n'),
        ("rename", ("a", "b"), b'RENAMESCRIPT "a" "b"\r\n'),
        ("have_space", ("a", 12), b'HAVESPACE "a" 12\r\n'),
        ("put", ("a", b"keep;\n"), b'PUTSCRIPT "a" {6+}\r\nkeep;\n\r\n'),
        ("check", (b"keep;",), b'CHECKSCRIPT "keep;"\r\n'),
        ("noop", (), b"NOOP\r\n"),
    ],
)
def test_commands(command, arguments, sent):
    assert answered(b"OK\r\n", command, *arguments)[1] == sent


def test_warnings_are_told():
    assert answered(b'OK (WARNINGS) "line 2: old"\r\n', "put", "a", b"keep;")[0] == "line 2: old"
    assert answered(b'OK "fine"\r\n', "check", b"keep;")[0] == ""


def test_a_refusal_has_its_code():
    with pytest.raises(CommandFailed) as caught:
        answered(b'NO (NONEXISTENT) "There is none."\r\n', "get", "a")
    assert (caught.value.status, caught.value.code, caught.value.command) == ("NO", "NONEXISTENT", "GETSCRIPT")


def test_a_goodbye_in_the_midst():
    with pytest.raises(ConnectionClosed):
        answered(b'BYE "too many"\r\n', "noop")


def test_an_answer_without_a_script():
    with pytest.raises(ProtocolError):
        answered(b"OK\r\n", "get", "a")


@pytest.mark.threat("D3")
def test_nothing_before_tls_is_believed():
    player = Player(SieveSession(), GREETING, b"OK\r\n", b'"SASL" "PLAIN"\r\nOK\r\n')
    player.run(player.session.open("starttls"))
    assert player.session.capabilities == {"SASL": "PLAIN"}


@pytest.mark.parametrize("answers", [(b'"SASL" "PLAIN"\r\nOK\r\n',), (GREETING, b"NO\r\n")])
def test_no_tls_no_session(answers):
    player = Player(SieveSession(), *answers)
    with pytest.raises(TlsFailed):
        player.run(player.session.open("starttls"))


def test_signing_in_and_what_is_offered_then():
    player = Player(SieveSession(), GREETING, b"OK\r\n", b'"SIEVE" "vacation"\r\nOK\r\n')
    player.run(player.session.open("plain"))
    player.run(player.session.login("ann", "pa ss"))
    assert player.sent == b'AUTHENTICATE "PLAIN" "AGFubgBwYSBzcw=="\r\nCAPABILITY\r\n'
    assert player.session.capabilities == {"SIEVE": "vacation"}


def test_a_refused_password_is_not_repeated():
    player = Player(SieveSession(), GREETING, b'NO "not pa55 here"\r\n')
    player.run(player.session.open("plain"))
    with pytest.raises(CommandFailed) as caught:
        player.run(player.session.login("ann", "pa55"))
    assert "pa55" not in str(caught.value)


def test_a_token():
    player = Player(SieveSession(), GREETING, b'"eyJzdGF0dXMi"\r\n', b'NO "expired"\r\n')
    player.run(player.session.open("plain"))
    with pytest.raises(CommandFailed):
        player.run(player.session.authenticate_oauth("ann", "tok"))
    assert player.sent.endswith(b'"dXNlcj1hbm4BYXV0aD1CZWFyZXIgdG9rAQE="\r\n"*"\r\n')


def test_what_cannot_sign_in_sends_nothing():
    player = Player(SieveSession(), b'"SASL" ""\r\nOK\r\n')
    player.run(player.session.open("plain"))
    for command in (player.session.login("ann", "x"), player.session.authenticate_oauth("ann", "x")):
        with pytest.raises(CommandFailed):
            player.run(command)
    assert player.sent == b""
