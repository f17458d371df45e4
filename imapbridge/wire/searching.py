"""SEARCH, SORT and THREAD by UID (RFC 9051 6.4.4, 4731, 5182, 5256), and ESEARCH of several mailboxes (7377)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from imapbridge.errors import ProtocolError
from imapbridge.terms.uids import UidSet
from imapbridge.wire import keys
from imapbridge.wire.commands import Argument, Command, atom, atoms, mailbox
from imapbridge.wire.keys import Key
from imapbridge.wire.responses import ESearch, Response, Search, Thread, Threads, Unknown, uid_set
from imapbridge.wire.results import FoundIn, SearchResult
from imapbridge.wire.state import Exchange, SessionState
from imapbridge.wire.tokens import Value, number

RETURNS = ("ALL", "COUNT", "MIN", "MAX", "SAVE")


class Searching(SessionState):
    def search(self, criteria: Sequence[Key] = (), returning: Iterable[str] = ("ALL",)) -> Exchange[SearchResult]:
        """Messages for which every key holds; without keys all.

        `returning`: of ALL, COUNT, MIN, MAX and, where SEARCHRES is offered, SAVE. Without ESEARCH the server sends all
        UIDs and every answer is there. CommandFailed with code BADCHARSET when the server searches ASCII only.
        """
        wanted = tuple(name for name in RETURNS if name in set(returning))
        if not self.has("SEARCHRES"):
            wanted = tuple(name for name in wanted if name != "SAVE")
        arguments = self._search_arguments(criteria)
        if self.has("ESEARCH"):
            arguments = (atom("RETURN"), tuple(map(atom, wanted)), *arguments)
        found = _Results()
        yield from self._run(Command("UID SEARCH", arguments), found.take)
        return found.result()

    def search_in(self, raw_names: Sequence[bytes], criteria: Sequence[Key]) -> Exchange[list[FoundIn]]:
        """Messages for which every key holds in these mailboxes, none of which need be selected. Needs MULTISEARCH. A
        mailbox in which nothing is found, or may be looked for, is not among the results."""
        among = (atom("mailboxes"), tuple(map(mailbox, raw_names)))
        arguments = (atom("IN"), among, atom("RETURN"), (atom("ALL"),), *self._search_arguments(criteria))
        found: list[FoundIn] = []

        def take(response: Response) -> bool:
            if isinstance(response, Unknown) and response.name == "ESEARCH":
                raise ProtocolError("the result of a search cannot be read")
            if isinstance(response, ESearch) and response.raw_name and "ALL" in response.values:
                found.append(FoundIn(response.raw_name, response.uid_validity or 0, uid_set(response.values["ALL"])))
            return isinstance(response, ESearch)

        yield from self._run(Command("ESEARCH", arguments), take)
        return found

    def search_uids(self, uids: UidSet) -> Exchange[UidSet]:
        """Which of these UIDs exist. `n:*` never brings a UID below n."""
        there = UidSet()
        for some in self._split("UID SEARCH", uids, (atom("RETURN"), (atom("ALL"),), atom("UID"))):
            found = yield from self.search((keys.uid(some),))
            there |= found.uids or UidSet()
        return there & uids

    def sort(self, order: str, criteria: Sequence[Key] = ()) -> Exchange[list[int]]:
        """UIDs in the server's order, `order` being RFC 5256's words: `REVERSE DATE`, `FROM SUBJECT`. Needs SORT."""
        arguments = (atoms(order), atom("UTF-8"), *_flat(criteria))
        found = _Results()
        yield from self._run(Command("UID SORT", arguments), found.take)
        return found.numbers

    def thread(self, algorithm: str = "REFERENCES", criteria: Sequence[Key] = ()) -> Exchange[list[Thread]]:
        """Conversations of UIDs. Needs `THREAD=` and the algorithm."""
        found: list[Value] = []

        def take(response: Response) -> bool:
            if isinstance(response, Threads):
                found.extend(response.values)
            return isinstance(response, Threads)

        yield from self._run(Command("UID THREAD", (atom(algorithm), atom("UTF-8"), *_flat(criteria))), take)
        return [thread for value in found if isinstance(value, list) for thread in _threads(value)]

    def _search_arguments(self, criteria: Sequence[Key]) -> tuple[Argument, ...]:
        flat = _flat(criteria)
        # Exchange refuses even CHARSET US-ASCII, and UTF8=ACCEPT forbids CHARSET (RFC 6855 3).
        if any(map(keys.needs_charset, flat)) and "UTF8=ACCEPT" not in self.enabled:
            return (atom("CHARSET"), atom("UTF-8"), *flat)
        return flat


class _Results:
    """SEARCH, SORT or ESEARCH, whichever comes, in one response or several."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.modseq: int | None = None
        self.extended: dict[str, Value] | None = None

    def take(self, response: Response) -> bool:
        if isinstance(response, Unknown) and response.name in ("SEARCH", "SORT", "ESEARCH"):
            # To pass over it would mean that nothing was found, and that is what gone messages look like.
            raise ProtocolError("the result of a search cannot be read")
        if isinstance(response, Search):
            self.numbers += response.numbers
            self.modseq = response.modseq or self.modseq
        elif isinstance(response, ESearch):
            self.extended = {**(self.extended or {}), **response.values}
        else:
            return False
        return True

    def result(self) -> SearchResult:
        if self.extended is None:
            uids = UidSet.of(self.numbers)
            first, last = (uids.first, uids.last) if uids else (None, None)
            return SearchResult(uids, len(uids), first, last, self.modseq)
        return self._from_extended(self.extended)

    def _from_extended(self, values: dict[str, Value]) -> SearchResult:
        """An empty result names neither ALL nor MIN nor MAX; iCloud forgets MAX at other times too."""
        uids = uid_set(values["ALL"]) if "ALL" in values else None
        count = number(values.get("COUNT"))
        if uids is None and not count and "MIN" not in values:
            uids = UidSet()
        return SearchResult(
            uids, count, number(values.get("MIN")), number(values.get("MAX")), number(values.get("MODSEQ"))
        )


def _flat(criteria: Sequence[Key]) -> tuple[Argument, ...]:
    """The keys side by side: some servers refuse `UID SEARCH (ALL)`."""
    return tuple(argument for key in criteria for argument in key) or keys.ALL


def _threads(value: list[Value]) -> Iterator[Thread]:
    """`(3 6 (4 23)(44 7))`: 6 answers 3, and 4 and 44 answer 6."""
    answers: tuple[Thread, ...] = ()
    uids: list[int] = []
    for item in value:
        if isinstance(item, list):
            answers += tuple(_threads(item))
        elif uid := number(item):
            uids.append(uid)
    for uid in reversed(uids):
        answers = ((uid, answers),)
    yield from answers
