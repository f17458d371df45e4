"""A server as a child process with its descendants: started, waited for, stopped, killed, and its CPU counted.

Never ends a process that it did not start, and leaves none behind: the kernel ends them when the tests' process dies.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

import psutil
import pytest

from tests.servers.cpu import cpu_of
from tools import packages

START_DEADLINE = 60.0  # seconds; a busy machine may need most of it


def require(program: str) -> str:
    """The path of a program; fails the test (never skips it) with the line to type when it is missing."""
    path = packages.find(program)
    if path is None:
        line = packages.advice([packages.NEEDED[program]])
        pytest.fail(f"{program} is not installed. Type: {line}", pytrace=False)
    return path


def free_ports(count: int) -> list[int]:
    """Ports on 127.0.0.1 that nobody listened on a moment ago, all different."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def private_directory(name: str) -> Path:
    """A new temporary directory with a short path, for Unix sockets may have 107 bytes."""
    return Path(tempfile.mkdtemp(prefix=f"whimbrel-{name}-"))


def wait_until(condition: Callable[[], object], what: str, deadline: float = START_DEADLINE) -> None:
    """Poll until the condition is true; AssertionError naming what was waited for otherwise."""
    end = time.monotonic() + deadline
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"Waited {deadline:.0f} s in vain: {what}")
        time.sleep(0.02)


def listens(port: int) -> bool:
    """True when something accepts connections on this loopback port."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
        return True
    return False


@contextlib.contextmanager
def one_at_a_time(what: str) -> Iterator[None]:
    """Among the workers of a test run."""
    with (Path(tempfile.gettempdir()) / f"whimbrel-{what}-{os.geteuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Startable(Protocol):
    """Anything with a beginning, and an end that leaves nothing behind."""

    def start(self) -> None: ...
    def close(self) -> None: ...


S = TypeVar("S", bound=Startable)


@contextlib.contextmanager
def running(server: S) -> Iterator[S]:
    """Start it, and close it at the end."""
    try:
        server.start()
        yield server
    finally:
        server.close()


class Server:
    """The common life of all servers. A subclass says which `command` to run and when it is `ready`."""

    name = "server"
    #: What `stop` sends first; SIGKILL follows when the process is still there after the deadline.
    stop_signal = signal.SIGTERM
    #: Open file descriptors that the process inherits.
    inherited: Sequence[int] = ()

    def __init__(self) -> None:
        self.directory = private_directory(self.name)
        self._process: subprocess.Popen[bytes] | None = None
        self._cpu_of_earlier_lives = 0.0

    def command(self) -> Sequence[str]:
        """The process line; it must stay in the foreground."""
        raise NotImplementedError

    def ready(self) -> bool:
        """True when the server answers."""
        raise NotImplementedError

    def choose_ports(self) -> None:
        """Called before every attempt of the first start, since a chosen port may be taken by another meanwhile."""

    def environment(self) -> Mapping[str, str]:
        """The process's environment."""
        return os.environ

    @property
    def log_path(self) -> Path:
        """Where standard output and error go; a server with its own log names it here."""
        return self.directory / "log"

    @property
    def log(self) -> str:
        """All it has said so far."""
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start for the first time: on random ports, tried again when one of them was snatched away."""
        for _attempt in range(5):
            self.choose_ports()
            self.spawn()
            if self._became_ready():
                return
            self.kill()
        raise AssertionError(f"{self.name} does not start:\n{self.log[-3000:]}")

    def restart(self) -> None:
        """Stop when it runs, and start again on the same ports with the same data."""
        self.stop()
        self.spawn()
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """After `spawn`."""
        if not self._became_ready():
            raise AssertionError(f"{self.name} does not start:\n{self.log[-3000:]}")

    def stop(self) -> None:
        """End it as an operator would, and wait for the end of all its processes."""
        self._end(self.stop_signal, grace=10.0)

    def kill(self) -> None:
        """SIGKILL to all its processes: a power cut."""
        self._end(signal.SIGKILL, grace=10.0)

    def close(self) -> None:
        """Stop, and remove the directory."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def processes(self) -> list[psutil.Process]:
        """The process and its living descendants."""
        if self._process is None:
            return []
        try:
            root = psutil.Process(self._process.pid)
            return [root, *root.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def cpu_seconds(self) -> float:
        """User and system CPU of all its processes since the first start, those that have ended included."""
        return self._cpu_of_earlier_lives + cpu_of(self.processes)

    def spawn(self) -> None:
        """Start the process and wait for nothing."""
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", "--", *self.command()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(self.environment()),
                cwd=self.working_directory(),
                pass_fds=self.inherited,
            )

    def working_directory(self) -> Path:
        return self.directory

    def _became_ready(self) -> bool:
        end = time.monotonic() + START_DEADLINE
        while self.running and time.monotonic() < end:
            if self.ready():
                return True
            time.sleep(0.01)
        return False

    def _end(self, first: signal.Signals, grace: float) -> None:
        """Signal the main process (all of them when the signal is SIGKILL); after the grace, SIGKILL what is left."""
        if self._process is None:
            return
        family = self.processes()
        self._cpu_of_earlier_lives += cpu_of(lambda: family)
        for each in family if first is signal.SIGKILL else family[:1]:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.send_signal(first)
        end = time.monotonic() + grace
        while any(map(lives, family)) and time.monotonic() < end:
            time.sleep(0.01)
        for each in filter(lives, family):
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
        self._process.wait()
        self._process = None


def lives(process: psutil.Process) -> bool:
    """Who has ended counts no more: whoever is to take note of it, such as the first process of a container, may take
    seconds."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
