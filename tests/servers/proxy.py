"""A proxy in front of a mail server that stops or cuts a session where a test says so. Reads plaintext IMAP."""

import contextlib
import re
import socket
import threading
from dataclasses import dataclass, field
from typing import Self


@dataclass
class Trap:
    """When the client has sent `pattern` for the `nth` time, let so many octets of the answer through, then act.

    `cut` closes both sides; else the session hangs, as it is, until `release`. `at_command`: the command itself never
    reaches the server, and the session ends with the release.
    """

    pattern: bytes
    nth: int = 1
    octets: int = 0
    cut: bool = False
    at_command: bool = False
    sprung: threading.Event = field(default_factory=threading.Event)
    release: threading.Event = field(default_factory=threading.Event)

    def wait(self, seconds: float = 60.0) -> None:
        """Until a session has run into it."""
        assert self.sprung.wait(seconds), f"nobody sent {self.pattern!r} for the {self.nth}. time"


class Proxy:
    """Listens on `port` and passes everything on to the `target` port, but for what `trap` says. One trap at a time."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._trap: Trap | None = None
        self._seen = 0
        self.hides: re.Pattern[bytes] | None = None
        """What of a server's answers nobody gets to see; within one piece of what it sends."""
        self.cuts = b""
        """Every session in which a client sends this ends at once."""
        self.refuses: tuple[bytes, bytes] | None = None
        """What clients send, and the words of the NO that they get for it; the server does not hear of it."""
        self.sessions = 0
        """How many there were."""
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.disarm()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in self._open:
            _shut(each)
            each.close()

    def arm(self, trap: Trap) -> Trap:
        self.disarm()
        self._trap, self._seen = trap, 0
        return trap

    def disarm(self) -> None:
        """No trap any more; who hangs in one goes on."""
        if self._trap:
            self._trap.release.set()
        self._trap = None

    def _accept(self) -> None:
        while True:
            try:
                client, _peer = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target))
            except ConnectionRefusedError:
                client.close()
                continue
            except OSError:
                return
            self.sessions += 1
            self._open += [client, server]
            session = _Session(self, client, server)
            threading.Thread(target=session.upwards, daemon=True).start()
            threading.Thread(target=session.downwards, daemon=True).start()

    def is_sprung_by(self, data: bytes) -> Trap | None:
        """The trap, when these octets of a client are the ones it waits for."""
        trap = self._trap
        if trap is None or trap.sprung.is_set() or trap.pattern not in data:
            return None
        self._seen += data.count(trap.pattern)
        return trap if self._seen >= trap.nth else None


class _Session:
    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy, self._client, self._server = proxy, client, server
        self._trap: Trap | None = None
        self._passed = 0

    def upwards(self) -> None:
        """From the client to the server."""
        with contextlib.suppress(OSError):
            while data := self._client.recv(65536):
                if self._proxy.cuts and self._proxy.cuts in data:
                    _shut(self._client)
                    break
                if (refuses := self._proxy.refuses) and refuses[0] in data:
                    self._client.sendall(data.split(b" ")[0] + b" NO " + refuses[1] + b"\r\n")
                    continue
                self._trap = self._trap or self._proxy.is_sprung_by(data)
                if self._trap and self._trap.at_command:
                    self._spring(self._trap)
                    break
                self._server.sendall(data)
        _shut(self._server)

    def downwards(self) -> None:
        """From the server to the client, and no further than the trap lets through."""
        with contextlib.suppress(OSError):
            while data := self._server.recv(65536):
                trap = self._trap
                data = self._proxy.hides.sub(b"", data) if self._proxy.hides else data
                if trap and not trap.at_command and not trap.release.is_set():
                    room = trap.octets - self._passed
                    self._client.sendall(data[:room])
                    self._passed += min(room, len(data))
                    data = data[room:]
                    if data:
                        self._spring(trap)
                self._client.sendall(data)
        _shut(self._client)

    def _spring(self, trap: Trap) -> None:
        trap.sprung.set()
        if trap.cut:
            _shut(self._client)
            _shut(self._server)
        else:
            trap.release.wait()


def _shut(each: socket.socket) -> None:
    with contextlib.suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
