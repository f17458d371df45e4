"""The only way to make a command, so that injection cannot be written.

Arguments are made by the functions below and by nothing else: text of a person or of a message becomes a checked atom,
a quoted string or a literal, never bytes on the line. A NUL, CR or LF raises errors.Unsafe; other text that no quoted
string may hold becomes a literal, whose length is counted in octets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from imapbridge.errors import Unsafe
from imapbridge.terms import flags as flag_terms
from imapbridge.terms.uids import UidSet
from imapbridge.wire.octets import FileOctets, Streamed

SMALL_LITERAL = 4096
"""LITERAL- allows non-synchronising literals up to here (RFC 7888)."""

_ATOM = re.compile(r"[^\x00-\x20\x7f-\U0010ffff(){%*\"\\\]]+")
# Longer ones become literals, which count for no limit of the line: some servers take 980 octets of it.
_QUOTABLE = re.compile(rb"[\x20-\x7e]{0,200}")
_FATAL = re.compile(rb"[\0\r\n]")
_MAKER = object()


@dataclass(frozen=True, slots=True, repr=False)
class Word:
    """Octets that are safe on the line. Made only in this module."""

    data: bytes
    maker: object

    def __post_init__(self) -> None:
        if self.maker is not _MAKER or _FATAL.search(self.data):
            raise Unsafe("words of a command are made by commands.atom and its like")


@dataclass(frozen=True, slots=True, repr=False)
class Literal:
    """Any octets, sent behind their length. `is_binary`: literal8 (RFC 3516), which may hold NUL."""

    data: bytes | FileOctets
    is_binary: bool = False


Argument: TypeAlias = "Word | Literal | tuple[Argument, ...]"
"""A tuple is a parenthesised list."""


@dataclass(frozen=True, slots=True, repr=False)
class Command:
    """A command without its tag. Its repr shows the name only: arguments may be secrets or mail."""

    name: str
    arguments: tuple[Argument, ...] = ()

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Z]+(?: [A-Z]+)?", self.name):
            raise Unsafe("not the name of a command")

    def __repr__(self) -> str:
        return f"<Command {self.name}>"

    @property
    def size(self) -> int:
        """Octets on the line: what a server's limit of a command's length counts. A tag is included."""
        return sum(len(piece) for piece in self.pieces("A000000", "") if isinstance(piece, bytes))

    def pieces(self, tag: str, literals: str) -> list[bytes | Literal]:
        """Lines and the literals between them. `literals`: `+`, `-` or empty, for what the server offers."""
        pieces: list[bytes | Literal] = []
        line = bytearray(f"{tag} {self.name}".encode("ascii"))
        for argument in self.arguments:
            line += b" "
            line = _write(argument, line, pieces, literals)
        pieces.append(bytes(line) + b"\r\n")
        return pieces

    def flights(self, tag: str, literals: str) -> list[bytes | Streamed]:
        """What to send; before each flight but the first the server must say `+`."""
        flights: list[list[bytes | FileOctets]] = [[]]
        for piece in self.pieces(tag, literals):
            if isinstance(piece, Literal) and not _runs_on(piece, literals):
                flights.append([])
            flights[-1].append(piece.data if isinstance(piece, Literal) else piece)
        return [_joined(flight) for flight in flights]

    def chunks(self, tag: str, literals: str) -> list[bytes]:
        """The same, for a command without a file."""
        return [flight for flight in self.flights(tag, literals) if isinstance(flight, bytes)]


def _joined(flight: list[bytes | FileOctets]) -> bytes | Streamed:
    small = [piece for piece in flight if isinstance(piece, bytes)]
    return b"".join(small) if len(small) == len(flight) else Streamed(tuple(flight))


def _write(argument: Argument, line: bytearray, pieces: list[bytes | Literal], literals: str) -> bytearray:
    if isinstance(argument, Word):
        line += argument.data
    elif isinstance(argument, Literal):
        mark, plus = "~" if argument.is_binary else "", "+" if _runs_on(argument, literals) else ""
        pieces += [bytes(line) + f"{mark}{{{len(argument.data)}{plus}}}\r\n".encode("ascii"), argument]
        return bytearray()
    else:
        line += b"("
        for at, inner in enumerate(argument):
            line += b" " if at else b""
            line = _write(inner, line, pieces, literals)
        line += b")"
    return line


def _runs_on(literal: Literal, literals: str) -> bool:
    """Whether the literal may follow at once, without the server's leave."""
    return literals == "+" or (literals == "-" and len(literal.data) <= SMALL_LITERAL)


