"""What the stories need of any mail server: users made in a moment, a foreign client for each, and mail in it."""

import datetime
import os
import pwd
import secrets
import shutil
import smtplib
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.servers.certificates import CertificateAuthority, ServerCertificate
from tests.servers.dovecot_config import Ports
from tests.servers.filling import Filler
from tests.servers.letters import Letter, letters
from tests.servers.mail_client import MailClient
from tests.servers.process import Server
from tools import unpacked


@dataclass(frozen=True)
class User:
    """A mail user, and the directory that holds the mail."""

    address: str
    password: str
    home: Path


class MailServer(Server):
    """`ports.imaps` speaks TLS, on `host`; `authority` is whom its certificate is from."""

    host = "localhost"
    #: Another name of it, at which it takes us for another machine.
    far_host = ""
    #: There is no TLS and no authority, but `ports.imap` in plaintext.
    is_plain = False
    #: How mailboxes are named, beside INBOX: what stands before, and between the levels of, their names.
    prefix = ""
    delimiter = "/"
    #: A name that needs care and that this server lets us give.
    odd_mailbox = 'say "hi"'

    authority: CertificateAuthority
    certificate: ServerCertificate
    ports: Ports

    def user(self, name: str = "", password: str = "") -> User:
        """A fresh user with empty default mailboxes; the address is random but for the given name."""
        address = f"{name or 'user'}.{secrets.token_hex(4)}@example.org"
        made = User(address, password or secrets.token_urlsafe(9), self.directory / "homes" / address)
        self.admit(made)
        return made

    def admit(self, user: User) -> None:
        """Make the server know a user."""
        raise NotImplementedError

    def path(self, mailbox: str) -> str:
        """This server's name of `Co-op/Lease`."""
        return mailbox if mailbox == "INBOX" else self.prefix + mailbox.replace("/", self.delimiter)

    def client(self, user: User) -> MailClient:
        """A second, foreign mail program, signed in as this user."""
        return MailClient(self.ports.imaps, self.authority.client_context(), user.address, user.password, self.path)

    def append(
        self,
        user: User,
        mailbox: str,
        raw: bytes,
        flags: Iterable[str] = (),
        date: datetime.datetime | None = None,
    ) -> int:
        """Store one message; its UID."""
        with self.client(user) as client:
            uid = client.append(mailbox, raw, flags, date)
            return uid if uid is not None else client.uids(mailbox)[-1]

    def deliver(self, user: User, raw: bytes, sender: str = "sender@example.net") -> None:
        """New mail arrives in the INBOX, by LMTP."""
        with smtplib.LMTP("127.0.0.1", self.ports.lmtp) as lmtp:
            lmtp.sendmail(sender, [user.address], raw)

    def fill(self, user: User, mailbox: str, count: int, seed: int = 1) -> None:
        """Store this many believable messages, oldest first; 10,000 take some seconds."""
        self.fill_with(user, mailbox, letters(count, seed))

    def fill_with(self, user: User, mailbox: str, chosen: Iterable[Letter]) -> None:
        """Store these, in their order."""
        filler = Filler(self.ports.imaps, self.authority.client_context(), user.address, user.password)
        filler.fill(self.path(mailbox), chosen)
        filler.close()


class UnpackedServer(MailServer):
    """A server from `unpacked`: with its own copy of the tree, and as nobody when we are root, which it refuses."""

    def __init__(self) -> None:
        if not unpacked.is_there():
            pytest.fail(f"{self.name} is not unpacked. Type: {unpacked.advice()}", pytrace=False)
        super().__init__()
        self.directory.chmod(0o711)
        self.tree = self.directory / "tree"
        # The cache may lie where nobody may look.
        shutil.copytree(unpacked.root(), self.tree, symlinks=True)
        self.authority = CertificateAuthority(self.directory)
        self.certificate = self.authority.issue("localhost")
        self.give_away(self.certificate.key)
        self.passwords: dict[str, str] = {}
        # In memory where that can be: these servers wait for the disk after every message.
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.data = Path(tempfile.mkdtemp(prefix=f"whimbrel-{self.name}-", dir=memory))
        self.give_away(self.data)

    @property
    def owner(self) -> pwd.struct_passwd:
        """Whose processes and mail it is."""
        return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())

    def give_away(self, path: Path) -> None:
        shutil.chown(path, self.owner.pw_uid, self.owner.pw_gid)

    def as_owner(self, *command: str) -> list[str]:
        """A process line with no more rights than the owner's; it still ends when we do."""
        if os.geteuid() != 0:
            return list(command)
        who = [f"--reuid={self.owner.pw_uid}", f"--regid={self.owner.pw_gid}", "--clear-groups"]
        return ["setpriv", *who, "--pdeathsig", "TERM", "--", *command]

    def environment(self) -> Mapping[str, str]:
        plugins = next(iter(self.tree.glob("usr/lib/*/sasl2")), self.tree)
        return {**os.environ, "LD_LIBRARY_PATH": unpacked.libraries(self.tree), "SASL_PATH": str(plugins)}

    def close(self) -> None:
        super().close()
        shutil.rmtree(self.data, ignore_errors=True)

    def admit(self, user: User) -> None:
        self.passwords[user.address] = user.password

    def check(self, address: str, password: str) -> bool:
        return self.passwords.get(address) == password
