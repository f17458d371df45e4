"""A mail server that speaks just enough IMAP to be listened to by ten thousand: it lets anybody in, and holds no mail.

`python -m tests.bench.stub PORT TLS_PORT CERTIFICATE KEY` is its process. `XDELIVER address` on any connection tells
those who idle as that address of a new message; no real server has such a command.
"""

import asyncio
import base64
import resource
import socket
import ssl
import sys
from asyncio import sslproto
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from tests.servers.certificates import CertificateAuthority
from tests.servers.dovecot_config import Ports
from tests.servers.mail_server import MailServer, User
from tests.servers.process import free_ports, listens

ROOT = Path(__file__).resolve().parent.parent.parent
CAPABILITY = (
    b"CAPABILITY IMAP4rev1 SASL-IR LITERAL+ AUTH=PLAIN IDLE NOTIFY LIST-EXTENDED LIST-STATUS SPECIAL-USE CONDSTORE"
    b" QRESYNC ENABLE ID"
)
MAILBOXES = (b"INBOX", b"Drafts", b"Sent", b"Junk", b"Trash", b"Archive")
UNTAGGED = {
    b"CAPABILITY": b"* " + CAPABILITY + b"\r\n",
    b"ID": b'* ID ("name" "Stub")\r\n',
    b"ENABLE": b"* ENABLED QRESYNC CONDSTORE\r\n",
    b"EXAMINE": b"* 1 EXISTS\r\n* OK [UIDVALIDITY 1] .\r\n* OK [UIDNEXT 2] .\r\n* OK [HIGHESTMODSEQ 1] .\r\n",
    b"LIST": b"".join(
        b'* LIST (\\Subscribed) "/" %s\r\n'
        b"* STATUS %s (MESSAGES 1 UNSEEN 0 UIDNEXT 2 UIDVALIDITY 1 HIGHESTMODSEQ 1)\r\n" % (name, name)
        for name in MAILBOXES
    ),
}


class Stub(MailServer):
    """Its process, for a bench."""

    name = "stub"
    far_host = "127.0.0.2"

    def __init__(self) -> None:
        super().__init__()
        self.authority = CertificateAuthority(self.directory)
        self.certificate = self.authority.issue("localhost")
        self.ports = Ports(0, 0, 0)

    def choose_ports(self) -> None:
        self.ports = Ports(*free_ports(2), 0)

    def command(self) -> Sequence[str]:
        certificate = (str(self.certificate.certificate), str(self.certificate.key))
        ports = (str(self.ports.imap), str(self.ports.imaps))
        return [sys.executable, "-m", "tests.bench.stub", *ports, *certificate]

    def working_directory(self) -> Path:
        return ROOT

    def ready(self) -> bool:
        return listens(self.ports.imaps)

    def admit(self, user: User) -> None:
        """Anybody may come in."""

    def deliver(self, user: User, raw: bytes, sender: str = "") -> None:
        """Only the news of it."""
        with socket.create_connection(("127.0.0.1", self.ports.imap), timeout=30) as connection:
            connection.sendall(f"x XDELIVER {user.address}\r\n".encode())
            with connection.makefile("rb") as lines:
                while not lines.readline().startswith(b"x OK"):
                    pass


class Connection(asyncio.Protocol):
    """One session."""

    by_user: defaultdict[bytes, set["Connection"]] = defaultdict(set)

    def __init__(self) -> None:
        self._rest = b""
        self._user = b""
        self._idle_tag = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send(b"* OK [" + CAPABILITY + b"] Stub ready.\r\n")

    def connection_lost(self, _error: Exception | None) -> None:
        self.by_user[self._user].discard(self)

    def data_received(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\r\n")
        for line in lines:
            self._answer(line)

    def tell(self) -> None:
        """Of a message."""
        if self._idle_tag:
            self._send(b"* 2 EXISTS\r\n")

    def _answer(self, line: bytes) -> None:
        if line.upper() == b"DONE":
            self._send(self._idle_tag + b" OK Done.\r\n")
            self._idle_tag = b""
            return
        tag, name, *arguments = line.split(b" ")
        if name == b"IDLE":
            self._idle_tag = tag
            self._send(b"+ idling\r\n")
            return
        self._obey(name, arguments)
        self._send(UNTAGGED.get(name, b"") + tag + b" OK Completed.\r\n")

    def _obey(self, name: bytes, arguments: list[bytes]) -> None:
        if name == b"AUTHENTICATE":
            self._user = base64.b64decode(arguments[-1]).split(b"\0")[1]
            self.by_user[self._user].add(self)
        elif name == b"XDELIVER":
            for connection in self.by_user[arguments[0]]:
                connection.tell()

    def _send(self, data: bytes) -> None:
        self._transport.write(data)


async def serve(port: int, tls_port: int, certificate: str, key: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    loop = asyncio.get_running_loop()
    hosts = ("127.0.0.1", Stub.far_host)
    await loop.create_server(Connection, hosts, port, backlog=4096)
    await loop.create_server(Connection, hosts, tls_port, backlog=4096, ssl=context)
    await asyncio.Event().wait()


def main() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    sslproto.SSLProtocol.max_size = 16 * 1024  # asyncio would hold 256 KiB for each connection
    port, tls_port, certificate, key = sys.argv[1:]
    asyncio.run(serve(int(port), int(tls_port), certificate, key))


if __name__ == "__main__":
    main()
