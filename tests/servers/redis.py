"""A private Redis on a Unix socket and a loopback port. It keeps nothing on disk: losing it must lose no work."""

import socket
from collections.abc import Sequence
from pathlib import Path

from tests.servers.process import Server, free_ports, require


class Redis(Server):
    """`url` is the Unix socket's, `tcp_url` the port's."""

    name = "redis"

    def __init__(self, program: str = "", path: Path | None = None) -> None:
        """Debian's Redis on a socket of its own choice, unless told otherwise."""
        self._program = program or require("redis-server")
        super().__init__()
        self.port = 0
        self.socket = path or self.directory / "redis.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    @property
    def tcp_url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def choose_ports(self) -> None:
        [self.port] = free_ports(1)

    def command(self) -> Sequence[str]:
        place = ["--bind", "127.0.0.1", "--port", str(self.port), "--unixsocket", str(self.socket)]
        return [self._program, *place, "--save", "", "--appendonly", "no", "--dir", str(self.directory)]

    def ready(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(5)
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(5) == b"+PONG"
        except OSError:
            return False
