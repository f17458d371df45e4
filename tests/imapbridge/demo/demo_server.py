"""The demo's servers as a child process, and a foreign mail program for looking at them."""

import contextlib
import smtplib
import socket
import sys
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from pathlib import Path

from imapclient import IMAPClient

from imapbridge.demo.people import PASSWORD
from tests.servers.process import Server, free_ports, require, wait_until

ROOT = Path(__file__).resolve().parent.parent.parent.parent
PROGRAM = """
import asyncio, pathlib, sys
from imapbridge.demo import dovecot, serve
if sys.argv[1] == "poor":
    dovecot.can_serve = lambda folder: False
asyncio.run(serve.serve(pathlib.Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
"""


class DemoServer(Server):
    """`kind` is `poor` (pymap) or `dovecot`."""

    def __init__(self, kind: str) -> None:
        if kind == "dovecot":
            require("dovecot")
        self.name = f"demo-{kind}"
        super().__init__()
        self.kind = kind
        self.folder = self.directory / "demo"
        self.imap_port = self.smtp_port = 0

    def choose_ports(self) -> None:
        self.imap_port, self.smtp_port = free_ports(2)

    def command(self) -> Sequence[str]:
        ports = [str(self.imap_port), str(self.smtp_port)]
        return [sys.executable, "-c", PROGRAM, self.kind, str(self.folder), *ports]

    def working_directory(self) -> Path:
        return ROOT

    def ready(self) -> bool:
        if not (self.folder / "planted").exists():
            return False
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.imap_port), timeout=5) as link:
            return link.recv(4) == b"* OK"
        return False

    @contextlib.contextmanager
    def client(self, address: str = "noor@example.com") -> Iterator[IMAPClient]:
        with IMAPClient("127.0.0.1", self.imap_port, ssl=False, timeout=30) as client:
            client.login(address, PASSWORD)
            yield client

    def send(self, message: EmailMessage) -> None:
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=30) as client:
            client.login(message["From"], PASSWORD)
            client.send_message(message)

    def wait_for(self, address: str, subject: str) -> int:
        """The UID of the message with this subject in the inbox, when it is there."""
        found: list[int] = []

        def arrived() -> bool:
            with self.client(address) as client:
                client.select_folder("INBOX", readonly=True)
                found[:] = client.search(["SUBJECT", subject])
            return bool(found)

        wait_until(arrived, f"{subject} in {address}'s inbox")
        return found[-1]
