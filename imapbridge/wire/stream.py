"""From a stream of bytes to whole responses: lines, with the literals they announce (RFC 9051 2.2.2, 4.3).

Bytes may arrive cut anywhere. What is not asked for yet stays untouched in the buffer, so that TLS or DEFLATE can begin
exactly behind a tagged OK. Knows nothing of what a response means; never reads a socket.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from imapbridge.errors import ProtocolError

_LITERAL = re.compile(rb"~?\{(\d{1,20})\+?\}$")
# Human text may end in what looks like a literal; a status line never carries one.
_STATUS = re.compile(rb"(?:\+|[^\s+(*]+ +(?:OK|NO|BAD)\b|\* +(?:OK|NO|BAD|BYE|PREAUTH)\b)", re.IGNORECASE)
_COMPACT_AT = 256 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What a hostile or broken server may make us hold. Over a limit: ProtocolError."""

    line: int = 64 * 1024 * 1024
    """Octets of one response without its literals: a SEARCH of a huge mailbox is one line."""
    literal: int = 60 * 1024 * 1024
    responses: int = 1_000_000
    """Responses that one command may cause."""
    octets: int = 2 * 1024 * 1024 * 1024
    """Octets that one command may cause."""


@dataclass(frozen=True, slots=True)
class Raw:
    """One response. A NUL in `text` stands where a literal was; the literals are beside it, in order."""

    text: bytes
    literals: tuple[bytes, ...] = ()


class ResponseStream:
    """`feed` it bytes, then ask `next` until it has no more."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._buffer = bytearray()
        self._start = 0
        self._searched = 0
        self._need: int | None = None
        self._lines: list[bytes] = []
        self._literals: list[bytes] = []
        self._length = 0
        self._octets = self._responses = 0

    @property
    def is_empty(self) -> bool:
        """Nothing is buffered, not even half a response."""
        return self._start == len(self._buffer) and not self._lines

    def begin_command(self) -> None:
        """Start counting against the limits of one command."""
        self._octets = self._responses = 0

    def feed(self, data: bytes) -> None:
        self._octets += len(data)
        if self._octets > self.limits.octets:
            raise ProtocolError("the server sends without end")
        self._buffer += data

    def take_rest(self) -> bytes:
        """What is buffered behind the last response, and forget it: it belongs to another layer (DEFLATE)."""
        rest = bytes(self._buffer[self._start :])
        self._buffer.clear()
        self._start = self._searched = 0
        return rest

    def next(self) -> Raw | None:
        """The next whole response, or None until more bytes are fed."""
        while self._need is None or self._take_literal(self._need):
            line = self._take_line()
            if line is None:
                return None
            announced = self._announced(line) if line.endswith(b"}") else None
            if announced is None:
                return self._finish(line)
            self._lines.append(line[: announced.start()])
            self._need = self._checked(int(announced[1]))
        return None

    def _announced(self, line: bytes) -> re.Match[bytes] | None:
        if not self._lines and _STATUS.match(line):
            return None
        brace = line.rfind(b"{", -24)
        return _LITERAL.match(line, brace - (line[brace - 1 : brace] == b"~")) if brace >= 0 else None

    def _checked(self, size: int) -> int:
        if size > self.limits.literal or sum(map(len, self._literals)) + size > self.limits.literal * 2:
            raise ProtocolError(f"a literal of {size} octets is too large")
        return size

    def _take_line(self) -> bytes | None:
        end = self._buffer.find(b"\n", self._searched)
        size = (len(self._buffer) if end < 0 else end) - self._start
        if self._length + size > self.limits.line:
            raise ProtocolError("a line is too long")
        if end < 0:
            self._searched = len(self._buffer)
            return None
        line = bytes(self._buffer[self._start : end]).rstrip(b"\r")  # a bare LF is taken for CRLF
        self._move_to(end + 1)
        self._length += size
        return line.replace(b"\0", b"") if b"\0" in line else line  # some servers pad lines with NULs

    def _take_literal(self, size: int) -> bool:
        end = self._start + size
        if len(self._buffer) < end:
            return False
        self._literals.append(bytes(memoryview(self._buffer)[self._start : end]))
        self._move_to(end)
        self._need = None
        return True

    def _move_to(self, position: int) -> None:
        self._start = self._searched = position
        if position == len(self._buffer):
            self._buffer.clear()
            self._start = self._searched = 0
        elif position > _COMPACT_AT:
            del self._buffer[:position]
            self._start = self._searched = 0

    def _finish(self, line: bytes) -> Raw:
        self._responses += 1
        if self._responses > self.limits.responses:
            raise ProtocolError("the server answers without end")
        if not self._lines:
            self._length = 0
            return Raw(line)
        raw = Raw(b"\0".join((*self._lines, line)), tuple(self._literals))
        self._lines, self._literals, self._length = [], [], 0
        return raw
