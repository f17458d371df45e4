"""A private Courier 5: IMAP over TLS, and mail as files. The poor one: all below `INBOX.`, no CONDSTORE, no MOVE."""

import datetime
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.servers.dovecot_config import Ports
from tests.servers.letters import Letter
from tests.servers.mail_server import UnpackedServer, User
from tests.servers.passwords import PasswordDoor, authdaemond
from tests.servers.process import free_ports, listens
from tools import unpacked

CAPABILITY = "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT QUOTA IDLE"
ENVIRONMENT = {
    "IMAP_CAPABILITY": CAPABILITY,
    "IMAP_CAPABILITY_TLS": f"{CAPABILITY} AUTH=PLAIN",
    "IMAP_TLS": "1",
    "IMAP_KEYWORDS": "1",
    "IMAP_ACL": "0",
    "IMAP_IDLE_TIMEOUT": "60",
    # Locks would ask a file monitor that is not running here.
    "IMAP_USELOCKS": "0",
    "IMAP_MAILBOX_SANITY_CHECK": "1",
    "IMAP_ENHANCEDIDLE": "0",
    "IMAP_TRASHFOLDERNAME": "Trash",
    "IMAP_EMPTYTRASH": "",
}
DEFAULT_MAILBOXES = ("Drafts", "Sent", "Junk", "Trash", "Archive")
#: Maildir's letters for flags, in the file's name.
LETTERS = {"\\Draft": "D", "\\Flagged": "F", "\\Answered": "R", "\\Seen": "S", "\\Deleted": "T"}


class Courier(UnpackedServer):
    """Only `ports.imaps` is there. New mail is a file in `new/`, as a delivery agent leaves it."""

    name = "courier"
    prefix = "INBOX."
    delimiter = "."

    def __init__(self) -> None:
        super().__init__()
        self._pem = self.directory / "server.pem"
        self._pem.write_bytes(self.certificate.certificate.read_bytes() + self.certificate.key.read_bytes())
        self._pem.chmod(0o600)
        self.give_away(self._pem)
        self._files = 0
        answer = authdaemond(self.check, self._home, self.owner.pw_uid, self.owner.pw_gid)
        self._door = PasswordDoor(self.directory / unpacked.AUTHENTICATION_SOCKET, answer)

    def choose_ports(self) -> None:
        self.ports = Ports(0, *free_ports(1), 0)

    def command(self) -> Sequence[str]:
        lib = self.tree / "usr/lib/courier/courier"
        server = ["-address=127.0.0.1", "-maxprocs=200", "-maxperip=200", "-nodnslookup", "-noidentlookup"]
        tls = [str(self.tree / "usr/bin/couriertls"), "-server", "-tcpd"]
        session = [str(lib / "imaplogin"), str(self.tree / "usr/bin/imapd"), "Maildir"]
        return self.as_owner(str(self.tree / "usr/sbin/couriertcpd"), *server, str(self.ports.imaps), *tls, *session)

    def environment(self) -> dict[str, str]:
        return {**super().environment(), **ENVIRONMENT, "TLS_CERTFILE": str(self._pem), "TLS_VERIFYPEER": "NONE"}

    def ready(self) -> bool:
        return listens(self.ports.imaps)

    def admit(self, user: User) -> None:
        super().admit(user)
        home = self._home(user.address)
        self._make(home)
        for name in ("INBOX", *DEFAULT_MAILBOXES):
            folder = self._maildir(user, name)
            for each in (folder, folder / "cur", folder / "new", folder / "tmp"):
                self._make(each)
        (self._maildir(user, "INBOX") / "courierimapsubscribed").write_text(
            "".join(f"INBOX.{name}\n" for name in DEFAULT_MAILBOXES)
        )

    def deliver(self, user: User, raw: bytes, sender: str = "sender@example.net") -> None:
        self._store(self._maildir(user, "INBOX") / "new", Letter(raw, datetime.datetime.now(datetime.UTC), ()))

    def fill_with(self, user: User, mailbox: str, chosen: Iterable[Letter]) -> None:
        """As another program that shares the directory would: Courier gives the UIDs when it looks next."""
        for letter in chosen:
            self._store(self._maildir(user, mailbox) / "cur", letter)

    def close(self) -> None:
        super().close()
        self._door.close()

    def _home(self, address: str) -> Path:
        return self.data / address

    def _maildir(self, user: User, mailbox: str) -> Path:
        below = "" if mailbox == "INBOX" else "." + mailbox.replace("/", ".")
        return self._home(user.address) / "Maildir" / below

    def _make(self, directory: Path) -> None:
        directory.mkdir(mode=0o700)
        self.give_away(directory)

    def _store(self, directory: Path, letter: Letter) -> None:
        """Written beside, then moved: nobody ever sees half a file. INTERNALDATE is the file's time."""
        self._files += 1
        written = directory.parent / "tmp" / f"{letter.date.timestamp():.0f}.{self._files:08}.mail.example.org"
        written.write_bytes(letter.raw)
        self.give_away(written)
        os.utime(written, times=(letter.date.timestamp(), letter.date.timestamp()))
        flags = ":2," + "".join(sorted(LETTERS[flag] for flag in letter.flags)) if directory.name == "cur" else ""
        written.rename(directory / (written.name + flags))
