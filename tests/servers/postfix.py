"""A private Postfix 3.7 that takes mail for `example.org` over STARTTLS and hands it to a Dovecot by LMTP.

It must be started as root, whose rights its processes give up by themselves; it takes everybody on this machine for its
own, and asks nobody to sign in.
"""

import grp
import os
import pwd
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.servers.dovecot import Dovecot
from tests.servers.process import Server, free_ports, listens
from tools import unpacked

#: On every Debian, and used by nothing that runs here: Postfix wants a person and a group for itself alone.
OWNER, GROUP = "mail", "daemon"
PRIVATE = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace")
MAIN = """
compatibility_level = 3.6
queue_directory = {directory}/queue
data_directory = {directory}/data
daemon_directory = {tree}/usr/lib/postfix/sbin
command_directory = {tree}/usr/sbin
shlib_directory = {tree}/usr/lib/postfix
meta_directory = {directory}/etc
import_environment = MAIL_CONFIG LD_LIBRARY_PATH={tree}/usr/lib/postfix
mail_owner = {owner}
setgid_group = {group}
default_privs = nobody
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example.org
mydestination =
mynetworks = 127.0.0.0/8
smtpd_recipient_restrictions = permit_mynetworks, reject
virtual_mailbox_domains = example.org utf8.example
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
transport_maps = inline:{{ utf8.example=virtual: }}
virtual_mailbox_base = {directory}/utf8
virtual_mailbox_maps = static:box/
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
local_recipient_maps =
alias_maps =
smtpd_tls_cert_file = {certificate.certificate}
smtpd_tls_key_file = {certificate.key}
smtpd_tls_security_level = may
message_size_limit = 100000000
mailbox_size_limit = 0
virtual_mailbox_limit = 0
maillog_file = {directory}/maillog
maillog_file_prefixes = {directory}
smtputf8_enable = yes
"""
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
lmtp unix - - n - - lmtp
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix(Server):
    """Its certificate is the Dovecot's."""

    name = "postfix"

    def __init__(self, dovecot: Dovecot) -> None:
        if not unpacked.is_there(unpacked.POSTFIX):
            pytest.fail(f"Postfix is not unpacked. Type: {unpacked.advice()}", pytrace=False)
        super().__init__()
        self._dovecot = dovecot
        self.directory.chmod(0o755)
        self._tree = self.directory / "tree"
        # The cache may lie where nobody may look.
        shutil.copytree(unpacked.root(unpacked.POSTFIX), self._tree, symlinks=True)
        self._make_queue()

    @property
    def utf8(self) -> Path:
        """What came for `utf8.example`, in any letters, which LMTP to this Dovecot cannot carry."""
        return self.directory / "utf8"

    def utf8_letters(self) -> list[bytes]:
        return [path.read_bytes() for path in self.utf8.glob("box/new/*")]

    def choose_ports(self) -> None:
        [self.port] = free_ports(1)
        values = {"directory": self.directory, "tree": self._tree, "owner": OWNER, "group": GROUP, "port": self.port}
        values |= {"uid": pwd.getpwnam(OWNER).pw_uid, "gid": grp.getgrnam(OWNER).gr_gid}
        values |= {"lmtp": self._dovecot.ports.lmtp, "certificate": self._dovecot.certificate}
        for name, text in (("main.cf", MAIN), ("master.cf", MASTER)):
            (self.directory / "etc" / name).write_text(text.format(**values))

    def command(self) -> Sequence[str]:
        return [str(self._tree / "usr/lib/postfix/sbin/master"), "-d", "-c", str(self.directory / "etc")]

    def environment(self) -> Mapping[str, str]:
        ours = {"MAIL_CONFIG": str(self.directory / "etc"), "LD_LIBRARY_PATH": str(self._tree / "usr/lib/postfix")}
        log = {"MAIL_LOGTAG": "postfix", "POSTLOG_SERVICE": "postlog", "POSTLOG_HOSTNAME": "mx"}
        return {**os.environ, **ours, **log}

    def ready(self) -> bool:
        return listens(self.port)

    def _make_queue(self) -> None:
        owner, group = pwd.getpwnam(OWNER).pw_uid, grp.getgrnam(GROUP).gr_gid
        queue = self.directory / "queue"
        for path in (self.directory / "etc", queue, queue / "pid"):
            path.mkdir()
        for path in (self.directory / "data", self.utf8, *(queue / name for name in PRIVATE)):
            self._make(path, 0o700, owner, 0)
        self._make(queue / "public", 0o710, owner, group)
        self._make(queue / "maildrop", 0o730, owner, group)

    @staticmethod
    def _make(path: Path, mode: int, owner: int, group: int) -> None:
        path.mkdir()
        os.chown(path, owner, group)
        path.chmod(mode)
