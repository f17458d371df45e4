"""Both drivers against servers that lie, hang, drip and die. Nothing here takes longer than its deadlines."""

import asyncio
import socket
import ssl
import zlib

import pytest

from imapbridge.errors import (
    CommandFailed,
    ConnectFailed,
    ConnectionClosed,
    ProtocolError,
    TimedOut,
    TlsFailed,
    Unsafe,
    WireError,
)
from imapbridge.terms.uids import UidSet
from imapbridge.wire.drivers import AsyncConnection, BlockingConnection, Server
from imapbridge.wire.drivers.deflate import MAX_STEP, Deflate
from imapbridge.wire.responses import Exists
from imapbridge.wire.session import FetchItems, NewMessage
from imapbridge.wire.stream import Limits
from tests.imapbridge.wire.running import DRIVERS
from tests.servers.scripted import Expect, HangingServer, Hangup, Say, ScriptedServer, Wait

GREETING = Say(b"* OK [CAPABILITY IMAP4rev1 LITERAL+ IDLE] ready\r\n")
SOON = 0.4


@pytest.fixture(params=DRIVERS, ids=lambda driver: driver.name)
def driver(request):
    return request.param


def plain(server) -> Server:
    return Server("127.0.0.1", server.port, "plain")


# --- Connecting -------------------------------------------------------------------------------------------------------


def test_greeting_with_capabilities_is_enough(driver):
    with ScriptedServer([GREETING]) as server, driver(plain(server)) as connection:
        assert connection.session.capabilities == {"IMAP4REV1", "LITERAL+", "IDLE"}
        assert connection.session.greeting == "ready"
        assert server.lines == []


def test_asks_for_capabilities_that_were_not_told(driver):
    script = [Say(b"* OK hello\r\n"), Expect(b"CAPABILITY"), Say(b"* CAPABILITY IMAP4rev1 X\r\n{tag} OK\r\n")]
    with ScriptedServer(script) as server, driver(plain(server)) as connection:
        assert connection.session.has("x")


@pytest.mark.parametrize(
    ("greeting", "error"),
    [
        (b"* BYE Too many connections\r\n", ConnectionClosed),
        (b"HTTP/1.1 400 Bad Request\r\n", ProtocolError),
        (b"220 smtp ESMTP\r\n", ProtocolError),
        (b"* CAPABILITY IMAP4rev1\r\n", ProtocolError),
        (b"A1 OK\r\n", ProtocolError),
        (b"\x16\x03\x01\r\n", ProtocolError),
    ],
)
def test_greetings_of_no_use(driver, greeting, error):
    with ScriptedServer([Say(greeting), Hangup()]) as server, pytest.raises(error):
        driver(plain(server))


def test_too_many_connections_says_so(driver):
    with (
        ScriptedServer([Say(b"* BYE [ALERT] Too many\r\n")]) as server,
        pytest.raises(ConnectionClosed, match="Too many"),
    ):
        driver(plain(server))


@pytest.mark.parametrize("security", ["plain", "tls", "starttls"])
def test_a_server_that_never_speaks(driver, security):
    with HangingServer() as server, pytest.raises(TimedOut):
        driver(Server("127.0.0.1", server.port, security), SOON)


def test_nobody_there(driver):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    for server in (Server("127.0.0.1", port), Server("no-such-host.invalid", 993), Server("a" * 70 + ".example", 993)):
        with pytest.raises(ConnectFailed):
            driver(server, 5)


# --- TLS --------------------------------------------------------------------------------------------------------------


@pytest.mark.threat("D3")
def test_preauth_before_starttls_is_refused(driver):
    """D3: whoever sits in between and says that it is all done already gets no password."""
    with ScriptedServer([Say(b"* PREAUTH [CAPABILITY IMAP4rev1] welcome\r\n")]) as server:
        with pytest.raises(TlsFailed):
            driver(Server("127.0.0.1", server.port, "starttls"))
        assert server.lines == []


