"""What must be there before the first process starts."""

import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.process import free_ports, private_directory
from webmail.supervisor import demo, prepare
from webmail.supervisor.prepare import CannotStart


@pytest.fixture
def data() -> Iterator[Path]:
    """A data directory's path, and the umask as it was."""
    before = os.umask(0o022)
    yield private_directory("prepare") / "data"
    os.umask(before)


def test_what_is_made_in_the_folder_is_nobody_elses_business(data: Path) -> None:
    prepare.folder(data)
    (data / "mail").write_text("secret")
    assert stat.S_IMODE((data / "mail").stat().st_mode) == 0o600


def test_keys_are_made_once_and_kept(data: Path) -> None:
    prepare.folder(data)
    keys = prepare.keys(data)
    assert set(keys) == set(prepare.KEYS)
    assert min(map(len, keys.values())) >= 32
    assert prepare.keys(data) == keys
    assert stat.S_IMODE((data / "keys.env").stat().st_mode) == 0o600


def test_a_folder_has_one_supervisor_at_a_time(data: Path) -> None:
    prepare.folder(data)
    with pytest.raises(CannotStart, match="Nothing runs"):
        prepare.holder(data)
    with prepare.lock(data):
        assert prepare.holder(data) == os.getpid()
        with pytest.raises(CannotStart, match="already running"):
            prepare.lock(data)
    prepare.lock(data).close()


def test_a_path_too_long_for_sockets_is_told(data: Path) -> None:
    with pytest.raises(CannotStart, match="too long"):
        prepare.folder(data / ("x" * 100))


def test_a_taken_port_is_told_with_another_to_try() -> None:
    (port,) = free_ports(1)
    with prepare.listen("127.0.0.1", port), pytest.raises(CannotStart, match=f"PORT={port + 1}"):
        prepare.listen("127.0.0.1", port)


@pytest.mark.parametrize("host", ["no such host", "203.0.113.7"])
def test_a_host_that_is_none_of_ours_is_told(host: str) -> None:
    with pytest.raises(CannotStart, match=f"^HOST={host} is no address of this machine"):
        prepare.listen(host, free_ports(1)[0])


def test_the_end_of_an_answer_waits_for_nobody() -> None:
    """Without it every answer but the first of a connection took 40 ms more."""
    with prepare.listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _address = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_the_demos_ports_are_kept_until_somebody_takes_one(data: Path) -> None:
    prepare.folder(data)
    first = demo.settings(data)
    demo.check_ports(data)
    assert demo.settings(data) == first
    with prepare.listen("127.0.0.1", int(first["WEBMAIL_IMAP_PORT"])):
        demo.check_ports(data)
        assert demo.settings(data) != first
