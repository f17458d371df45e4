"""Cyrus and Courier: private, alive after a power cut, and never missed in silence."""

import imaplib
import subprocess
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.servers.courier import Courier
from tests.servers.cyrus import Cyrus
from tests.servers.letters import letters, plain
from tests.servers.mail_server import MailServer
from tests.servers.process import lives, running
from tools import packages, unpacked

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module", params=[Cyrus, Courier])
def server(request: pytest.FixtureRequest) -> Iterator[MailServer]:
    with running(request.param()) as server:
        yield server


def test_mail_comes_in_by_every_way(server: MailServer) -> None:
    user = server.user()
    server.deliver(user, plain("Delivered", message_id="delivered@x"))
    server.fill(user, "Archive", 20)
    uid = server.append(user, "INBOX", plain("Filed", message_id="filed@x"), ["\\Seen"])
    with server.client(user) as client:
        assert b"Subject: Filed" in client.raw("INBOX", uid)
        assert client.flags("INBOX")[uid] == {"\\Seen"}
        assert len(client.uids("INBOX")) == 2
        flagged = sum("\\Flagged" in letter.flags for letter in letters(20, 1))
        assert len(client.uids("Archive")) == 20
        assert len(client.uids("Archive", "FLAGGED")) == flagged


def test_only_the_right_password_lets_in(server: MailServer) -> None:
    user = server.user()
    with pytest.raises(imaplib.IMAP4.error):
        server.client(replace(user, password="wrong"))
    server.client(user).close()


@pytest.mark.parametrize("make", [Cyrus, Courier])
def test_mail_is_there_after_a_power_cut(make: type[MailServer]) -> None:
    with running(make()) as server:
        user = server.user()
        server.append(user, "INBOX", plain("Kept", message_id="kept@x"))
        server.kill()
        server.restart()
        with server.client(user) as client:
            assert len(client.uids("INBOX")) == 1
        processes, data = server.processes(), server.directory
    assert processes
    assert not any(map(lives, processes))
    assert not data.exists()


def test_what_cannot_be_fetched_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*, update: bool) -> None:
        raise subprocess.CalledProcessError(100, "apt-get")

    monkeypatch.setattr(unpacked, "fetch", refuse)
    monkeypatch.setattr(packages, "missing", list)
    assert packages.main() == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.endswith(f"Type: {unpacked.advice()}")


def test_a_test_without_its_server_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacked, "is_there", lambda: False)
    with pytest.raises(pytest.fail.Exception, match="apt-get update"):
        Courier()
