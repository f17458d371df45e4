"""The demo's IMAP server where Dovecot is installed: a private one in the demo's folder, without privileges.

It runs as whoever runs the demo. Root's runs as the account that Debian made for Dovecot, for Dovecot serves no mail
as root; where that account cannot reach the folder, `can_serve` says so.
"""

from __future__ import annotations

import asyncio
import contextlib
import grp
import os
import pwd
import shutil
import signal
import stat
from pathlib import Path

from imapbridge.demo.people import PASSWORD, PEOPLE

PROGRAMS = ("/usr/sbin/dovecot", "/usr/lib/dovecot/imap", "/usr/lib/dovecot/imap-login")
CONFIGURATION = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = /dev/stderr
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
first_valid_uid = 0
first_valid_gid = 0
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 1 secs
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/passwords
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/homes/%u
}}
mail_location = maildir:~/mail:LAYOUT=fs
mail_max_userip_connections = 50
# It is only the demo: after a power cut the last letters may be missing.
mail_fsync = never
namespace inbox {{
  inbox = yes
  separator = /
{mailboxes}
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""
SPECIAL = ("Drafts", "Sent", "Archive", "Junk", "Trash")


def can_serve(folder: Path) -> bool:
    """True when this machine has what it needs, and who runs it can get at the folder."""
    is_installed = all(os.access(program, os.X_OK) for program in PROGRAMS) and shutil.which("setpriv") is not None
    # The data directory is ours: `_configure` opens the way through it.
    outside = folder.absolute().parents[1:]
    return is_installed and (os.geteuid() != 0 or all(path.stat().st_mode & stat.S_IXOTH for path in outside))


async def serve(folder: Path, port: int, ready: asyncio.Event) -> None:
    """Serve on this port of the loopback address until cancelled, or until it dies."""
    configuration = _configure(folder / "dovecot", port)
    owner = _owner()
    become = ["--reuid", owner.pw_name, "--regid", str(owner.pw_gid), "--clear-groups"] if os.geteuid() == 0 else []
    # Whatever happens to us, it does not outlive us (prctl(2), PR_SET_PDEATHSIG).
    guard = ["setpriv", *become, "--pdeathsig", "TERM", "--"]
    process = await asyncio.create_subprocess_exec(*guard, PROGRAMS[0], "-F", "-c", str(configuration))
    try:
        await _until_it_greets(port)
        ready.set()
        await process.wait()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        await process.wait()


def _owner() -> pwd.struct_passwd:
    return pwd.getpwnam("dovecot") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


def _configure(folder: Path, port: int) -> Path:
    owner = _owner()
    for name in ("run", "state", "homes"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    # Dovecot wants it so, and grumbles when our umask made it otherwise; the folder around it is closed.
    (folder / "run").chmod(0o755)
    passwords = "".join(f"{address}:{{PLAIN}}{PASSWORD}\n" for address in PEOPLE)
    (folder / "passwords").write_text(passwords)
    special = "\n".join(
        f"  mailbox {name} {{\n    auto = subscribe\n    special_use = \\{name}\n  }}" for name in SPECIAL
    )
    text = CONFIGURATION.format(
        folder=folder,
        user=owner.pw_name,
        group=grp.getgrgid(owner.pw_gid).gr_name,
        uid=owner.pw_uid,
        gid=owner.pw_gid,
        mailboxes=special,
        port=port,
    )
    path = folder / "dovecot.conf"
    path.write_text(text)
    if os.geteuid() == 0:
        for path_of_ours in (folder.parent.parent, folder.parent):
            path_of_ours.chmod(0o711)
        for name in (".", "run", "state", "homes", "passwords", path.name):
            shutil.chown(folder / name, owner.pw_uid, owner.pw_gid)
    return path


async def _until_it_greets(port: int) -> None:
    for _attempt in range(200):
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            greeting = await reader.read(4)
            writer.close()
            if greeting == b"* OK":
                return
        await asyncio.sleep(0.05)