@pytest.mark.threat("D3")
@pytest.mark.parametrize("answer", [b"{tag} NO no TLS here\r\n", b"{tag} BAD what\r\n"])
def test_a_server_without_starttls_gets_no_password(driver, answer):
    script = [Say(b"* OK [CAPABILITY IMAP4rev1] hi\r\n"), Expect(b"STARTTLS"), Say(answer), Expect(b".*")]
    with ScriptedServer(script) as server:
        with pytest.raises(TlsFailed):
            driver(Server("127.0.0.1", server.port, "starttls"))
        assert len([line for line in server.lines if line]) == 1


@pytest.mark.threat("D3")
@pytest.mark.parametrize("injected", [b"* CAPABILITY IMAP4rev1 EVIL\r\n", b"A2 OK signed in\r\n", b"* BY", b"\0"])
def test_what_is_sent_ahead_of_tls_ends_it(driver, injected):
    script = [GREETING, Expect(b"STARTTLS"), Say(b"{tag} OK begin\r\n" + injected)]
    with ScriptedServer(script) as server, pytest.raises(TlsFailed, match="ahead of TLS"):
        driver(Server("127.0.0.1", server.port, "starttls"))


@pytest.mark.parametrize("answer", [Say(b"* OK this is no TLS\r\n"), Hangup(), Hangup(reset=True)])
def test_no_handshake(driver, answer):
    with ScriptedServer([GREETING, Expect(b"STARTTLS"), Say(b"{tag} OK begin\r\n"), Wait(0.1), answer]) as server:
        with pytest.raises(WireError) as caught:
            driver(Server("127.0.0.1", server.port, "starttls"))
        assert isinstance(caught.value, TlsFailed | ConnectionClosed)


def test_a_handshake_that_hangs(driver):
    with ScriptedServer([GREETING, Expect(b"STARTTLS"), Say(b"{tag} OK begin\r\n")]) as server, pytest.raises(TimedOut):
        driver(Server("127.0.0.1", server.port, "starttls"), SOON)


def test_one_context_for_all_servers(tmp_path):
    assert Server("a.example", 993).tls() is Server("b.example", 143, "starttls").tls()
    assert Server("a.example", 993, verify=False).tls() is not Server("a.example", 993).tls()
    with pytest.raises(TlsFailed):
        Server("a.example", 993, ca_file=str(tmp_path / "none.pem")).tls()


# --- Commands ---------------------------------------------------------------------------------------------------------


def run_one(driver, script, command=lambda session: session.noop(), timeout=SOON):
    """Run a command against a script; the error, and whether the connection is open afterwards."""
    with ScriptedServer([GREETING, *script]) as server, driver(plain(server)) as connection:
        try:
            connection.run(command(connection.session), timeout)
        except WireError as error:
            return error, connection.is_open, connection
        return None, connection.is_open, connection


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ([], TimedOut),
        ([Expect(b"NOOP"), Say(b"* 1 EXI")], TimedOut),
        ([Expect(b"NOOP"), *[Say(b"* 1 EXISTS\r\n"), Wait(0.05)] * 40], TimedOut),
        ([Expect(b"NOOP"), Hangup()], ConnectionClosed),
        ([Expect(b"NOOP"), Say(b"* 1 EX"), Hangup()], ConnectionClosed),
        ([Expect(b"NOOP"), Say(b"* 1 FETCH (UID 1 BODY[] {9}\r\n1234"), Hangup()], ConnectionClosed),
        ([Expect(b"NOOP"), Hangup(reset=True)], ConnectionClosed),
        ([Expect(b"NOOP"), Say(b"* BYE shutting down\r\n")], ConnectionClosed),
        ([Expect(b"NOOP"), Say(b"B99 OK not yours\r\n")], ProtocolError),
        ([Expect(b"NOOP"), Say(b"* 1 FETCH (BODY[] {99999999999}\r\n")], ProtocolError),
    ],
)  # fmt: skip
def test_after_a_failure_the_connection_is_never_used_again(driver, script, error):
    failure, is_open, connection = run_one(driver, script)
    assert isinstance(failure, error), failure
    assert not is_open
    with pytest.raises(ConnectionClosed):
        connection.connection.run(None, 1) if driver.name == "blocking" else asyncio.run(
            connection.connection.run(None, 1)
        )