# --- Arguments --------------------------------------------------------------------------------------------------------


def _word(data: bytes) -> Word:
    return Word(data, _MAKER)


def atom(text: str) -> Word:
    """A name: letters, digits and most marks, no space. Unsafe when it is not an atom."""
    if not _ATOM.fullmatch(text):
        raise Unsafe("not an atom")
    return _word(text.encode("ascii"))


def number(value: int) -> Word:
    if value < 0:
        raise Unsafe("IMAP numbers are not negative")
    return _word(b"%d" % value)


def uids(value: UidSet) -> Word:
    if not value:
        raise Unsafe("an empty UID set cannot be sent")
    return _word(str(value).encode("ascii"))


def string(value: str | bytes) -> Word | Literal:
    """A person's text: quoted when it is short printable ASCII, else a literal in UTF-8."""
    data = value.encode("utf-8", "replace") if isinstance(value, str) else value
    if _FATAL.search(data):
        raise Unsafe("a string may not hold NUL, CR or LF")
    if not _QUOTABLE.fullmatch(data):
        return Literal(data)
    return _word(b'"' + data.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"')


def mailbox(raw_name: bytes) -> Word | Literal:
    """A mailbox's own octets, as the server listed them."""
    return string(raw_name)


def flag(name: str) -> Word:
    """A system flag or keyword. Unsafe when it cannot be one."""
    if not flag_terms.is_valid(name):
        raise Unsafe("not a flag")
    return _word(name.encode("ascii"))


def flags(names: Iterable[str]) -> tuple[Argument, ...]:
    return tuple(flag(name) for name in sorted(names))


def atoms(text: str) -> tuple[Argument, ...]:
    """Several atoms of our own, separated by spaces."""
    return tuple(map(atom, text.split()))


def section(
    name: str, fields: Sequence[str] = (), partial: tuple[int, int] | None = None, kind: str = "BODY.PEEK"
) -> Word:
    """`BODY.PEEK[1.2.HEADER.FIELDS (TO CC)]<0.16384>`, which never sets `\\Seen`. Unsafe when that is no section."""
    if not _SECTION.fullmatch(name) or not all(map(_FIELD.fullmatch, fields)) or kind not in _KINDS:
        raise Unsafe("not a section")
    chosen = f" ({' '.join(fields)})" if fields else ""
    offset = f"<{number(partial[0]).data.decode()}.{number(partial[1]).data.decode()}>" if partial else ""
    return _word(f"{kind}[{name}{chosen}]{offset}".encode("ascii"))


_KINDS = ("BODY.PEEK", "BINARY.PEEK", "BINARY.SIZE")
_SECTION = re.compile(
    r"(?:[1-9]\d{0,8}(?:\.[1-9]\d{0,8}){0,120})?(?:(?:^|\.)(?:HEADER|TEXT|MIME|HEADER\.FIELDS(?:\.NOT)?))?", re.ASCII
)
_FIELD = re.compile(r"[A-Za-z0-9_\-]{1,100}", re.ASCII)


def saved_result() -> Word:
    """`$`: what the last SEARCH kept on the server (RFC 5182)."""
    return _word(b"$")


def store_item(sign: str, silent: bool) -> Word:
    """`+FLAGS.SILENT` and its like; `sign` is `+`, `-` or empty."""
    if sign not in ("+", "-", ""):
        raise Unsafe("not a way to store flags")
    return _word(f"{sign}FLAGS{'.SILENT' if silent else ''}".encode("ascii"))
