"""What must be there before the first process starts: the folder, the keys, the port, the tables, the static files.

Work that was done by an earlier start is recognised by a digest of its input, and not done again.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import hashlib
import os
import secrets
import socket
import sqlite3
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent.parent
LOCK = ROOT / "requirements" / "base.txt"
KEYS = ("WEBMAIL_SECRET_KEY", "WEBMAIL_CREDENTIAL_KEYS")
#: A Unix socket's path has room for 107 bytes (unix(7)), the longest name in the folder is `bridge.sock`.
LONGEST_PATH = 95


class CannotStart(Exception):
    """Said to the person as it is: what is wrong and what to do next."""


def folder(data: Path) -> None:
    """Make the data directory, and let nobody else read what is made in it from here on."""
    if len(os.fsencode(data)) > LONGEST_PATH:
        raise CannotStart(f"The data directory's path is too long for the sockets in it: {data}\nSet WEBMAIL_DATA_DIR.")
    os.umask(0o077)
    (data / "log").mkdir(parents=True, exist_ok=True)


def lock(data: Path) -> IO[str]:
    """Take the data directory for this process alone, until what is returned is closed."""
    held = (data / "lock").open("a+")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise CannotStart(f"Whimbrel is already running on {data}. Stop it first, or set WEBMAIL_DATA_DIR.") from None
    held.truncate(0)
    held.write(str(os.getpid()))
    held.flush()
    return held


def holder(data: Path) -> int:
    """The process that has the data directory. Raises CannotStart when none has."""
    try:
        lock(data).close()
    except CannotStart:
        told = (data / "lock").read_text()
        if not told:
            raise CannotStart("What runs there is of a version before: stop it, and start it again.") from None
        return int(told)
    raise CannotStart(f"Nothing runs on {data}.")


def keys(data: Path) -> dict[str, str]:
    """The secrets of this data directory, made on the first start, readable by their owner only."""
    path = data / "keys.env"
    if not path.exists():
        lines = "".join(f"{name}={secrets.token_urlsafe(48)}\n" for name in KEYS)
        # Created with its final permissions: there is no moment in which others can read it.
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(lines)
    return dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket that the web process inherits. Raises CannotStart when the host or the port is no good."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=1024)
    except OSError as fault:
        raise CannotStart(_why_not(host, port, fault)) from None
    # What it accepts inherits this. uvicorn takes a socket that it is given for a Unix one and leaves it unset, and
    # then the end of every answer waits 40 ms for an acknowledgement that the browser delays.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.set_inheritable(True)
    return listener


def _why_not(host: str, port: int, fault: OSError) -> str:
    reason = fault.strerror or str(fault)
    if isinstance(fault, socket.gaierror) or fault.errno == errno.EADDRNOTAVAIL:
        return (
            f"HOST={host} is no address of this machine ({reason}).\n"
            "Leave it out to be reached from this machine only, or set HOST=0.0.0.0 for every address it has."
        )
    if fault.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is not free ({reason}).\n"
            f"Stop the program that uses it, or choose another port: PORT={port % 65535 + 1} ./run"
        )
    return f"Port {port} on {host} cannot be listened at ({reason}).\nChoose another one: PORT=8000 ./run"


async def tables(environ: Mapping[str, str], data: Path) -> None:
    """Migrate, unless these very migrations were applied to this SQLite file before. Then the operator's domains."""
    wanted = _digest([*ROOT.glob("*/migrations/*.py"), LOCK])
    is_here = (data / "whimbrel.sqlite3").exists() and not environ.get("DATABASE_URL")
    await _unless(data / "migrated", wanted if is_here else "", ["migrate", "--noinput"], environ)
    (data / "migrated").write_text(wanted)
    if environ.get("WEBMAIL_DOMAINS_FILE"):
        await _run(["domains", "apply"], environ)


async def static_files(environ: Mapping[str, str]) -> None:
    """Collect and compress them, unless they have not changed since the last time."""
    folder = ROOT / "staticfiles"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    wanted = _digest([LOCK, *(path for path in (ROOT / "static").rglob("*") if path.is_file())])
    with (folder / ".lock").open("w") as one_at_a_time:
        await asyncio.to_thread(fcntl.flock, one_at_a_time, fcntl.LOCK_EX)
        # Anybody may read them, also another web server.
        await _unless(folder / ".digest", wanted, ["collectstatic", "--noinput"], environ, umask=0o022)
        (folder / ".digest").write_text(wanted)


async def _unless(stamp: Path, wanted: str, command: list[str], environ: Mapping[str, str], umask: int = -1) -> None:
    """Run a command of Django's, unless the stamp says that it ran on the same input. Raises CannotStart."""
    if not stamp.exists() or stamp.read_text() != wanted:
        await _run(command, environ, umask)


async def _run(command: list[str], environ: Mapping[str, str], umask: int = -1) -> None:
    """A command of Django's. Raises CannotStart."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "manage.py", *command), env=environ, cwd=ROOT, stdout=PIPE, stderr=STDOUT, umask=umask
    )
    try:
        output, _ = await process.communicate()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
    if process.returncode != 0:
        raise CannotStart(f"{command[0]} failed:\n{output.decode(errors='replace')}")


def _digest(paths: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(f"{path.relative_to(ROOT)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def checkpoint(data: Path) -> None:
    """When all has stopped: put SQLite's write-ahead log into the database, so that one file holds everything."""
    path = data / "whimbrel.sqlite3"
    if path.exists():
        with contextlib.closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