@pytest.mark.parametrize("answer", [b"{tag} NO [INUSE] not now\r\n", b"{tag} BAD what\r\n"])
def test_after_a_refusal_it_goes_on(driver, answer):
    script = [GREETING, Expect(b"NOOP"), Say(answer), Expect(b"NOOP"), Say(b"{tag} OK\r\n")]
    with ScriptedServer(script) as server, driver(plain(server)) as connection:
        with pytest.raises(CommandFailed):
            connection.run(connection.session.noop())
        connection.run(connection.session.noop())
        assert server.faults == []


@pytest.mark.threat("D1")
def test_what_is_unsafe_is_not_sent(driver):
    with (
        ScriptedServer([GREETING, Expect(b"NOOP"), Say(b"{tag} OK\r\n")]) as server,
        driver(plain(server)) as connection,
    ):
        for command in (
            connection.session.select(b"a\r\nA2 DELETE INBOX"),
            connection.session.login("ann", "x\r\nA2 DELETE INBOX"),
            connection.session.store(UidSet.of([1]), add=["x\r\ny"]),
            connection.session.create("new\r\nA2 DELETE INBOX"),
        ):
            with pytest.raises(Unsafe):
                connection.run(command)
        connection.run(connection.session.noop())
        assert server.lines == [b"A1 NOOP\r\n"] or len(server.lines) == 1


def test_a_server_that_does_not_read(driver):
    """The command is larger than all buffers between us; the deadline holds while sending too."""
    with ScriptedServer([GREETING]) as server, driver(plain(server)) as connection:
        message = NewMessage(b"x" * 40_000_000)
        with pytest.raises(TimedOut):
            connection.run(connection.session.append(b"Sent", [message]), SOON)
        assert not connection.is_open


@pytest.mark.threat("D4")
def test_hostile_amounts_end_the_connection():
    limits = Limits(line=10_000, literal=10_000, responses=100, octets=100_000)
    flood = [Expect(b"UID FETCH"), Say(b"* 1 FETCH (UID 1)\r\n" * 200)]
    with ScriptedServer([GREETING, *flood]) as server:
        connection = BlockingConnection.connect(plain(server), 20, limits)
        with pytest.raises(ProtocolError):
            connection.run(connection.session.fetch(UidSet.of([1]), FetchItems(flags=True)), 20)
        assert not connection.is_open


def test_what_comes_unasked_is_heard(driver):
    script = [
        GREETING,
        Wait(0.1),
        Say(b"* 7 EXI"),
        Wait(0.1),
        Say(b"STS\r\n"),
        Expect(b"NOOP"),
        Say(b"{tag} OK\r\n"),
        Hangup(),
    ]
    with ScriptedServer(script) as server, driver(plain(server)) as connection:
        assert connection.wait() == [Exists(7)]
        assert connection.wait(0.05) == []
        connection.run(connection.session.noop())
        with pytest.raises(ConnectionClosed):
            connection.wait()
        assert not connection.is_open


def test_a_wait_is_ended_from_outside_and_a_command_goes_on():
    async def story(server: ScriptedServer) -> None:
        connection = await AsyncConnection.connect(plain(server), 20)
        await connection.run(connection.session.idle(), 20)
        asyncio.get_running_loop().call_later(0.05, connection.wake)
        async with asyncio.timeout(20):
            assert await connection.wait(3600) == []
        await connection.run(connection.session.done(), 20)
        asyncio.get_running_loop().call_later(0.05, connection.wake)
        await connection.run(connection.session.noop(), 20)
        assert connection.is_open

    ends = [Expect(b"DONE"), Say(b"A1 OK\r\n"), Expect(b"NOOP"), Wait(0.2), Say(b"{tag} OK\r\n")]
    with ScriptedServer([GREETING, Expect(b"IDLE"), Say(b"+ go\r\n"), *ends]) as server:
        asyncio.run(story(server))


