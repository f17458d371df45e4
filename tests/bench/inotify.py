"""How many connections Dovecot can watch files for: each takes an inotify instance, and Linux allows 128 to a user."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

LIMIT = Path("/proc/sys/fs/inotify/max_user_instances")


@contextlib.contextmanager
def instances(wanted: int) -> Iterator[None]:
    """Have as many for the while, when we may; else say what comes of it."""
    before = LIMIT.read_text()
    if int(before) >= wanted:
        yield
        return
    try:
        LIMIT.write_text(str(wanted))
    except OSError:
        print(f"fs.inotify.max_user_instances is {int(before)}, so Dovecot tells late. Type, as root:")
        print(f"    sysctl -w fs.inotify.max_user_instances={wanted}")
        yield
        return
    try:
        yield
    finally:
        LIMIT.write_text(before)
