"""Commands that put messages somewhere: COPY, MOVE, EXPUNGE (UIDPLUS) and APPEND, with where they went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from imapbridge.errors import CommandFailed
from imapbridge.terms import flags as flag_terms
from imapbridge.terms.uids import UidSet
from imapbridge.wire import commands, keys
from imapbridge.wire.commands import Argument, Command, Literal, atom, mailbox, string
from imapbridge.wire.dates import format_date_time
from imapbridge.wire.messages import Messages
from imapbridge.wire.octets import FileOctets
from imapbridge.wire.responses import Condition, Response
from imapbridge.wire.results import AppendResult, CopyResult
from imapbridge.wire.searching import Searching
from imapbridge.wire.state import Exchange
from imapbridge.wire.tokens import Value


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to file. `data`: whole, with CRLF line ends; one in a file has no NUL."""

    data: bytes | FileOctets
    flags: frozenset[str] = frozenset()
    internal_date: datetime | None = None


class Filing(Messages, Searching):
    def copy(self, uids: UidSet, raw_name: bytes) -> Exchange[CopyResult]:
        """Copy to a mailbox. CommandFailed with code TRYCREATE when there is none of that name."""
        return (yield from self._transfer("UID COPY", uids, raw_name))

    def move(self, uids: UidSet, raw_name: bytes) -> Exchange[CopyResult]:
        """Move to a mailbox: MOVE where it is offered, else COPY, `\\Deleted` and `expunge`.

        Without MOVE it may break in the middle: then the messages are in both places, never in none.
        """
        if self.has("MOVE"):
            return (yield from self._transfer("UID MOVE", uids, raw_name))
        copied = yield from self.copy(uids, raw_name)
        yield from self.store(uids, add=[flag_terms.DELETED])
        yield from self.expunge(uids)
        return copied

    def expunge(self, uids: UidSet) -> Exchange[bool]:
        """Expunge these messages, which are `\\Deleted`, and no others; whether it was done.

        Without UIDPLUS, EXPUNGE takes every `\\Deleted` message, so it is only given when there are no others.
        """
        if not self.has("UIDPLUS"):
            deleted = yield from self.search([keys.flag(flag_terms.DELETED)])
            if deleted.uids is None or deleted.uids - uids:
                return False
            yield from self._run(Command("EXPUNGE"))
            return True
        yield from self._run_all(
            [Command("UID EXPUNGE", (commands.uids(some),)) for some in self._split("UID EXPUNGE", uids, ())]
        )
        return True

    def _transfer(self, name: str, uids: UidSet, raw_name: bytes) -> Exchange[CopyResult]:
        rest = (mailbox(raw_name),)
        told: list[Condition] = []

        def take(response: Response) -> bool:
            """MOVE tells in an untagged OK (RFC 6851 4.3)."""
            is_told = isinstance(response, Condition) and response.code == "COPYUID"
            if is_told and isinstance(response, Condition):
                told.append(response)
            return is_told

        batch = [Command(name, (commands.uids(some), *rest)) for some in self._split(name, uids, rest)]
        results = yield from self._run_all(batch, take)
        told += [result for result in results if result.code == "COPYUID"]
        return _copied(told, len(uids))

    # --- APPEND -------------------------------------------------------------------------------------------------------

    def append(self, raw_name: bytes, messages: Sequence[NewMessage]) -> Exchange[AppendResult]:
        """File messages: all or none where MULTIAPPEND is offered, else one after another.

        CommandFailed with code TOOBIG, without sending anything, when one is over the server's APPENDLIMIT.
        """
        limit = self.append_limit
        if limit is not None and any(len(message.data) > limit for message in messages):
            raise CommandFailed("NO", "TOOBIG", "the message is larger than the server takes", "APPEND")
        at_once = len(messages) if self.has("MULTIAPPEND") else 1
        results: list[Condition] = []
        for start in range(0, len(messages), max(1, at_once)):
            batch = messages[start : start + at_once]
            arguments = (argument for message in batch for argument in self._append_arguments(message))
            results.append((yield from self._run(Command("APPEND", (mailbox(raw_name), *arguments)))))
        return _appended(results, len(messages))

    @property
    def append_limit(self) -> int | None:
        """Octets of the largest message the server takes in any mailbox (RFC 7889), if it tells."""
        told = (name.partition("=")[2] for name in self.capabilities if name.startswith("APPENDLIMIT="))
        return next((int(number) for number in told if number.isdigit()), None)

    def _append_arguments(self, message: NewMessage) -> Iterator[Argument]:
        if message.flags:
            yield commands.flags(message.flags)
        if message.internal_date:
            yield string(format_date_time(message.internal_date))
        head = message.data if isinstance(message.data, bytes) else message.data.head
        header = head.partition(b"\r\n\r\n")[0]
        if not header.isascii() and "UTF8=ACCEPT" in self.enabled:  # RFC 6855 4
            yield atom("UTF8")
            yield (Literal(message.data, is_binary=True),)
        else:
            yield Literal(message.data, is_binary=isinstance(message.data, bytes) and b"\0" in message.data)


def _copied(told: list[Condition], most: int) -> CopyResult:
    uid_validity, uids = None, dict[int, int]()
    for condition in told:
        if len(condition.arguments) < 3:
            continue
        sources, targets = (_in_order(value, most) for value in condition.arguments[1:3])
        if condition.number and sources and len(sources) == len(targets):
            uid_validity = condition.number
            uids |= dict(zip(sources, targets, strict=True))
    return CopyResult(uid_validity, uids)


def _appended(results: list[Condition], most: int) -> AppendResult:
    uids: list[int] = []
    uid_validity = None
    for result in results:
        if result.code == "APPENDUID" and len(result.arguments) > 1:
            uid_validity = result.number
            uids += _in_order(result.arguments[1], most)
    return AppendResult(uid_validity, tuple(uids)) if len(uids) == most else AppendResult()


def _in_order(value: Value, most: int) -> list[int]:
    """The UIDs of a set as written, since source and destination pair up in order; empty when it is nonsense."""
    found: list[int] = []
    for item in (value if isinstance(value, bytes) else b"").split(b","):
        first, _, last = item.partition(b":")
        if not first.isdigit() or not (last or first).isdigit() or len(item) > 21:
            return []
        low, high = int(first), int(last or first)
        if abs(high - low) >= most:
            return []
        found += range(low, high + 1) if low <= high else range(low, high - 1, -1)
    return found if len(found) <= most else []
