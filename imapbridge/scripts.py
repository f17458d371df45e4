"""The scripts that filter an account's mail, on its ManageSieve server: asked for through the bridge, with a deadline.

    shelf = scripts.read(account_id)
    shelf = scripts.change(account_id, [("put", "mine", text), ("activate", "mine")], before=shelf)

Nothing of them is kept here. Raises MailErrors: NoFilters where the account has no such server, ScriptRefused with the
server's words on a script, ScriptsChanged when another program has changed what the person saw.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from accounts import autoconfig
from imapbridge import client

OURS = "whimbrel"
"""What the names of our own scripts begin with: their texts are always read."""
Step = tuple[str, ...]
"""`("put", name, text)`, `("check", text)`, `("activate", name)`, `("delete", name)` or `("rename", name, new)`."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the server has. `texts`: of the active script, of ours, and of those that were asked for, by name; octets
    that are no UTF-8 are in them as lone surrogates."""

    names: tuple[str, ...] = ()
    active: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    extensions: frozenset[str] = frozenset()
    """The Sieve extensions that scripts may require, in lower case."""
    redirects: int | None = None
    """How many addresses a message may be sent on to; None: the server does not say."""
    warnings: str = ""
    """What the server said of a script that it took all the same."""


def are_offered(address: str) -> bool:
    """Whether anybody has said where the filters of this address are kept. One query at most; asks no server."""
    try:
        return autoconfig.servers_for(address).sieve is not None
    except autoconfig.NoServers:
        return False


def read(account_id: int, *names: str) -> Shelf:
    """`names`: scripts whose texts are wanted too."""
    return _shelf(client.sieve(account_id, {"read": [OURS, *names]}))


def change(account_id: int, steps: Iterable[Step], before: Shelf, *names: str) -> Shelf:
    """Do it in this order, when all is still as it was before. Whatever is raised after the first step leaves some of
    them done: read again to see."""
    expected = {"active": before.active, "texts": {name: digest(text) for name, text in before.texts.items()}}
    read = sorted({OURS, *names, *before.texts})
    return _shelf(client.sieve(account_id, {"read": read, "steps": list(steps), "expected": expected}))


def digest(text: str | None) -> str:
    """What two texts of a script share; empty for one that is not there."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() if text is not None else ""


def _shelf(found: dict[str, Any]) -> Shelf:
    told = found["capabilities"]
    redirects = str(told.get("MAXREDIRECTS", ""))
    return Shelf(
        tuple(one["name"] for one in found["scripts"]),
        next((one["name"] for one in found["scripts"] if one["active"]), ""),
        found["texts"],
        frozenset(str(told.get("SIEVE", "")).lower().split()),
        int(redirects) if redirects.isdigit() and len(redirects) < 9 else None,
        found.get("warnings", ""),
    )
