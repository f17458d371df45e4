"""COMPRESS=DEFLATE (RFC 4978): raw deflate in both directions, flushed after each write."""

from __future__ import annotations

import zlib

from imapbridge.errors import ProtocolError

MAX_STEP = 1024 * 1024
"""Octets given out at a time, so that a few bytes cannot become gigabytes before a limit is seen."""


class Deflate:
    def __init__(self) -> None:
        self._out = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        self._in = zlib.decompressobj(-zlib.MAX_WBITS)
        self._waiting = b""

    def compress(self, data: bytes) -> bytes:
        return self._out.compress(data) + self._out.flush(zlib.Z_SYNC_FLUSH)

    def push(self, data: bytes) -> None:
        """Octets from the socket."""
        self._waiting += data

    def pull(self) -> bytes:
        """The next plain octets, at most MAX_STEP; empty when more must be pushed.

        ProtocolError when it is not deflate.
        """
        try:
            plain = self._in.decompress(self._waiting, MAX_STEP)
        except zlib.error as error:
            raise ProtocolError("what came is not compressed as agreed") from error
        self._waiting = self._in.unconsumed_tail
        return plain
