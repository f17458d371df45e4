"""What stands on the server, as it was just read: our script and its rules, and whose other scripts there are."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

from imapbridge import scripts
from imapbridge.scripts import OURS, Shelf
from imapbridge.sieve import script
from imapbridge.sieve.abilities import Abilities
from imapbridge.sieve.rules import Filters

_INCLUDED = re.compile(
    r'#[^\n]*|/\*.*?\*/|\binclude\b((?:\s+:\w+)*)\s+"((?:[^"\\]|\\.)*)"|"(?:[^"\\]|\\.)*"', re.DOTALL | re.IGNORECASE
)
"""What another script is made part of (RFC 6609 3.2), and not where a comment or a text speaks of it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """`own`: the name of our script, that nobody else has changed; empty: there is none. `filters`: its rules."""

    shelf: Shelf
    own: str = ""
    filters: Filters = field(default_factory=Filters)

    @property
    def abilities(self) -> Abilities:
        return Abilities(self.shelf.extensions)

    @property
    def is_active(self) -> bool:
        """Whether the server runs ours, by itself or within another."""
        return bool(self.own) and self.shelf.active in {self.own, self.host}

    @property
    def host(self) -> str:
        """The active script of another program that includes ours, or will when there is one; empty: none does."""
        active = self.shelf.active
        is_host = active and active != self.own and includes(self.shelf.texts.get(active, ""), self.own or OURS)
        return active if is_host else ""

    @property
    def foreign(self) -> str:
        """The active script, when it is another's and does not run ours; empty when it does or there is none."""
        return "" if self.is_active or self.host else self.shelf.active

    @property
    def edited(self) -> list[str]:
        """Scripts that were ours and that somebody has changed."""
        return [name for name, text in sorted(self.shelf.texts.items()) if script.was_ours(text)]

    @property
    def mark(self) -> str:
        """With the same mark the rules are the same: a form that has another one was opened before they changed."""
        text = self.shelf.texts.get(self.own, "") + "\x00" + self.shelf.active
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def includes(text: str, name: str) -> bool:
    """Whether a script has another one of its person's run within it."""
    return any(found[2] == name and ":global" not in found[1].lower() for found in _INCLUDED.finditer(text) if found[2])


def read(account_id: int, *names: str) -> Standing:
    """Raises MailErrors; NoFilters where there is no server for it."""
    return of(scripts.read(account_id, *names))


def of(shelf: Shelf) -> Standing:
    """The active one of ours; else the last."""
    found = {
        name: filters
        for name in sorted(shelf.texts, key=lambda name: (name == shelf.active, len(name), name))
        if name.startswith(OURS) and (filters := script.read(shelf.texts[name])) is not None
    }
    own = next(reversed(found), "")
    return Standing(shelf, own, found[own]) if own else Standing(shelf)
