"""`./run` itself, as a person types it: it serves, keeps what it had, ends cleanly, and says what is wrong."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.servers.postgres import PostgreSQL
from tests.servers.process import free_ports, lives, private_directory, wait_until
from tests.servers.redis import Redis

ROOT = Path(__file__).resolve().parent.parent
VERBS = (
    "serve", "test", "test-unit", "lint", "bench", "bench-push", "bench-search", "soak", "prod", "manage", "vendor",
    "install", "help",
)  # fmt: skip
LIST_PEOPLE = "from accounts.models import User; print(*User.objects.values_list('email', flat=True))"
#: Two of them may be starting at the same time on a busy machine.
PATIENCE = 180.0


class Run:
    """A started `./run` with a data directory of its own."""

    def __init__(self, data: Path, port: int, *verb: str, **environ: str) -> None:
        self.port = port
        self.output = data.parent / f"output-{port}"
        self.process = subprocess.Popen(
            [sys.executable, "run", *verb], cwd=ROOT, env=environment(data, PORT=str(port), **environ),
            stdout=self.output.open("wb"), stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip

    @property
    def said(self) -> str:
        return self.output.read_text()

    def answers(self) -> bool:
        assert self.process.poll() is None, self.said
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://localhost:{self.port}/sign-in", timeout=30) as page,
        ):
            return page.status == 200 and b"password" in page.read()
        return False

    def wait_until_ready(self) -> None:
        wait_until(
            lambda: self.process.poll() is not None or "is ready" in self.said, "the word that it is ready", PATIENCE
        )
        assert self.process.poll() is None, self.said

    def family(self) -> list[psutil.Process]:
        root = psutil.Process(self.process.pid)
        return [root, *root.children(recursive=True)]

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=60)


def environment(data: Path, **more: str) -> dict[str, str]:
    """The person's environment, without what the tests have set in it for themselves."""
    own = ("WEBMAIL_", "DATABASE_URL", "REDIS_URL", "DJANGO_", "TEST_DATABASE")
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(own)},
        "WEBMAIL_DATA_DIR": str(data),
        **more,
    }


@pytest.fixture
def data() -> Path:
    return private_directory("run") / "data"


@contextlib.contextmanager
def serving(data: Path, *verb: str, **environ: str) -> Iterator[Run]:
    (port,) = free_ports(1)
    run = Run(data, port, *verb, **environ)
    try:
        yield run
    finally:
        if run.process.poll() is None:
            run.end(signal.SIGTERM)


def say(*arguments: str, data: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """What `./run` with these arguments answers."""
    command = [sys.executable, "run", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment(data, **environ), capture_output=True, text=True, timeout=60
    )


def test_help_lists_every_verb(data: Path) -> None:
    done = say("help", data=data)
    assert done.returncode == 0
    for verb in VERBS:
        assert f"./run {verb} " in done.stdout
    assert not data.exists()


def test_an_unknown_verb_is_told(data: Path) -> None:
    done = say("sreve", data=data)
    assert done.returncode == 2
    assert "./run help" in done.stderr


def test_a_taken_port_is_told(data: Path) -> None:
    (port,) = free_ports(1)
    with socket.create_server(("127.0.0.1", port)):
        done = say(data=data, PORT=str(port))
    assert done.returncode == 1
    assert f"Port {port}" in done.stderr
    assert f"PORT={port + 1} ./run" in done.stderr


def test_wrong_settings_are_told_before_anything_starts(data: Path) -> None:
    done = say(data=data, WEBMAIL_IMAP_HOST="imap.example.com", WEBMAIL_IMAP_PORT="imap", WEBMAIL_DEBUG="perhaps")
    assert done.returncode == 1
    assert "WEBMAIL_IMAP_PORT" in done.stderr
    assert "WEBMAIL_DEBUG" in done.stderr


def test_production_wants_its_servers(data: Path) -> None:
    done = say("prod", data=data, WEBMAIL_IMAP_PORT="imap")
    assert done.returncode == 1
    for name in ("DATABASE_URL", "REDIS_URL", "WEBMAIL_SECRET_KEY", "WEBMAIL_CREDENTIAL_KEYS", "WEBMAIL_IMAP_PORT"):
        assert name in done.stderr


def test_servers_that_do_not_answer_are_told_in_a_sentence(data: Path) -> None:
    port, other = free_ports(2)
    environ = {"WEBMAIL_SECRET_KEY": "s" * 40, "WEBMAIL_CREDENTIAL_KEYS": "c" * 40}
    database, broker = f"postgresql://ann:hunter2@127.0.0.1:{port}/mail", f"redis://:hunter2@127.0.0.1:{other}/0"
    done = say("prod", data=data, DATABASE_URL=database, REDIS_URL=broker, **environ)
    assert done.returncode == 1
    assert "PostgreSQL does not answer: " in done.stderr
    assert "Redis does not answer: " in done.stderr
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stderr


@pytest.mark.servers
def test_it_serves_keeps_its_data_and_leaves_no_process_also_when_it_is_killed(data: Path) -> None:
    with serving(data) as run:
        wait_until(run.answers, "the sign-in page", PATIENCE)
        run.wait_until_ready()
        assert "noor@example.com" in run.said
        assert f"http://localhost:{run.port}" in run.said
        family = run.family()
        assert len(family) >= 6
        assert run.end() == 0
        assert not any(map(lives, family))
    keys = (data / "keys.env").read_text()
    assert say("manage", "createsuperuser", "--noinput", "--email=ann@example.com", data=data).returncode == 0
    with serving(data, WEBMAIL_IMAP_HOST="127.0.0.1") as run:
        run.wait_until_ready()
        assert "noor@example.com" not in run.said
        assert (data / "keys.env").read_text() == keys
        listed = say("manage", "shell", "-v0", "-c", LIST_PEOPLE, data=data)
        assert listed.stdout.split() == ["ann@example.com"], listed.stderr
        family = run.family()
        run.end(signal.SIGKILL)
        wait_until(lambda: not any(map(lives, family)), "the end of all of them")


@pytest.mark.servers
def test_production_runs_on_postgresql_and_redis(data: Path, postgres: PostgreSQL, redis_server: Redis) -> None:
    environ = {
        "DATABASE_URL": postgres.database(),
        "REDIS_URL": redis_server.url,
        "WEBMAIL_SECRET_KEY": "s" * 40,
        "WEBMAIL_CREDENTIAL_KEYS": "c" * 40,
        "WEBMAIL_IMAP_HOST": "127.0.0.1",
        "WEB_CONCURRENCY": "2",
    }
    with serving(data, "prod", **environ) as run:
        run.wait_until_ready()
        assert run.answers()
        commands = [" ".join(process.cmdline()) for process in run.family()]
        assert not any("valkey" in command or "demoserver" in command for command in commands)
        family = run.family()
        assert run.end() == 0
        assert not any(map(lives, family))
    assert not (data / "whimbrel.sqlite3").exists()
