"""Which Debian packages the tests need, which of them are missing, and how to install them.

Standard library only: it is read before any environment exists. It never installs anything unless asked to.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools import unpacked

#: What is looked for (a program, or a path relative to /) -> the Debian package that brings it.
NEEDED = {
    "dovecot": "dovecot-imapd",
    "/usr/lib/dovecot/imap": "dovecot-imapd",
    "/usr/lib/dovecot/lmtp": "dovecot-lmtpd",
    "sieve-test": "dovecot-sieve",
    "/usr/lib/dovecot/managesieve": "dovecot-managesieved",
    "redis-server": "redis-server",
    "postgres": "postgresql",
    "chromium": "chromium",
}

#: Installed along with them, so that screenshots show the world's scripts instead of boxes; no test depends on them.
FONTS = ("fonts-noto-core", "fonts-noto-color-emoji", "fonts-droid-fallback")

#: What `./run bench --peer` compares with; no test needs it. What is looked for, and the packages that bring it.
PEER = ("php-fpm", "nginx", "/var/lib/roundcube/index.php", "/usr/share/roundcube/SQL/sqlite.initial.sql")
PEER_PACKAGES = (
    "roundcube-core", "roundcube-sqlite3", "php-fpm", "php-cli", "php-sqlite3", "php-mbstring", "php-intl",
    "nginx-light",
)  # fmt: skip

#: Other names of the same program on other distributions, or in other releases.
ALIASES = {
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
    "php-fpm": ("php-fpm", "php-fpm8.4", "php-fpm8.3", "php-fpm8.2"),
}

#: An ordinary person's PATH leaves these out.
EXTRA_DIRECTORIES = ("/usr/local/sbin", "/usr/sbin", "/sbin")


def find(program: str) -> str | None:
    """The full path of a program or file of `NEEDED`, also where PATH does not look; None when it is not there."""
    if program.startswith("/"):
        return program if Path(program).exists() else None
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *EXTRA_DIRECTORIES, *_postgres_directories()])
    for name in ALIASES.get(program, (program,)):
        if found := shutil.which(name, path=path):
            return found
    return None


def missing() -> list[str]:
    """The packages to install, sorted, each once; empty when everything is there."""
    return sorted({package for program, package in NEEDED.items() if find(program) is None})


def advice(packages: list[str]) -> str:
    """The one line to type."""
    return "sudo apt-get install --no-install-recommends " + " ".join(packages)


def may_install() -> bool:
    """True when we are root on a system with apt."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(packages: list[str]) -> None:
    """Install with apt, without starting system services. Raises CalledProcessError when apt fails."""
    apt = ["apt-get", "-q", "-y", "-o", "Dpkg::Use-Pty=0"]
    # Services are not started in the rescue runlevel: ours are private, and port 143 may be somebody else's.
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    subprocess.run([*apt, "update"], env=environment, check=True)
    subprocess.run([*apt, "install", "--no-install-recommends", *packages, *FONTS], env=environment, check=True)


def peer() -> bool:
    """True when the peer is installed, or could be; else says what to type. Its own services need not run."""
    if all(map(find, PEER)):
        return True
    if may_install():
        print("Installing", *PEER_PACKAGES)
        install(list(PEER_PACKAGES))
        return True
    print("Roundcube is missing. Type:", advice(list(PEER_PACKAGES)), file=sys.stderr)
    return False


def _postgres_directories() -> list[str]:
    """Debian keeps the server's programs out of PATH, a directory for each major version; newest first."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    return [str(path) for path in versions]


def main() -> int:
    """Install what is missing when that is allowed, else say what to type: 0 when everything is there at the end."""
    packages = missing()
    if packages and may_install():
        print("Installing", *packages)
        install(packages)
        packages = missing()
    if packages:
        print("Missing servers for the tests. Type:", advice(packages), file=sys.stderr)
        return 1
    return _unpack()


def _unpack() -> int:
    """Cyrus, Courier and Postfix, from apt's lists; as root the lists may be brought up to date for it."""
    try:
        unpacked.fetch(update=may_install())
        unpacked.fetch(unpacked.POSTFIX, update=False)
    except (OSError, subprocess.CalledProcessError) as reason:
        print(
            f"Cyrus, Courier and Postfix cannot be fetched for the tests ({reason}). Type:",
            unpacked.advice(),
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
