"""Whose lock it is: a token that names a process, so that the lock of one that was killed need not be waited for.

Knows this machine's processes only, and only on Linux; of any other holder it never says that it is dead.
"""

from __future__ import annotations

import os
import uuid
from functools import cache
from pathlib import Path


def token() -> str:
    """A token of our own: where, which process, since when, and which of its locks."""
    return " ".join((_place(), str(os.getpid()), _started(os.getpid()) or "-", uuid.uuid4().hex))


def is_dead(token: str) -> bool:
    """Whether its process ran here and runs no more. A process that got the same number later began later."""
    place, process, started, *_ = (*token.split(" "), "", "", "")
    return bool(place) and place == _place() and process.isdecimal() and _started(int(process)) != started


@cache
def _place() -> str:
    """One kernel since its boot, and one namespace of process numbers: containers have their own."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}/{Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _started(process: int) -> str | None:
    """Ticks after the boot; None when there is no such process, or only its remains."""
    try:
        state, *rest = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if state in "ZX" else rest[18]
