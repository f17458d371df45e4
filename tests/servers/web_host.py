"""Somebody's web server on loopback, inside the tests' own process: it answers as it is told, and remembers who asked.

host.answers["/a.png"] = Reply(PNG)
"""

import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.servers.certificates import CertificateAuthority
from tests.servers.process import private_directory


@dataclass
class Reply:
    """What stands at a path. `slowly`: seconds between two octets; `length`: what it claims, None: nothing."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    slowly: float = 0.0
    length: int | None = -1


@dataclass
class Asked:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class WebHost:
    """Use it with `running`. `url` is plain, `secure_url` is https with a certificate of `authority`."""

    answers: dict[str, Reply] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.authority = CertificateAuthority(private_directory("web"))

    def start(self) -> None:
        self._servers = [ThreadingHTTPServer(("127.0.0.1", 0), self._handler()) for _ in range(2)]
        plain, secure = self._servers
        secure.socket = self.authority.issue().server_context().wrap_socket(secure.socket, server_side=True)
        self.url = f"http://localhost:{plain.server_port}"
        self.secure_url = f"https://localhost:{secure.server_port}"
        for server in self._servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()

    def close(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def clear(self) -> None:
        self.answers.clear()
        self.asked.clear()

    @property
    def paths(self) -> list[str]:
        return [each.path for each in self.asked]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                host.asked.append(Asked(self.command, self.path, dict(self.headers), body))
                reply = host.answers.get(self.path.partition("?")[0], Reply(status=404))
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if reply.length is not None:
                    self.send_header("Content-Length", str(len(reply.body) if reply.length < 0 else reply.length))
                self.end_headers()
                self._write(reply)

            do_POST = do_DELETE = do_GET

            def _write(self, reply: Reply) -> None:
                try:
                    if not reply.slowly:
                        self.wfile.write(reply.body)
                        return
                    for octet in reply.body:
                        self.wfile.write(bytes([octet]))
                        time.sleep(reply.slowly)
                except OSError:
                    return  # whoever asked has gone

            def log_message(self, *_arguments: Any) -> None:
                """Nothing on the terminal."""

        return Handler
