"""Commands about messages of the selected mailbox: SELECT, FETCH, STORE. By UID only, never by sequence number."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from imapbridge.errors import CommandFailed
from imapbridge.terms.uids import MAX_UID, UidSet
from imapbridge.wire import commands
from imapbridge.wire.commands import Argument, Command, atom, mailbox, number
from imapbridge.wire.fetched import Fetched
from imapbridge.wire.items import FetchItems
from imapbridge.wire.mailboxes import object_id
from imapbridge.wire.reading import flag_set
from imapbridge.wire.responses import Condition, Exists, Expunge, Flags, Response, Vanished, uid_set
from imapbridge.wire.results import FetchResult, QresyncState, Selected, StoreResult
from imapbridge.wire.state import NO_NAMES, Exchange, SessionState


class Messages(SessionState):
    # --- opening ------------------------------------------------------------------------------------------------------

    def select(
        self,
        raw_name: bytes,
        read_only: bool = False,
        known: QresyncState | None = None,
        *,
        fetch: tuple[UidSet, FetchItems] | None = None,
    ) -> Exchange[Selected]:
        """Open a mailbox; `known` brings what changed since, in the same round trip, where QRESYNC is enabled.

        `fetch` asks for some of its messages before the server has said that they are there, in the same round trip
        too. CommandFailed leaves no mailbox selected.
        """
        known = known if known and known.modseq > 0 and self.has("QRESYNC") else None
        self.selected = None
        self._events.clear()
        opening, found = _Opening(), _Found(fetch[0] if fetch else UidSet())
        command = self._select_command(raw_name, read_only, known)
        also = [(_command("UID FETCH", fetch[0], (fetch[1].argument(self.has),)), found.take)] if fetch else []
        opened, *fetched = yield from self._try_each([(command, opening.take), *also])
        if opened.status != "OK":
            raise CommandFailed(opened.status, opened.code, opened.text, command.name)
        opening.take(opened)
        if not fetch:
            self._events.clear()
        self.selected = opening.selected(raw_name, read_only, known)
        if not fetched or fetched[0].status != "OK":
            return self.selected
        return dataclasses.replace(self.selected, fetched=[*found.messages.values()])

    def _select_command(self, raw_name: bytes, read_only: bool, known: QresyncState | None) -> Command:
        name = "EXAMINE" if read_only else "SELECT"
        if known:
            command = Command(name, (mailbox(raw_name), (atom("QRESYNC"), _state(known))))
            if command.size <= self.max_command:
                return command
            return Command(
                name, (mailbox(raw_name), (atom("QRESYNC"), _state(dataclasses.replace(known, known_uids=None))))
            )
        if self.has("CONDSTORE"):
            return Command(name, (mailbox(raw_name), (atom("CONDSTORE"),)))
        return Command(name, (mailbox(raw_name),))

    def unselect(self) -> Exchange[None]:
        """Close the mailbox without expunging anything."""
        if self.selected is None:
            return
        if not self.has("UNSELECT"):
            if not self.selected.read_only:
                yield from self.select(self.selected.raw_name, read_only=True)
            # Of a mailbox opened by EXAMINE it expunges nothing; pymap refuses it there, which does no harm.
            yield from self._try(Command("CLOSE"))
        else:
            yield from self._run(Command("UNSELECT"))
        self.selected = None
        self._events.clear()

    # --- FETCH --------------------------------------------------------------------------------------------------------

    def fetch(
        self, uids: UidSet, items: FetchItems, changed_since: int | None = None, vanished: bool = False
    ) -> Exchange[FetchResult]:
        """The messages among `uids` that exist. `n:*` never brings a message below n, as servers would have it.

        `changed_since`: only those changed after that MODSEQ; with `vanished` (QRESYNC) also which are gone since.
        FETCH responses for other UIDs, and those without UID, become events.
        """
        found = _Found(uids)
        rest = (items.argument(self.has), *self._fetch_modifiers(changed_since, vanished))
        batch = [_command("UID FETCH", some, rest) for some in self._split("UID FETCH", uids, rest)]
        results = yield from self._try_all(batch, found.take)
        complete = True
        for result in results:
            if result.status == "BAD" or (result.status == "NO" and not found.messages):
                raise CommandFailed(result.status, result.code, result.text, "UID FETCH")
            complete = complete and result.status == "OK"
        return FetchResult([*found.messages.values()], found.vanished, complete)

    def _fetch_modifiers(self, changed_since: int | None, vanished: bool) -> tuple[Argument, ...]:
        if not changed_since:  # CHANGEDSINCE 0 is not allowed (RFC 7162 `mod-sequence-value`)
            return ()
        modifiers: tuple[Argument, ...] = (atom("CHANGEDSINCE"), number(changed_since))
        if vanished and self.has("QRESYNC"):
            modifiers += (atom("VANISHED"),)
        return (modifiers,)

    # --- STORE --------------------------------------------------------------------------------------------------------

    def store(
        self,
        uids: UidSet,
        *,
        add: Iterable[str] = (),
        remove: Iterable[str] = (),
        replace: Iterable[str] | None = None,
        unchanged_since: int | None = None,
        silent: bool = True,
    ) -> Exchange[StoreResult]:
        """Change flags. With `unchanged_since` (CONDSTORE) not of messages that another client changed after it."""
        found = _Found(uids)
        modified = UidSet()
        for what, names in (("+", [*add]), ("-", [*remove]), ("", None if replace is None else [*replace])):
            if names is None or (what and not names):
                continue
            rest = self._store_arguments(what, names, unchanged_since, silent)
            batch = [_command("UID STORE", some, rest) for some in self._split("UID STORE", uids, rest)]
            for result in (yield from self._try_all(batch, found.take)):
                modified |= _modified(result)
        return StoreResult(modified, [*found.messages.values()])

    def _store_arguments(
        self, what: str, names: list[str], unchanged_since: int | None, silent: bool
    ) -> tuple[Argument, ...]:
        item = commands.store_item(what, silent)
        if unchanged_since is None or not self.has("CONDSTORE"):
            return item, commands.flags(names)
        return (atom("UNCHANGEDSINCE"), number(unchanged_since)), item, commands.flags(names)


def _state(known: QresyncState) -> tuple[Argument, ...]:
    """`*` is not allowed among the known UIDs (RFC 7162 7)."""
    state: tuple[Argument, ...] = (number(known.uid_validity), number(known.modseq))
    if known.known_uids:
        state += (commands.uids(known.known_uids & UidSet.range(1, MAX_UID)),)
    return state


def _command(name: str, uids: UidSet, rest: tuple[Argument, ...]) -> Command:
    return Command(name, (commands.uids(uids), *rest))


def _modified(result: Condition) -> UidSet:
    """`[MODIFIED 7,9]`, in OK or in NO (RFC 7162 3.1.3). CommandFailed for any other refusal."""
    if result.code == "MODIFIED" and result.arguments:
        return uid_set(result.arguments[0])
    if result.status != "OK":
        raise CommandFailed(result.status, result.code, result.text, "UID STORE")
    return UidSet()


class _Found:
    """FETCH responses for the UIDs that were asked for, merged."""

    def __init__(self, uids: UidSet) -> None:
        self.uids = uids
        self.messages: dict[int, Fetched] = {}
        self.vanished = UidSet()

    def take(self, response: Response) -> bool:
        if isinstance(response, Fetched):
            return self._take_message(response)
        if isinstance(response, Vanished) and response.earlier:
            self.vanished |= response.uids
            return True
        return False

    def _take_message(self, message: Fetched) -> bool:
        if message.uid not in self.uids:
            return False
        known = self.messages.get(message.uid)
        if known:
            known.merge(message)
        else:
            self.messages[message.uid] = message
        return True


class _Opening:
    """What a server tells while it opens a mailbox."""

    def __init__(self) -> None:
        self._clear()

    def _clear(self) -> None:
        self.exists = 0
        self.flags = NO_NAMES
        self.codes: dict[str, Condition] = {}
        self.vanished = UidSet()
        self.changed = _Found(UidSet.range(1, None))

    def take(self, response: Response) -> bool:
        if isinstance(response, Condition):
            return self._take_condition(response)
        if isinstance(response, Exists):
            self.exists = response.count
        elif isinstance(response, Flags):
            self.flags = response.flags
        elif isinstance(response, Vanished):
            self.vanished |= response.uids
        elif isinstance(response, Fetched):
            self.changed.take(response)
        elif not isinstance(response, Expunge):
            return False
        return True

    def _take_condition(self, condition: Condition) -> bool:
        if condition.code == "CLOSED":
            self._clear()  # what came before was of the mailbox open until now (RFC 7162 3.2.11)
        self.codes[condition.code] = condition
        return condition.status == "OK" and condition.code != "CAPABILITY"

    def selected(self, raw_name: bytes, read_only: bool, known: QresyncState | None) -> Selected:
        permanent = self.codes.get("PERMANENTFLAGS")
        return Selected(
            raw_name=raw_name,
            exists=self.exists,
            uid_validity=self._number("UIDVALIDITY"),
            uid_next=self._number("UIDNEXT"),
            highest_modseq=None if "NOMODSEQ" in self.codes else self._number("HIGHESTMODSEQ"),
            flags=self.flags,
            permanent_flags=flag_set(permanent.arguments[0]) if permanent and permanent.arguments else self.flags,
            read_only=read_only or "READ-ONLY" in self.codes,
            resynced=known is not None and known.uid_validity == self._number("UIDVALIDITY"),
            vanished=self.vanished,
            changed=[*self.changed.messages.values()],
            mailbox_id=object_id(self.codes["MAILBOXID"].arguments[0]) if "MAILBOXID" in self.codes else None,
        )

    def _number(self, code: str) -> int | None:
        """0 is no UIDVALIDITY, no UIDNEXT and no MODSEQ."""
        return (self.codes[code].number or None) if code in self.codes else None
