"""Octets to and from a socket on asyncio: the pipe that an `AsyncConnection` speaks through. Knows no IMAP."""

from __future__ import annotations

import asyncio
import socket
from asyncio import sslproto
from typing import cast

from imapbridge.errors import ConnectFailed, ConnectionClosed, TlsFailed
from imapbridge.wire.drivers.server import Server, connect_error, lost, tls_error, tune

# asyncio reads TLS through a buffer of 256 KiB for each connection; a thousand idle ones would hold 280 MB.
sslproto.SSLProtocol.max_size = 16 * 1024

_HIGH_WATER = 1024 * 1024
"""Octets that may wait unread before the socket is left alone."""


async def dial(server: Server) -> Pipe:
    """Connect, with TLS where it is spoken from the start. ConnectFailed or TlsFailed."""
    loop = asyncio.get_running_loop()
    context = server.tls() if server.security == "tls" else None
    try:
        host, name = await _pinned(server), server.host if context else None
        _, pipe = await loop.create_connection(
            Pipe, host, server.port, ssl=context, server_hostname=name, happy_eyeballs_delay=0.25
        )
    except (socket.gaierror, UnicodeError) as error:
        raise ConnectFailed(f"no address is known for {server.host}") from error
    except OSError as error:
        raise connect_error(error) from error
    return pipe


async def _pinned(server: Server) -> str:
    """The host; of a strange one the very address that was looked at: its name may lead elsewhere the next time."""
    if not server.is_strange:
        return server.host
    rows = await asyncio.get_running_loop().getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
    server.admit(rows)
    return str(rows[0][4][0])


class Pipe(asyncio.Protocol):
    """Octets to and from a transport, with back-pressure both ways."""

    __slots__ = ("_chunks", "_failure", "_is_paused", "_readable", "_size", "_transport", "_writable")

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._chunks: list[bytes] = []  # seldom more than one; a deque would hold 600 octets for each idle connection
        self._size = 0
        self._failure: Exception | None = None
        self._is_paused = False
        self._readable: asyncio.Future[None] | None = None
        self._writable: asyncio.Future[None] | None = None

    @property
    def is_drained(self) -> bool:
        return not self._chunks

    async def read(self, until: float | None = None) -> bytes:
        """What came next. With `until`, by the loop's clock, nothing when nothing did until then, or until `wake`."""
        while not self._chunks:
            if self._failure:
                raise self._failure
            # Without asyncio.timeout: ten thousand idle connections would each hold one.
            self._readable = waiting = asyncio.get_running_loop().create_future()
            alarm = asyncio.get_running_loop().call_at(until, self._wake, waiting) if until is not None else None
            try:
                await waiting
            finally:
                if alarm:
                    alarm.cancel()
            if until is not None and not self._chunks and not self._failure:
                return b""
        chunk = self._chunks.pop(0)
        self._size -= len(chunk)
        if self._is_paused and self._size < _HIGH_WATER and self._transport:
            self._is_paused = False
            self._transport.resume_reading()
        return chunk

    async def write(self, data: bytes) -> None:
        if self._failure or self._transport is None:
            raise self._failure or ConnectionClosed("not connected")
        self._transport.write(data)
        if self._writable:
            await self._writable

    async def start_tls(self, server: Server) -> None:
        loop = asyncio.get_running_loop()
        if self._transport is None:
            raise ConnectionClosed("not connected")
        try:
            transport = await loop.start_tls(self._transport, self, server.tls(), server_hostname=server.host)
        except OSError as error:
            raise tls_error(error) from error
        if transport is None:
            raise TlsFailed("the connection was lost in the handshake")
        self._transport = transport

    def wake(self) -> None:
        """End a `read` that has an end; any other goes on."""
        self._wake(self._readable)

    def abort(self) -> None:
        if self._transport:
            self._transport.abort()

    # --- called by asyncio --------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        tune(transport.get_extra_info("socket"))

    def data_received(self, data: bytes) -> None:
        self._chunks.append(data)
        self._size += len(data)
        if self._size >= _HIGH_WATER and self._transport and not self._is_paused:
            self._is_paused = True
            self._transport.pause_reading()
        self._wake(self._readable)

    def connection_lost(self, error: Exception | None) -> None:
        self._failure = (
            lost(error) if isinstance(error, OSError) else ConnectionClosed("the server closed the connection")
        )
        self._wake(self._readable)
        self._wake(self._writable)
        self._writable = None

    def pause_writing(self) -> None:
        self._writable = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        self._wake(self._writable)
        self._writable = None

    @staticmethod
    def _wake(waiter: asyncio.Future[None] | None) -> None:
        if waiter and not waiter.done():
            waiter.set_result(None)
