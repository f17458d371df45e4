"""Commands of ManageSieve, and the only way to make one: a name of ours, and arguments that are sent by what they are.

A `str` or `bytes` is a string, an `int` a number; nothing is ever put into a command as it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from imapbridge.errors import Unsafe

Argument = str | bytes | int

LONGEST_QUOTED = 1000
"""Octets; RFC 5804 4 allows 1024."""
LONGEST_NAME = 200
"""Characters; RFC 5804 1.6 has servers take at least 128."""
_QUOTABLE = re.compile(rb"[\x20-\x7e]*")
# RFC 5804 1.6; and what cannot be UTF-8 or would mislead whoever reads the list.
_NOT_IN_A_NAME = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Command:
    """`octets` is the whole of it. Never printed with its arguments: one of them may be a password."""

    name: str
    arguments: tuple[Argument, ...] = ()

    def __repr__(self) -> str:
        return f"<Command {self.name}>"

    @property
    def octets(self) -> bytes:
        return b" ".join([self.name.encode("ascii"), *map(written, self.arguments)]) + b"\r\n"


def written(argument: Argument) -> bytes:
    """Raises Unsafe for a NUL, which no string may hold."""
    if isinstance(argument, int):
        return str(max(0, argument)).encode("ascii")
    try:
        octets = argument.encode() if isinstance(argument, str) else argument
    except UnicodeEncodeError as error:
        raise Unsafe("a text that cannot be written as UTF-8") from error
    if b"\0" in octets:
        raise Unsafe("a string may not hold NUL")
    if len(octets) <= LONGEST_QUOTED and _QUOTABLE.fullmatch(octets):
        return b'"' + octets.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
    return b"{%d+}\r\n%s" % (len(octets), octets)


def script_name(name: str) -> str:
    """The name, when a script may be called so. Raises Unsafe."""
    if not name or len(name) > LONGEST_NAME or _NOT_IN_A_NAME.search(name):
        raise Unsafe("no script can be called so")
    return name
