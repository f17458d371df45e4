"""Makes `.venv` from a lock file, every download checked against its hash.

Uses uv when it is there, else the standard library's venv and a pip: the one that Python brings, or, where a
distribution has taken that out, the one in Debian's package of it, unpacked into `.cache` (which needs no root).
Never installs anything outside this folder.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
#: Says which lock file the environment was made from; written last.
STAMP = VENV / ".locked"
CACHE = ROOT / ".cache"
WHEELS = "usr/share/python-wheels"


class CannotInstall(Exception):
    """The environment could not be made; the text tells the person what to type."""


def ensure(kind: str) -> Path:
    """The environment's Python. `kind` is `base` (serve) or `dev` (serve, test, lint); `dev` serves for both."""
    made = STAMP.read_text() if STAMP.exists() else ""
    if PYTHON.exists() and made in {_stamp(kind), _stamp("dev")}:
        return PYTHON
    # Whoever has the tools of a developer keeps them when the lock file changes.
    kind = "dev" if made.startswith("dev") else kind
    print(f"Making the Python environment in {VENV.name} ({_lock(kind).relative_to(ROOT)}) ...", flush=True)
    STAMP.unlink(missing_ok=True)
    try:
        _with_uv(kind) if shutil.which("uv") else _with_pip(kind)
    except subprocess.CalledProcessError as failure:
        command = " ".join(map(str, failure.cmd))
        raise CannotInstall(f"The Python environment could not be made: {command} failed.") from failure
    STAMP.write_text(_stamp(kind))
    return PYTHON


def _lock(kind: str) -> Path:
    return ROOT / "requirements" / f"{kind}.txt"


def _stamp(kind: str) -> str:
    return f"{kind} {hashlib.sha256(_lock(kind).read_bytes()).hexdigest()}"


def _with_uv(kind: str) -> None:
    # The system's certificates too: a company's proxy may sign with its own.
    environ = {"UV_SYSTEM_CERTS": "1", **os.environ}
    make = ["uv", "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(VENV)]
    # Compiled now, so that the first start need not.
    fill = ["uv", "pip", "install", "--quiet", "--require-hashes", "--compile-bytecode", "--python", str(PYTHON)]
    subprocess.run(make, env=environ, check=True)
    subprocess.run([*fill, "-r", str(_lock(kind))], env=environ, check=True)


def _with_pip(kind: str) -> None:
    own = importlib.util.find_spec("ensurepip") is not None
    venv.create(VENV, clear=True, with_pip=own, symlinks=True)
    pip = ["-m", "pip"] if own else [f"{_debian_pip()}/pip"]
    options = ["--quiet", "--no-input", "--disable-pip-version-check", "--require-hashes", "-r", str(_lock(kind))]
    subprocess.run([str(PYTHON), *pip, "install", *options], check=True)


def _debian_pip() -> Path:
    """The wheel of Debian's package of pip: the installed one, else the unpacked one, else downloaded and unpacked."""
    for root in (Path("/"), CACHE / "pip"):
        if wheels := sorted((root / WHEELS).glob("pip-*.whl")):
            return wheels[-1]
    if shutil.which("apt-get") is None:
        raise CannotInstall("This Python has no pip and no ensurepip. Install Python's venv module, then ./run again.")
    try:
        _unpack_debian_package("python3-pip-whl", CACHE / "pip")
    except subprocess.CalledProcessError as failure:
        raise CannotInstall("This Python has no pip. Type: sudo apt-get install python3-venv") from failure
    return next((CACHE / "pip" / WHEELS).glob("pip-*.whl"))


def _unpack_debian_package(name: str, target: Path) -> None:
    """Download with lists and a cache of our own: an ordinary person may do that, and a new machine has none yet."""
    apt = CACHE / "apt"
    for folder in ("lists/partial", "cache/archives/partial"):
        (apt / folder).mkdir(parents=True, exist_ok=True)
    options = ["-qq", "-o", f"Dir::State::lists={apt}/lists", "-o", f"Dir::Cache={apt}/cache"]
    # Root's apt would download as somebody who may not write here.
    options += ["-o", "APT::Sandbox::User=root"]
    subprocess.run(["apt-get", *options, "update"], check=True)
    subprocess.run(["apt-get", *options, "download", name], check=True, cwd=apt)
    package = next(apt.glob(f"{name}_*.deb"))
    subprocess.run(["dpkg-deb", "-x", package, target], check=True)
