"""Every response a server may send (RFC 9051 7), as dataclasses; `reading` makes them. FETCH is in `fetched`."""

from __future__ import annotations

from dataclasses import dataclass, field

from imapbridge.errors import ProtocolError
from imapbridge.terms.uids import UidSet
from imapbridge.wire import names
from imapbridge.wire.fetched import Fetched
from imapbridge.wire.tokens import Value, number


@dataclass(frozen=True, slots=True)
class Condition:
    """OK, NO, BAD, BYE or PREAUTH, tagged or not (`tag` empty)."""

    tag: str
    status: str
    code: str = ""
    """The response code's name in upper case (`UIDVALIDITY`), or empty."""
    arguments: tuple[Value, ...] = ()
    """What follows the name within the brackets."""
    text: str = ""

    @property
    def number(self) -> int | None:
        """The first argument, when it is a number."""
        return number(self.arguments[0]) if self.arguments else None


@dataclass(frozen=True, slots=True)
class Continue:
    """`+`: the server waits for more of the command."""

    text: bytes = b""


@dataclass(frozen=True, slots=True)
class Capability:
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Enabled:
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Flags:
    """The flags a mailbox knows."""

    flags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Exists:
    count: int


@dataclass(frozen=True, slots=True)
class Expunge:
    """Some message is gone. Its number means nothing to us: servers renumber each in their own way."""


@dataclass(frozen=True, slots=True)
class Vanished:
    """UIDs that are gone (RFC 7162). `earlier`: before this session saw them."""

    uids: UidSet
    earlier: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """LIST, LSUB or XLIST."""

    raw_name: bytes
    delimiter: str
    attributes: frozenset[str]
    """In lower case, with their backslash."""
    is_lsub: bool = False


@dataclass(frozen=True, slots=True)
class StatusData:
    raw_name: bytes
    values: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Search:
    """SEARCH or SORT, in the server's order."""

    numbers: tuple[int, ...]
    modseq: int | None = None


@dataclass(frozen=True, slots=True)
class ESearch:
    """RFC 4731. `tag` is the command that asked, or empty; of several mailboxes (RFC 7377) the one it is about."""

    tag: str
    values: dict[str, Value]
    raw_name: bytes = b""
    uid_validity: int | None = None


Thread = tuple[int, "tuple[Thread, ...]"]
"""A message (0: missing) and the threads that answer it."""


@dataclass(frozen=True, slots=True)
class Threads:
    """RFC 5256: nested lists of numbers, still as values; `searching` unfolds them."""

    values: list[Value]


@dataclass(frozen=True, slots=True)
class Namespaces:
    """Each is a list of (prefix, delimiter)."""

    personal: tuple[tuple[bytes, str], ...] = ()
    others: tuple[tuple[bytes, str], ...] = ()
    shared: tuple[tuple[bytes, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ServerId:
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class Quota:
    """One quota root: resource in upper case -> (used, limit); STORAGE counts units of 1,024 octets."""

    root: bytes
    resources: dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class QuotaRoot:
    raw_name: bytes
    roots: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Neither known nor readable. Only its name is kept."""

    name: str


Response = (
    Condition | Continue | Capability | Enabled | Flags | Exists | Expunge | Vanished | Listed | StatusData | Search
    | ESearch | Threads | Namespaces | ServerId | Quota | QuotaRoot | Fetched | Unknown
)  # fmt: skip


def mailbox_key(response: Listed | StatusData) -> bytes:
    """Under which LIST and STATUS of one mailbox meet."""
    return names.key(response.raw_name)


def uid_set(value: Value) -> UidSet:
    """A set that an answer depends on: ProtocolError when it is none."""
    try:
        return UidSet.parse(value.decode("ascii"))  # type: ignore[union-attr]
    except (ValueError, AttributeError) as error:
        raise ProtocolError("a set of UIDs cannot be read") from error
