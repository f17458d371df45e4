"""Mail servers that Debian will not install beside Dovecot: their packages, unpacked into a private directory.

Standard library only, like `packages`. Nothing is installed: `root()` is a small tree of programs and libraries.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

CACHE = Path(__file__).resolve().parents[1] / ".cache" / "servers"

#: The servers and those of their libraries that Dovecot, PostgreSQL and Chromium do not bring along.
PACKAGES = (
    "courier-authlib", "courier-base", "courier-imap", "cyrus-common", "cyrus-imapd", "libcourier-unicode4",
    "libgamin0", "libical3", "libidn12", "libjansson4", "libpcre3", "libsasl2-modules", "libxapian30",
)  # fmt: skip

#: Postfix would take the place of whatever sends mail on this machine. A tree of its own.
POSTFIX = ("postfix",)

#: Courier asks for passwords at a path that is built in; from a working directory of ours it asks us instead.
#: Without a file monitor running, each of Courier's sessions would begin by looking 25 times in 50 ms for one.
PATCHES = {
    "usr/lib/libcourierauth.so.0.0.0": (b"/run/courier/aut", b"auth.socket\0\0\0\0\0"),
    "usr/lib/*/libfam.so.0.0.0": (b"\xbf\x50\xc3\x00\x00", b"\xbf\x01\x00\x00\x00"),
}
AUTHENTICATION_SOCKET = "auth.socket"


def root(packages: tuple[str, ...] = PACKAGES) -> Path:
    """Where the tree is, or will be: what is made in another way is another tree."""
    return CACHE / hashlib.sha256(repr((packages, _patches(packages))).encode()).hexdigest()[:12]


def is_there(packages: tuple[str, ...] = PACKAGES) -> bool:
    return root(packages).is_dir()


def advice() -> str:
    """The one line to type."""
    return "sudo apt-get update && ./run test"


def libraries(tree: Path) -> str:
    """LD_LIBRARY_PATH for the programs of a tree."""
    places = (tree / "usr/lib", *tree.glob("lib/*-linux-gnu"), *tree.glob("usr/lib/*-linux-gnu"))
    return os.pathsep.join(map(str, places))


def fetch(packages: tuple[str, ...] = PACKAGES, *, update: bool) -> None:
    """Download and unpack, once; `update` apt's lists first. Raises CalledProcessError when apt cannot, or OSError."""
    if is_there(packages):
        return
    CACHE.mkdir(parents=True, exist_ok=True)
    if update:
        subprocess.run(["apt-get", "-q", "update"], check=True, stdout=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory(dir=CACHE) as name:
        download, tree = Path(name), Path(name) / "tree"
        subprocess.run(
            ["apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", *packages],
            cwd=download,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        for package in sorted(download.glob("*.deb")):
            subprocess.run(["dpkg-deb", "-x", package, tree], cwd=download, check=True, stdout=subprocess.DEVNULL)
        for needless in ("usr/share", "etc", "var", "lib/systemd"):
            shutil.rmtree(tree / needless, ignore_errors=True)
        _patch(tree, _patches(packages))
        tree.chmod(0o755)
        tree.rename(root(packages))


def _patches(packages: tuple[str, ...]) -> dict[str, tuple[bytes, bytes]]:
    return PATCHES if packages == PACKAGES else {}


def _patch(tree: Path, patches: dict[str, tuple[bytes, bytes]]) -> None:
    for pattern, (built_in, ours) in patches.items():
        [library] = tree.glob(pattern)
        data = library.read_bytes()
        if data.count(built_in) == 1:  # On another processor it is built in another way.
            library.write_bytes(data.replace(built_in, ours))
