"""How one mail server is asked to search: in its words, and by whatever it offers that spares time.

A server with an index of its own is asked for what that knows first (FUZZY), and then to look itself, for its index may
lack mail. A large mailbox is searched in windows of UIDs, or within what the server kept of an answer (SEARCHRES);
several small ones with one command (MULTISEARCH). Decides nothing about what becomes of the results.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import TypeVar

from imapbridge.errors import CommandFailed, TimedOut
from imapbridge.search import criteria
from imapbridge.search.tree import Node
from imapbridge.terms.uids import UidSet
from imapbridge.wire import keys
from imapbridge.wire.drivers import BlockingConnection
from imapbridge.wire.keys import Key
from imapbridge.wire.results import FoundIn, Selected

log = logging.getLogger(__name__)

WHOLE = 5_000
"""Messages of a mailbox up to which it is searched in one go."""
WINDOW = 2_000
"""Messages in one go of a larger one."""
INDEX = 5.0
"""Seconds for a server's own index: one that takes longer has none."""

T = TypeVar("T")


class IndexTooSlow(TimedOut):
    """A server's own index did not answer, and is not asked again. The connection is closed."""


class Question:
    """A search in the words of one server, which changes as is learned what that understands."""

    def __init__(self, tree: Node, today: date, *, denied: frozenset[str] = frozenset()) -> None:
        """`denied`: extensions that are not to be used."""
        self.is_ascii = False
        """The server looks for no letters but ASCII, and is asked for the words that have no others."""
        self._tree = tree
        self._today = today
        self._denied = set(denied)

    def may(self, wire: BlockingConnection, name: str) -> bool:
        """Whether an extension is offered, and has not failed."""
        return name not in self._denied and wire.session.has(name)

    def deny(self, name: str) -> None:
        self._denied.add(name)

    def in_selected(self, wire: BlockingConnection, box: Selected, until: float) -> Iterator[tuple[UidSet, bool]]:
        """What is found in the selected mailbox, as soon as it is known, and whether it has the very words; the same
        may come twice."""
        if self.may(wire, "SEARCH=FUZZY"):
            yield self._by_index(wire, until), False
        for within in self._windows(wire, box, until):
            yield self._searched(wire, within, until), True

    def in_several(self, wire: BlockingConnection, raw_names: Sequence[bytes], until: float) -> list[FoundIn]:
        """What is found in these mailboxes, by one command. Needs MULTISEARCH."""

        def ask() -> list[FoundIn]:
            return wire.run(wire.session.search_in(raw_names, self._keys(wire)), timeout=left(until))

        return self._understood(ask)

    def _by_index(self, wire: BlockingConnection, until: float) -> UidSet:
        """RFC 6203: nothing where a server has no index, or refuses."""
        fuzzy = criteria.criteria(self._tree, self._today, fuzzy=True)
        if fuzzy == criteria.criteria(self._tree, self._today):
            return UidSet()
        try:
            found = wire.run(wire.session.search(fuzzy), timeout=min(INDEX, left(until)))
        except CommandFailed as refused:
            self.deny("SEARCH=FUZZY")
            log.info("FUZZY is refused: %s", refused.code or refused.status)
            return UidSet()
        except TimedOut as late:
            self.deny("SEARCH=FUZZY")
            raise IndexTooSlow("the server's index did not answer in time") from late
        return found.uids or UidSet()

    def _windows(self, wire: BlockingConnection, box: Selected, until: float) -> Iterator[list[Key]]:
        """Keys that say among which messages is searched: the newest first."""
        if not box.exists or box.exists <= WHOLE or not box.uid_next:
            yield []
            return
        kept = self._kept(wire, until)
        if kept is not None and kept <= WHOLE:
            yield from [[keys.saved()]] * (kept > 0)
            return
        wide = max(1, box.uid_next * WINDOW // box.exists)
        for top in range(box.uid_next - 1, 0, -wide):
            yield [keys.uid(UidSet.range(max(1, top - wide + 1), top))]

    def _kept(self, wire: BlockingConnection, until: float) -> int | None:
        """How many messages the server keeps, of which all holds that it can tell without opening them (RFC 5182)."""
        if not (self.may(wire, "SEARCHRES") and wire.session.has("ESEARCH")):
            return None

        def ask() -> int | None:
            quick = criteria.criteria(criteria.beside_texts(self._tree), self._today)
            if not quick:
                return None
            return wire.run(wire.session.search(quick, ("SAVE", "COUNT")), timeout=left(until)).count

        try:
            return self._understood(ask)
        except CommandFailed as refused:
            self.deny("SEARCHRES")
            log.info("SAVE is refused: %s", refused.code or refused.status)
            return None

    def _searched(self, wire: BlockingConnection, within: list[Key], until: float) -> UidSet:
        def ask() -> UidSet:
            found = wire.run(wire.session.search([*within, *self._keys(wire)]), timeout=left(until))
            return found.uids or UidSet()

        return self._understood(ask)

    def _keys(self, wire: BlockingConnection) -> list[Key]:
        if wire.session.has("X-GM-EXT-1"):
            return criteria.as_gmail(self._tree, self._today)
        if wire.session.profile.ascii_search and not criteria.is_ascii(self._tree):
            self._leave_out(CommandFailed("NO", "BADCHARSET", "", "SEARCH"))
        return criteria.criteria(self._tree, self._today)

    def _understood(self, ask: Callable[[], T]) -> T:
        """Once more in ASCII where other letters are not understood."""
        try:
            return ask()
        except CommandFailed as refused:
            is_charset = refused.code == "BADCHARSET" or (refused.status == "BAD" and not refused.code)
            if not is_charset or criteria.is_ascii(self._tree):
                raise
            self._leave_out(refused)
        return ask()

    def _leave_out(self, refused: CommandFailed) -> None:
        plain = criteria.in_ascii(self._tree)
        if plain is None:
            raise refused
        self._tree, self.is_ascii = plain, True


def left(until: float) -> float:
    """Seconds. Raises TimedOut."""
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise TimedOut("the deadline of a search passed")
    return seconds
