"""The demo's own mail server, pymap, as one more server of the stories: poor, in plaintext, with no delivery agent."""

import itertools
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from imapbridge.demo.people import PASSWORD
from tests.servers.dovecot_config import Ports
from tests.servers.filling import Filler
from tests.servers.letters import Letter
from tests.servers.mail_client import MailClient
from tests.servers.mail_server import MailServer, User
from tests.servers.process import free_ports, listens

ROOT = Path(__file__).resolve().parent.parent.parent
MOST = 2000
"""People that it knows: each may be in one story."""
PROGRAM = """
import asyncio, pathlib, sys
from imapbridge.demo import poor
poor.PEOPLE = {f"user.{number}@example.org": "" for number in range(int(sys.argv[3]))}
asyncio.run(poor.serve(pathlib.Path(sys.argv[1]), int(sys.argv[2]), asyncio.Event()))
"""
MAILBOXES = ("Drafts", "Sent", "Archive", "Junk", "Trash")


class Demo(MailServer):
    """Only `ports.imap` is there. New mail is appended, as the demo's SMTP server does it."""

    name = "demo"
    is_plain = True

    def __init__(self) -> None:
        super().__init__()
        self._numbers = itertools.count()

    def choose_ports(self) -> None:
        self.ports = Ports(*free_ports(1), 0, 0)

    def command(self) -> Sequence[str]:
        return [sys.executable, "-c", PROGRAM, str(self.directory), str(self.ports.imap), str(MOST)]

    def working_directory(self) -> Path:
        return ROOT

    def ready(self) -> bool:
        return listens(self.ports.imap)

    def user(self, name: str = "", password: str = "") -> User:
        """Whatever name is wished for: the server knows its people by number."""
        made = User(f"user.{next(self._numbers)}@example.org", PASSWORD, self.directory)
        with self.client(made) as client:
            for mailbox in MAILBOXES:
                client.create_mailbox(mailbox)
        return made

    def client(self, user: User) -> MailClient:
        return MailClient(self.ports.imap, None, user.address, user.password, self.path)

    def deliver(self, user: User, raw: bytes, sender: str = "sender@example.net") -> None:
        self.append(user, "INBOX", raw)

    def fill_with(self, user: User, mailbox: str, chosen: Iterable[Letter]) -> None:
        filler = Filler(self.ports.imap, None, user.address, user.password)
        filler.fill(self.path(mailbox), chosen)
        filler.close()
