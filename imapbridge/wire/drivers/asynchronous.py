"""Connections for asyncio: the bridge's, which holds thousands of them idle, and the one that scripts are kept over."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Generator
from types import TracebackType
from typing import Any, Generic, Protocol, TypeVar

from imapbridge import meters
from imapbridge.errors import CommandFailed, ConnectionClosed, TimedOut, TlsFailed, Unsafe
from imapbridge.wire.drivers.deflate import Deflate
from imapbridge.wire.drivers.pipe import Pipe, dial
from imapbridge.wire.drivers.server import Server
from imapbridge.wire.managesieve import Line, Reply, SieveSession
from imapbridge.wire.octets import Streamed
from imapbridge.wire.responses import Response
from imapbridge.wire.session import Session
from imapbridge.wire.state import Event, Step, Upgrade
from imapbridge.wire.stream import Limits

T = TypeVar("T")
R = TypeVar("R")
"""What the server answers with, one at a time."""
Answer_co = TypeVar("Answer_co", covariant=True)


class Talking(Protocol[Answer_co]):
    """What a link must know of the session that speaks through it."""

    is_leaving: bool

    @property
    def is_drained(self) -> bool: ...
    def feed(self, data: bytes, /) -> None: ...
    def next_response(self) -> Answer_co | None: ...
    def take_rest(self) -> bytes: ...


class AsyncLink(Generic[R]):
    """Runs the commands of a session. One at a time; a cancelled command closes the connection."""

    __slots__ = ("_deflate", "_pipe", "_talking", "is_open", "server")

    def __init__(self, server: Server, pipe: Pipe, talking: Talking[R]) -> None:
        self.server = server
        self.is_open = True
        self._pipe = pipe
        self._deflate: Deflate | None = None
        self._talking = talking

    async def run(self, command: Generator[Step, R, T], timeout: float) -> T:
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
        if self._talking.is_leaving:
            self.close()
        return result

    def close(self) -> None:
        """Drop the connection, without a goodbye; for that run `session.logout()` first."""
        self.is_open = False
        self._pipe.abort()

    # --- the exchange -------------------------------------------------------------------------------------------------

    async def _drive(self, command: Generator[Step, R, T]) -> T:
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

    async def _answer(self, data: bytes | Streamed) -> R | ConnectionClosed:
        """Send it, and wait for the next response; or for the end, which the command may have expected."""
        try:
            for piece in data.pieces() if isinstance(data, Streamed) else (data,):
                if piece:
                    await self._pipe.write(self._deflate.compress(piece) if self._deflate else piece)
            return await self._receive()
        except ConnectionClosed as error:
            return error

    async def _receive(self) -> R:
        while (response := self._talking.next_response()) is None:
            self._talking.feed(await self._read())
        return response

    def _read(self, until: float | None = None) -> Coroutine[Any, Any, bytes]:
        """As the pipe's, in plain. May return nothing at any time."""
        return self._inflated(self._deflate, until) if self._deflate else self._pipe.read(until)

    async def _inflated(self, deflate: Deflate, until: float | None) -> bytes:
        if not (plain := deflate.pull()):
            deflate.push(await self._pipe.read(until))
            plain = deflate.pull()
        return plain

    async def _upgrade(self, layer: Upgrade) -> None:
        if layer is Upgrade.DEFLATE:
            self._deflate = Deflate()
            self._deflate.push(self._talking.take_rest())
        elif self._talking.is_drained and self._pipe.is_drained:
            await self._pipe.start_tls(self.server)
        else:
            raise TlsFailed("the server, or somebody before it, sent commands' answers ahead of TLS")


class AsyncConnection(AsyncLink[Response]):
    """IMAP. Make it with `connect`."""

    __slots__ = ("_commands", "_is_woken", "session")

    def __init__(self, server: Server, pipe: Pipe, limits: Limits | None = None) -> None:
        self.session = Session(server.host, limits)
        super().__init__(server, pipe, self.session)
        self._commands = meters.commands_of(server.host)
        self._is_woken = False

    async def run(self, command: Generator[Step, Response, T], timeout: float) -> T:
        began = time.perf_counter()
        try:
            return await super().run(command, timeout)
        finally:
            self._commands.observe(time.perf_counter() - began)

    @classmethod
    async def connect(cls, server: Server, timeout: float, limits: Limits | None = None) -> AsyncConnection:
        """A connection whose greeting is read, which is private as `server` wants it, and whose capabilities are known.

        ConnectFailed, TlsFailed, TimedOut, ConnectionClosed (a BYE for greeting) or ProtocolError.
        """
        deadline = asyncio.get_running_loop().time() + timeout
        connection = cls(server, await _dial(server, deadline), limits)
        await connection.run(connection.session.open(server.security), deadline - asyncio.get_running_loop().time())
        return connection

    async def compress(self, timeout: float) -> bool:
        """Turn COMPRESS on where it is offered and the link is not loopback; whether it is on."""
        return not self.server.is_loopback and await self.run(self.session.compress(), timeout)

    async def wait(self, timeout: float) -> list[Event]:
        """What the server tells unasked, in IDLE or not, within `timeout` seconds; empty when nothing came.

        May be cancelled without harm, or ended by `wake`.
        """
        loop = asyncio.get_running_loop()
        until, self._is_woken = loop.time() + timeout, False
        try:
            while not (events := self.session.hear()):
                data = await self._read(until)
                if not data and (self._is_woken or loop.time() >= until):
                    return []
                self.session.feed(data)
        except (CommandFailed, asyncio.CancelledError):
            raise
        except BaseException:
            self.close()
            raise
        return events

    def wake(self) -> None:
        """Have `wait`, if somebody does, return at once."""
        self._is_woken = True
        self._pipe.wake()

    async def __aenter__(self) -> AsyncConnection:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncSieveConnection(AsyncLink[Line | Reply]):
    """ManageSieve. Make it with `connect`."""

    def __init__(self, server: Server, pipe: Pipe) -> None:
        self.session = SieveSession()
        super().__init__(server, pipe, self.session)

    @classmethod
    async def connect(cls, server: Server, timeout: float) -> AsyncSieveConnection:
        """As `AsyncConnection.connect`."""
        deadline = asyncio.get_running_loop().time() + timeout
        connection = cls(server, await _dial(server, deadline))
        await connection.run(connection.session.open(server.security), deadline - asyncio.get_running_loop().time())
        return connection


async def _dial(server: Server, deadline: float) -> Pipe:
    try:
        async with asyncio.timeout_at(deadline):
            return await dial(server)
    except TimeoutError as error:
        raise TimedOut("the server did not answer in time") from error
