"""systemd with the units of deploy/systemd, in namespaces of its own: of the machine's it sees files and loopback.

Needs root. Its processes run as root too, for the user of the units is not there; all else is as the units say.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.servers.process import free_ports, private_directory, wait_until

ROOT = Path(__file__).resolve().parent.parent.parent
UNITS = ROOT / "deploy" / "systemd"
STUBS = ("basic", "multi-user", "network-online", "shutdown", "sysinit")
"""What a whole system has, and our units ask for."""
NOT_INSTALLED = (".git", ".data", ".venv", "tests", "__pycache__", "staticfiles", ".*_cache")
BEGIN = """
set -e
mount --make-rprivate /
mount --options bind,ro /proc/sys /proc/sys
umount --recursive /sys/fs/cgroup || true
mount --types cgroup2 none /sys/fs/cgroup
mount --types tmpfs tmpfs /opt
mkdir /opt/whimbrel
mount --bind "$1/installed" /opt/whimbrel
mount --types tmpfs tmpfs /run
cp --recursive "$1/units" "$1/whimbrel.env" /run
for place in /var/lib /var/tmp /tmp; do mount --types tmpfs tmpfs "$place"; done
export SYSTEMD_UNIT_PATH=/run/units container=lxc
exec /lib/systemd/systemd --system --unit=basic.target --log-target=console --show-status=0
"""


class Systemd:
    """`url` is the address of its socket. `environ` is what stands in the file of the environment."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.directory = private_directory("systemd")
        (self.port,) = free_ports(1)
        self.url = f"http://localhost:{self.port}"
        self._environ = {**environ, "WEBMAIL_BASE_URL": self.url}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        installed, units = self.directory / "installed", self.directory / "units"
        shutil.copytree(ROOT, installed, ignore=shutil.ignore_patterns(*NOT_INSTALLED))
        (installed / ".venv").symlink_to(Path(sys.executable).parent.parent)
        units.mkdir()
        for name in STUBS:
            (units / f"{name}.target").write_text("[Unit]\nDefaultDependencies=no\n")
        for unit in UNITS.iterdir():
            (units / unit.name).write_text(self._here(unit.read_text()))
        lines = "".join(f"{name}={value}\n" for name, value in self._environ.items())
        (self.directory / "whimbrel.env").write_text(lines)
        apart = ["--mount", "--pid", "--mount-proc", "--uts", "--ipc", "--cgroup", "--fork", "--kill-child"]
        guard = ["setpriv", "--pdeathsig", "KILL", "--"]
        with (self.directory / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [*guard, "unshare", *apart, "bash", "-c", BEGIN, "bash", self.directory],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        wait_until(lambda: self.control("is-active", "basic.target").returncode == 0, "systemd to be there", 60)

    def _here(self, unit: str) -> str:
        unit = re.sub(r"^User=.*\n", "", unit, flags=re.MULTILINE).replace("install -d -o whimbrel", "install -d")
        # Python may lie in a home directory here.
        unit = unit.replace("ProtectHome=yes", "ProtectHome=read-only").replace(
            "127.0.0.1:8000", f"localhost:{self.port}"
        )
        return unit.replace("localhost:", "127.0.0.1:").replace("/etc/whimbrel.env", "/run/whimbrel.env")

    def control(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`systemctl` with these words."""
        assert self._process
        children = subprocess.run(["pgrep", "--parent", str(self._process.pid)], capture_output=True, text=True).stdout
        inside = ["nsenter", "--target", children.strip() or "0", "--mount", "--pid"]
        return subprocess.run([*inside, "systemctl", *words], capture_output=True, text=True)

    @property
    def log(self) -> str:
        return (self.directory / "log").read_text(errors="replace")

    def close(self) -> None:
        """Kill it, and with it all that it has started: they are the processes of its namespace."""
        if self._process:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


def may() -> bool:
    """Whether there is a systemd, and this process may make such namespaces."""
    if os.geteuid() != 0 or not Path("/lib/systemd/systemd").exists():
        return False
    return subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], capture_output=True).returncode == 0
