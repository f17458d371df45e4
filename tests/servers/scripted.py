"""Servers that misbehave: one accepts and says nothing, one speaks a given script. Both count their connections."""

import contextlib
import re
import socket
import ssl
import struct
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Say:
    """Send these bytes. `{tag}` stands for the tag of the command read last."""

    data: bytes


@dataclass(frozen=True)
class Expect:
    """Read a line that matches the pattern (from its beginning, without the tag); a mismatch is kept in `faults`."""

    pattern: bytes


@dataclass(frozen=True)
class Wait:
    """Do nothing for some seconds; longer than any deadline under test means: hang."""

    seconds: float


@dataclass(frozen=True)
class Hangup:
    """Close the connection; with `reset` as if the cable had been cut."""

    reset: bool = False


Step = Say | Expect | Wait | Hangup


class ScriptedServer:
    """Every connection gets the same script, on `host`:`port`; after it the connection stays open and silent."""

    host = "localhost"

    def __init__(self, script: Sequence[Step] = (), context: ssl.SSLContext | None = None) -> None:
        self.script = list(script)
        self.connections = 0
        self.lines: list[bytes] = []
        self.faults: list[str] = []
        self._context = context
        self._open: list[socket.socket] = []
        self._closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in self._open:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _peer = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._play, args=(connection,), daemon=True).start()

    def _play(self, connection: socket.socket) -> None:
        try:
            if self._context:
                connection = self._context.wrap_socket(connection, server_side=True)
                self._open.append(connection)
            self._perform(connection)
        except OSError as fault:
            if not self._closing.is_set():
                self.faults.append(f"connection ended: {fault}")

    def _perform(self, connection: socket.socket) -> None:
        tag = b"*"
        with connection.makefile("rb") as reader:
            for step in self.script:
                match step:
                    case Say(data):
                        connection.sendall(data.replace(b"{tag}", tag))
                    case Expect(pattern):
                        line = reader.readline()
                        tag = self._check(pattern, line)
                    case Wait(seconds):
                        self._closing.wait(seconds)
                    case Hangup(reset):
                        return self._hang_up(connection, reset=reset)
            self._closing.wait()
        return None

    def _hang_up(self, connection: socket.socket, *, reset: bool) -> None:
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()

    def _check(self, pattern: bytes, line: bytes) -> bytes:
        """The tag of the line, after a look at whether it is the expected one."""
        self.lines.append(line)
        tag, _, command = line.rstrip(b"\r\n").partition(b" ")
        if not re.match(pattern, command, re.IGNORECASE):
            self.faults.append(f"expected {pattern!r}, got {line!r}")
        return tag


class HangingServer(ScriptedServer):
    """Accepts every connection and never speaks."""