def test_idle_that_the_server_ends(driver):
    script = [GREETING, Expect(b"IDLE"), Say(b"+ go\r\n"), Wait(0.05), Say(b"* 3 EXISTS\r\n{tag} OK enough\r\n")]
    with ScriptedServer(script) as server, driver(plain(server)) as connection:
        connection.run(connection.session.idle())
        with pytest.raises(CommandFailed):
            connection.wait()
        assert connection.session.take_events() == [Exists(3)]
        connection.run(connection.session.done())
        assert connection.is_open


def test_logout_needs_no_answer(driver):
    for answer in (Say(b"* BYE bye\r\n{tag} OK\r\n"), Hangup(), Say(b"* BYE bye\r\n")):
        with (
            ScriptedServer([GREETING, Expect(b"LOGOUT"), answer, Hangup()]) as server,
            driver(plain(server)) as connection,
        ):
            connection.run(connection.session.logout())
            assert server.faults == []


def test_a_cancelled_command_closes():
    async def story(server):
        connection = await AsyncConnection.connect(server, 20)
        task = asyncio.create_task(connection.run(connection.session.noop(), 20))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return connection.is_open

    with ScriptedServer([GREETING]) as server:
        assert asyncio.run(story(plain(server))) is False


def test_a_cancelled_wait_does_no_harm():
    async def story(server):
        async with await AsyncConnection.connect(server, 20) as connection:
            task = asyncio.create_task(connection.wait(20))
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await connection.run(connection.session.noop(), 20)

    with ScriptedServer([GREETING, Expect(b"NOOP"), Say(b"{tag} OK\r\n")]) as server:
        asyncio.run(story(plain(server)))
        assert server.faults == []


def test_a_slow_reader_leaves_the_socket_alone():
    """asyncio takes no more from the socket than a little over the high-water mark, however much the server sends."""

    async def story(server):
        async with await AsyncConnection.connect(server, 20) as connection:
            await asyncio.sleep(0.5)
            waiting = connection._pipe._size
            events = []
            while len(events) < 2000:
                events += await connection.wait(20)
            return waiting

    with ScriptedServer([GREETING, Say((b"* 7 EXISTS" + b" " * 4000 + b"\r\n") * 2000)]) as server:
        assert 1024 * 1024 <= asyncio.run(story(plain(server))) < 2 * 1024 * 1024


# --- COMPRESS ---------------------------------------------------------------------------------------------------------


@pytest.mark.threat("D4")
def test_deflate_gives_out_little_at_a_time():
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = packer.compress(b"\0" * 50_000_000) + packer.flush(zlib.Z_SYNC_FLUSH)
    link = Deflate()
    link.push(bomb)
    total = 0
    while piece := link.pull():
        assert len(piece) <= MAX_STEP
        total += len(piece)
    assert total == 50_000_000


def test_deflate_both_ways():
    link, peer = Deflate(), Deflate()
    for text in (b"A1 NOOP\r\n", b"", b"x" * 100_000):
        for octet in link.compress(text):
            peer.push(bytes([octet]))
        received = b""
        while piece := peer.pull():
            received += piece
        assert received == text
    peer.push(b"\xff\xff\xff")
    with pytest.raises(ProtocolError):
        peer.pull()


def test_loopback_is_not_compressed(driver):
    script = [Say(b"* OK [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE] ready\r\n"), Expect(b".*")]
    with ScriptedServer(script) as server, driver(plain(server)) as connection:
        assert connection.compress() is False
        assert server.lines == []


@pytest.mark.parametrize(
    ("host", "expected"),
    [("localhost", True), ("127.0.0.3", True), ("::1", True), ("10.0.0.1", False), ("mail.example.org", False)],
)
def test_what_is_loopback(host, expected):
    assert Server(host, 993).is_loopback is expected


def test_the_oldest_tls_that_is_spoken() -> None:
    assert Server("mail.example.org", 993).tls().minimum_version == ssl.TLSVersion.TLSv1_2
    assert Server("mail.example.org", 993, least_tls="1.3").tls().minimum_version == ssl.TLSVersion.TLSv1_3
