"""What a session knows, and how a command and its answers travel: the base of every group of commands.

A command is a generator (`Exchange`): it yields what to send, is sent one response at a time, and returns its result.
Nothing here waits or has a socket.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from enum import Enum
from typing import TypeVar

from imapbridge.errors import CommandFailed, ConnectionClosed, ProtocolError
from imapbridge.terms.uids import UidSet
from imapbridge.wire import quirks, reading
from imapbridge.wire.commands import Argument, Command
from imapbridge.wire.fetched import Fetched
from imapbridge.wire.octets import Streamed
from imapbridge.wire.responses import (
    Capability,
    Condition,
    Continue,
    Exists,
    Expunge,
    Listed,
    Response,
    StatusData,
    Unknown,
    Vanished,
)
from imapbridge.wire.results import Selected
from imapbridge.wire.stream import Limits, ResponseStream

log = logging.getLogger("imapbridge.wire")

T = TypeVar("T")


class Upgrade(Enum):
    """What the driver must put between itself and the socket before anything else is sent or read."""

    TLS = "tls"
    DEFLATE = "deflate"


Step = bytes | Streamed | Upgrade
Exchange = Generator[Step, Response, T]
"""`yield b""` only waits for the next response. After an Upgrade the generator is resumed without one. When the server
closes the connection, ConnectionClosed is thrown into it."""

Event = Exists | Expunge | Vanished | Fetched | StatusData | Listed
"""What a server tells without being asked. Expunge and a Fetched without UID only say: look again."""
_EVENTS = (Exists, Expunge, Vanished, Fetched, StatusData, Listed)
MAX_EVENTS = 100_000

Take = Callable[[Response], bool]
"""True: the response belongs to the command that runs; False: it is somebody else's."""

NO_NAMES: frozenset[str] = frozenset()
# What IMAP4rev2 includes without naming it (RFC 9051 appendix E).
_REV2 = frozenset(
    (
        "CHILDREN", "ENABLE", "ESEARCH", "IDLE", "LIST-EXTENDED", "LIST-STATUS", "LITERAL-", "MOVE", "NAMESPACE",
        "SASL-IR", "SEARCHRES", "SPECIAL-USE", "STATUS=SIZE", "UIDPLUS", "UNSELECT",
    )
)  # fmt: skip


