"""How many files and sockets this process may have open: as many as the system lets it. Every open page has one in web,
every account some in the bridge, and a shell's usual limit is 1024."""

from __future__ import annotations

import resource


def allow_many() -> None:
    """Up to the hard limit, which a process may take for itself."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
