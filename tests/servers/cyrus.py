"""A private Cyrus 3.6: IMAP over TLS and LMTP. The odd one: its own way of naming, storing and expunging mail."""

import subprocess
from collections.abc import Sequence

from tests.servers.dovecot_config import Ports
from tests.servers.mail_server import UnpackedServer, User
from tests.servers.passwords import PasswordDoor, saslauthd
from tests.servers.process import free_ports, listens

IMAPD_CONF = """\
configdirectory: {data}/conf
partition-default: {data}/mail
defaultpartition: default
cyrus_user: {user}
servername: mail.example.org
virtdomains: userid
unixhierarchysep: yes
altnamespace: yes
sasl_pwcheck_method: saslauthd
sasl_saslauthd_path: {directory}/passwords
sasl_mech_list: PLAIN
tls_server_cert: {certificate}
tls_server_key: {key}
autocreate_quota: 0
autocreate_post: yes
autocreate_inbox_folders: Drafts|Sent|Junk|Trash|Archive
autocreate_subscribe_folders: Drafts|Sent|Junk|Trash|Archive
xlist-drafts: Drafts
xlist-sent: Sent
xlist-junk: Junk
xlist-trash: Trash
xlist-archive: Archive
conversations: yes
skiplist_unsafe: yes
search_engine: xapian
defaultsearchtier: t1
t1searchpartition-default: {data}/search
"""
CYRUS_CONF = """\
START {{
  recover cmd="{bin}/ctl_cyrusdb -C {conf} -r"
}}
SERVICES {{
  imap cmd="{bin}/imapd -C {conf}" listen="127.0.0.1:{ports.imap}" prefork=0
  imaps cmd="{bin}/imapd -s -C {conf}" listen="127.0.0.1:{ports.imaps}" prefork=1
  lmtp cmd="{bin}/lmtpd -a -C {conf}" listen="127.0.0.1:{ports.lmtp}" prefork=0
}}
EVENTS {{
}}
"""


class Cyrus(UnpackedServer):
    """`ports.imap` offers STARTTLS. A user's mailboxes are made when they first sign in."""

    name = "cyrus"
    odd_mailbox = "it's +"

    def __init__(self) -> None:
        super().__init__()
        self._door = PasswordDoor(self.directory / "passwords", saslauthd(self.check))

    def choose_ports(self) -> None:
        self.ports = Ports(*free_ports(3))

    def command(self) -> Sequence[str]:
        conf, services = self.directory / "imapd.conf", self.directory / "cyrus.conf"
        programs = self.tree / "usr/lib/cyrus/bin"
        certificate, key = self.certificate.certificate, self.certificate.key
        names = {"directory": self.directory, "data": self.data, "user": self.owner.pw_name}
        conf.write_text(IMAPD_CONF.format(certificate=certificate, key=key, **names))
        services.write_text(CYRUS_CONF.format(bin=programs, conf=conf, ports=self.ports))
        pid = self.data / "master.pid"
        # At its end it signals its whole process group, which must not be ours.
        return self.as_owner("setsid", str(programs / "master"), "-C", str(conf), "-M", str(services), "-p", str(pid))

    def ready(self) -> bool:
        return listens(self.ports.imaps)

    def user(self, name: str = "", password: str = "") -> User:
        made = super().user(name, password)
        self.client(made).close()
        return made

    def index(self, user: User) -> None:
        """Put the mail of a user into the server's own index of words: nothing else does."""
        programs, conf = self.tree / "usr/lib/cyrus/bin", self.directory / "imapd.conf"
        command = self.as_owner(str(programs / "squatter"), "-C", str(conf), "-u", user.address)
        subprocess.run(command, env=self.environment(), check=True, capture_output=True)

    def close(self) -> None:
        super().close()
        self._door.close()