class SessionState:
    """State of one connection. Its public attributes are for reading."""

    def __init__(self, host: str = "", limits: Limits | None = None) -> None:
        self.host = host
        self.greeting = ""
        self.capabilities = NO_NAMES
        """As the server names them, in upper case; ask `has`."""
        self.enabled = NO_NAMES
        """What ENABLE turned on, by the server's own word."""
        self.server_id: dict[str, str] = {}
        self.profile = quirks.choose(host)
        self.selected: Selected | None = None
        self.is_authenticated = False
        self.is_leaving = False
        """LOGOUT was given: a BYE and a closed connection are as they should be."""
        self._stream = ResponseStream(limits)
        self._events: list[Event] = []
        self._tags = 0
        self._unconfirmed = NO_NAMES
        self._knows_capabilities = False

    # --- bytes in -----------------------------------------------------------------------------------------------------

    def feed(self, data: bytes) -> None:
        """Octets from the server, cut anywhere."""
        self._stream.feed(data)

    def next_response(self) -> Response | None:
        """The next response, or None until more is fed."""
        raw = self._stream.next()
        return reading.parse(raw) if raw else None

    @property
    def is_drained(self) -> bool:
        """No byte of the server is left unread."""
        return self._stream.is_empty

    def take_rest(self) -> bytes:
        """Bytes behind the last response, which belong to the layer that begins there."""
        return self._stream.take_rest()

    # --- what is known ------------------------------------------------------------------------------------------------

    def has(self, name: str) -> bool:
        """Whether an extension may be used: offered, not denied by the profile, and enabled where it must be."""
        name = name.upper()
        if name in self.profile.denied or name in self._unconfirmed:
            return False
        if name in ("QRESYNC", "UTF8=ACCEPT"):
            return name in self.enabled
        return name in self.capabilities or name in self.enabled or (name in _REV2 and self._is_rev2)

    @property
    def utf8(self) -> bool:
        """Mailbox names are UTF-8, not modified UTF-7."""
        return "UTF8=ACCEPT" in self.enabled or self._is_rev2

    @property
    def max_command(self) -> int:
        """Octets of one command that the server is sure to take."""
        return self.profile.max_command_for(self.capabilities)

    @property
    def _is_rev2(self) -> bool:
        # A server of both versions behaves as the old one until ENABLE (RFC 9051 6.3.1).
        return "IMAP4REV2" in self.enabled or (
            "IMAP4REV2" in self.capabilities and "IMAP4REV1" not in self.capabilities
        )

    @property
    def _literals(self) -> str:
        if self.has("LITERAL+"):
            return "+"
        return "-" if self.has("LITERAL-") else ""

    def take_events(self) -> list[Event]:
        """What the server told unasked since the last call, in order."""
        events, self._events = self._events, []
        return events

    # --- commands out -------------------------------------------------------------------------------------------------

    def _run(self, command: Command, take: Take | None = None) -> Exchange[Condition]:
        """One command. CommandFailed on NO and BAD."""
        return _checked(command, (yield from self._try(command, take)))

    def _try(self, command: Command, take: Take | None = None) -> Exchange[Condition]:
        """One command; its tagged response, whatever it says."""
        tag = self._next_tag()
        [result] = yield from self._converse(command.flights(tag, self._literals), [tag], [take])
        return result

    def _try_all(self, commands: Sequence[Command], take: Take | None = None) -> Exchange[list[Condition]]:
        """Several commands, pipelined as far as profile and literals allow; their tagged responses in order."""
        return (yield from self._try_each([(command, take) for command in commands]))

    def _try_each(self, commands: Sequence[tuple[Command, Take | None]]) -> Exchange[list[Condition]]:
        """As `_try_all`; what comes before a command is answered is for its own `Take`."""
        results: list[Condition] = []
        for start in range(0, len(commands), max(1, self.profile.pipeline)):
            batch = commands[start : start + max(1, self.profile.pipeline)]
            tags, takes = [self._next_tag() for _ in batch], [take for _, take in batch]
            flown = [command.flights(tag, self._literals) for (command, _), tag in zip(batch, tags, strict=True)]
            short = [one[0] for one in flown if len(one) == 1 and isinstance(one[0], bytes)]
            if len(short) == len(flown):
                results += yield from self._converse([b"".join(short)], tags, takes)
                continue
            for flights, tag, take in zip(flown, tags, takes, strict=True):
                results += yield from self._converse(flights, [tag], [take])
        return results

    def _run_all(self, commands: Sequence[Command], take: Take | None = None) -> Exchange[list[Condition]]:
        results = yield from self._try_all(commands, take)
        return [_checked(command, result) for command, result in zip(commands, results, strict=True)]

    def _converse(
        self, flights: Iterable[bytes | Streamed], tags: list[str], takes: Sequence[Take | None] = ()
    ) -> Exchange[list[Condition]]:
        """Send the first flight, each further one when the server says `+`, until every tag is answered.

        `takes` are in the order of the tags, which is that of the answers wherever the order means anything (RFC 9051
        5.5).
        """
        self._stream.begin_command()
        done: dict[str, Condition] = {}
        flight, coming = iter(flights), iter(takes)
        data: bytes | Streamed = next(flight)
        take = next(coming, None)
        while len(done) < len(tags):
            response = yield data
            data = b""
            if isinstance(response, Condition) and response.tag:
                if response.tag not in tags:
                    raise ProtocolError("an answer to a command that was not given")
                self._note(response)
                done[response.tag] = response
                take = next(coming, take)
            elif isinstance(response, Continue):
                data = next(flight, b"")
            elif take is None or not take(response):
                self._note(response)
        return [done[tag] for tag in tags]

    def _split(self, name: str, uids: UidSet, rest: tuple[Argument, ...]) -> Iterator[UidSet]:
        """`uids` in pieces, each short enough for one command with the arguments `rest`."""
        return uids.chunks(max(100, self.max_command - Command(name, rest).size - 1))

    def _next_tag(self) -> str:
        self._tags += 1
        return f"A{self._tags}"

    # --- what comes unasked -------------------------------------------------------------------------------------------

    def _note(self, response: Response) -> None:
        if isinstance(response, Condition):
            self._note_condition(response)
        elif isinstance(response, Capability):
            self._learn_capabilities(response.names)
        elif isinstance(response, _EVENTS):
            if len(self._events) < MAX_EVENTS:
                self._events.append(response)
        elif isinstance(response, Unknown):
            log.debug("skipped an unknown response host=%s name=%s", self.host, response.name)

    def _note_condition(self, condition: Condition) -> None:
        if condition.status == "BYE" and not self.is_leaving:
            raise ConnectionClosed(f"the server said goodbye: {condition.text}")
        if condition.code == "NOTIFICATIONOVERFLOW":  # NOTIFY is off now (RFC 5465 5.8)
            raise ConnectionClosed("the server tells of changes no more")
        if condition.code == "CAPABILITY" and condition.status != "NO":
            names = b" ".join(word for word in condition.arguments if isinstance(word, bytes))
            self._learn_capabilities(reading.words(names))

    def _learn_capabilities(self, names: frozenset[str]) -> None:
        self.capabilities = names
        self._knows_capabilities = True
        self._choose_profile()

    def _choose_profile(self) -> None:
        self.profile = quirks.choose(self.host, self.greeting, self.server_id, self.capabilities)

    def _forget(self) -> None:
        """Nothing that was said before TLS is believed after it (RFC 9051 6.2.1)."""
        self.capabilities = NO_NAMES
        self._knows_capabilities = False
        self.greeting = ""
        self.server_id = {}
        self._events.clear()
        self._choose_profile()


def _checked(command: Command, result: Condition) -> Condition:
    if result.status != "OK":
        raise CommandFailed(result.status, result.code, result.text, command.name)
    return result
