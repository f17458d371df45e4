"""Submission servers that say more, or more slowly, than anybody has room or time for."""

import pytest

from imapbridge.errors import ConnectionClosed, TimedOut, WireError
from imapbridge.submit.link import Link
from imapbridge.wire.drivers import Server
from tests.servers.scripted import Expect, Hangup, Say, ScriptedServer, Step, Wait

pytestmark = pytest.mark.threat("D4")

GREETED = (Say(b"220 hello\r\n"), Expect(b"EHLO"))


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ([*GREETED, Say(b"250-X-MORE\r\n" * 20_000)], ConnectionClosed),
        ([*GREETED, Say(b"250-" + b"x" * 9000)], ConnectionClosed),
        ([Say(b"220-hello\r\n" * 20_000)], ConnectionClosed),
        ([Say(b"220-hello\r\n"), Wait(0.06)] * 9, TimedOut),
        ([*[Say(b"2"), Wait(0.06)] * 9, Hangup(reset=True)], TimedOut),
        ([Say(b"HTTP/1.1 400 Bad Request\r\n\r\n")], ConnectionClosed),
    ],
)
def test_no_reply_is_without_end(script: list[Step], fault: type[WireError]) -> None:
    with ScriptedServer(script) as server, pytest.raises(fault):
        Link.connect(Server("localhost", server.port, "plain"), "[127.0.0.1]", patience=0.1)
