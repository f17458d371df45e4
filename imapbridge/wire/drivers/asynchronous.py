"""A connection for asyncio: the bridge, which holds thousands of them idle."""

from __future__ import annotations

import asyncio
import socket
from asyncio import sslproto
from types import TracebackType
from typing import TypeVar, cast

from imapbridge.errors import CommandFailed, ConnectFailed, ConnectionClosed, TimedOut, TlsFailed, Unsafe
from imapbridge.wire.drivers.deflate import Deflate
from imapbridge.wire.drivers.server import Server, connect_error, lost, tls_error, tune
from imapbridge.wire.responses import Response
from imapbridge.wire.session import Session
from imapbridge.wire.state import Event, Exchange, Upgrade
from imapbridge.wire.stream import Limits

T = TypeVar("T")

# asyncio reads TLS through a buffer of 256 KiB for each connection; a thousand idle ones would hold 280 MB.
sslproto.SSLProtocol.max_size = 32 * 1024

_HIGH_WATER = 1024 * 1024
"""Octets that may wait unread before the socket is left alone."""


class AsyncConnection:
    """Make it with `connect`. One command at a time; a cancelled command closes the connection."""

    def __init__(self, server: Server, pipe: _Pipe, limits: Limits | None = None) -> None:
        self.server = server
        self.session = Session(server.host, limits)
        self.is_open = True
        self._pipe = pipe
        self._deflate: Deflate | None = None

    @classmethod
    async def connect(cls, server: Server, timeout: float, limits: Limits | None = None) -> AsyncConnection:
        """A connection whose greeting is read, which is private as `server` wants it, and whose capabilities are known.

        ConnectFailed, TlsFailed, TimedOut, ConnectionClosed (a BYE for greeting) or ProtocolError.
        """
        deadline = asyncio.get_running_loop().time() + timeout
        try:
            async with asyncio.timeout_at(deadline):
                connection = cls(server, await _dial(server), limits)
        except TimeoutError as error:
            raise TimedOut("the server did not answer in time") from error
        await connection.run(connection.session.open(server.security), deadline - asyncio.get_running_loop().time())
        return connection

    async def run(self, command: Exchange[T], timeout: float) -> T:
        """Run one command of the session within `timeout` seconds, all in all."""
        if not self.is_open:
            raise ConnectionClosed("the connection was closed before")
        try:
            async with asyncio.timeout(timeout):
                result = await self._drive(command)
        except (CommandFailed, Unsafe):
            raise
        except TimeoutError as error:
            self.close()
            raise TimedOut("the server did not answer in time") from error
        except BaseException:  # also cancellation: half a command must not be followed by another
            self.close()
            raise
        if self.session.is_leaving:
            self.close()
        return result

    async def compress(self, timeout: float) -> bool:
        """Turn COMPRESS on where it is offered and the link is not loopback; whether it is on."""
        return not self.server.is_loopback and await self.run(self.session.compress(), timeout)

    async def wait(self, timeout: float) -> list[Event]:
        """What the server tells unasked, in IDLE or not, within `timeout` seconds; empty when nothing came.

        May be cancelled without harm.
        """
        try:
            async with asyncio.timeout(timeout):
                while not (events := self.session.hear()):
                    self.session.feed(await self._read())
        except TimeoutError:
            return []
        except (CommandFailed, asyncio.CancelledError):
            raise
        except BaseException:
            self.close()
            raise
        return events

    def close(self) -> None:
        """Drop the connection, without a goodbye; for that run `session.logout()` first."""
        self.is_open = False
        self._pipe.abort()

    async def __aenter__(self) -> AsyncConnection:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- the exchange -------------------------------------------------------------------------------------------------

    async def _drive(self, command: Exchange[T]) -> T:
        try:
            step = next(command)
            while True:
                if isinstance(step, Upgrade):
                    await self._upgrade(step)
                    step = next(command)
                    continue
                answer = await self._answer(step)
                step = command.throw(answer) if isinstance(answer, ConnectionClosed) else command.send(answer)
        except StopIteration as done:
            result: T = done.value
            return result

    async def _answer(self, data: bytes) -> Response | ConnectionClosed:
        """Send it, and wait for the next response; or for the end, which the command may have expected."""
        try:
            if data:
                await self._pipe.write(self._deflate.compress(data) if self._deflate else data)
            return await self._receive()
        except ConnectionClosed as error:
            return error

    async def _receive(self) -> Response:
        while (response := self.session.next_response()) is None:
            self.session.feed(await self._read())
        return response

    async def _read(self) -> bytes:
        if not self._deflate:
            return await self._pipe.read()
        if not (plain := self._deflate.pull()):
            self._deflate.push(await self._pipe.read())
            plain = self._deflate.pull()
        return plain

    async def _upgrade(self, layer: Upgrade) -> None:
        if layer is Upgrade.DEFLATE:
            self._deflate = Deflate()
            self._deflate.push(self.session.take_rest())
        elif self.session.is_drained and self._pipe.is_drained:
            await self._pipe.start_tls(self.server)
        else:
            raise TlsFailed("the server, or somebody before it, sent commands' answers ahead of TLS")


async def _dial(server: Server) -> _Pipe:
    loop = asyncio.get_running_loop()
    context = server.tls() if server.security == "tls" else None
    try:
        _, pipe = await loop.create_connection(_Pipe, server.host, server.port, ssl=context, happy_eyeballs_delay=0.25)
    except (socket.gaierror, UnicodeError) as error:
        raise ConnectFailed(f"no address is known for {server.host}") from error
    except OSError as error:
        raise connect_error(error) from error
    return pipe


class _Pipe(asyncio.Protocol):
    """Octets to and from a transport, with back-pressure both ways."""

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

    async def read(self) -> bytes:
        while not self._chunks:
            if self._failure:
                raise self._failure
            self._readable = asyncio.get_running_loop().create_future()
            await self._readable
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
