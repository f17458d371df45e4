"""A private Dovecot 2.3: IMAP with STARTTLS, IMAP over TLS, LMTP and ManageSieve, with users made in a moment.

Runs as whoever runs the tests, in its own directory. Never touches the system's Dovecot.
"""

import imaplib
import shutil
import socket
from collections.abc import Sequence

from tests.servers.certificates import CertificateAuthority
from tests.servers.dovecot_config import FAR_HOST, Options, Ports, mail_owner, render
from tests.servers.mail_server import MailServer, User
from tests.servers.process import free_ports, require, wait_until

__all__ = ["Dovecot", "User"]


class Dovecot(MailServer):
    """See `Options` for what can be asked for. The `ports` are on 127.0.0.1.

    Over `host`, plaintext logins are let in as Dovecot does on one machine; over `far_host` it demands TLS.
    """

    name = "dovecot"
    far_host = FAR_HOST

    def __init__(
        self, *, expired_certificate: bool = False, certificate_name: str = "localhost", options: Options | None = None
    ) -> None:
        self._program = require("dovecot")
        require("/usr/lib/dovecot/imap")
        require("/usr/lib/dovecot/lmtp")
        require("/usr/lib/dovecot/managesieve")
        super().__init__()
        self.directory.chmod(0o711)  # when we are root, the login processes are not
        self.options = options or Options()
        self.authority = CertificateAuthority(self.directory)
        self.certificate = self.authority.issue(certificate_name, expired=expired_certificate)
        self.ports = Ports(0, 0, 0)
        for name in ("users", "homes", "state"):
            (self.directory / name).mkdir()
        shutil.chown(self.directory / "homes", mail_owner().pw_uid, mail_owner().pw_gid)

    def choose_ports(self) -> None:
        self.ports = Ports(*free_ports(4))

    def command(self) -> Sequence[str]:
        config = self.directory / "dovecot.conf"
        config.write_text(render(self.directory, self.ports, self.certificate, self.options))
        return [self._program, "-F", "-c", str(config)]

    def ready(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.ports.imap), timeout=5) as connection:
                return connection.recv(4) == b"* OK"
        except OSError:
            return False

    def close(self) -> None:
        """Nobody needs its data any more: with a client connected its own way out takes ten seconds."""
        self.kill()
        super().close()

    def admit(self, user: User) -> None:
        self._write_password(user.address, user.password)

    def set_password(self, user: User, password: str) -> User:
        """Change the password on the server; returns the user who knows the new one."""
        changed = User(user.address, password, user.home)
        self._write_password(user.address, password)
        # Dovecot looks at the file once a second.
        wait_until(lambda: self._lets_in(changed) and not self._lets_in(user), "the new password counts")
        return changed

    def _lets_in(self, user: User) -> bool:
        try:
            self.client(user).close()
        except imaplib.IMAP4.error:
            return False
        return True

    def _write_password(self, address: str, password: str) -> None:
        (self.directory / "users" / address).write_text(f"{address}:{{PLAIN}}{password}\n")
