"""A connection for threads: Celery's workers and the command line."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from types import TracebackType
from typing import TypeVar

from imapbridge import meters
from imapbridge.errors import CommandFailed, ConnectFailed, ConnectionClosed, TimedOut, TlsFailed, Unsafe, WireError
from imapbridge.wire.drivers.deflate import Deflate
from imapbridge.wire.drivers.server import Peer, Server, connect_error, lost, peer_of, tls_error, tune
from imapbridge.wire.octets import Streamed
from imapbridge.wire.responses import Response
from imapbridge.wire.session import Session
from imapbridge.wire.state import Event, Exchange, Upgrade
from imapbridge.wire.stream import Limits

T = TypeVar("T")

_READ = 256 * 1024


class BlockingConnection:
    """Make it with `connect`. Not for two threads at once."""

    def __init__(self, server: Server, sock: socket.socket, limits: Limits | None = None) -> None:
        self.server = server
        self.session = Session(server.host, limits)
        self.is_open = True
        self._socket = sock
        self._deflate: Deflate | None = None
        self._commands = meters.commands_of(server.host)

    @classmethod
    def connect(cls, server: Server, timeout: float, limits: Limits | None = None) -> BlockingConnection:
        """A connection whose greeting is read, which is private as `server` wants it, and whose capabilities are known.

        ConnectFailed, TlsFailed, TimedOut, ConnectionClosed (a BYE for greeting) or ProtocolError.
        """
        deadline = time.monotonic() + timeout
        connection = cls(server, dial(server, deadline), limits)
        try:
            if server.security == "tls":
                connection._start_tls(deadline)
            connection.run(connection.session.open(server.security), deadline - time.monotonic())
        except BaseException:
            connection.close()
            raise
        return connection

    def run(self, command: Exchange[T], timeout: float) -> T:
        """Run one command of the session within `timeout` seconds, all in all."""
        if not self.is_open:
            raise ConnectionClosed("the connection was closed before")
        began = time.monotonic()
        try:
            result = self._drive(command, began + timeout)
        except (CommandFailed, Unsafe):
            raise
        except BaseException:  # also KeyboardInterrupt: half a command must not be followed by another
            self.close()
            raise
        finally:
            self._commands.observe(time.monotonic() - began)
        if self.session.is_leaving:
            self.close()
        return result

    def compress(self, timeout: float) -> bool:
        """Turn COMPRESS on where it is offered and the link is not loopback; whether it is on."""
        return not self.server.is_loopback and self.run(self.session.compress(), timeout)

    def wait(self, timeout: float) -> list[Event]:
        """What the server tells unasked, in IDLE or not, within `timeout` seconds; empty when nothing came."""
        deadline = time.monotonic() + timeout
        try:
            while not (events := self.session.hear()):
                self.session.feed(self._read(deadline))
        except TimedOut:
            return []
        except CommandFailed:
            raise
        except BaseException:
            self.close()
            raise
        return events

    @property
    def peer(self) -> Peer | None:
        """Whom TLS found there; None without it."""
        return peer_of(self._socket)

    def close(self) -> None:
        """Drop the connection, without a goodbye; for that run `session.logout()` first."""
        self.is_open = False
        self._socket.close()

    def abort(self) -> None:
        """For another thread than the one that uses it: whoever waits for an answer gets ConnectionClosed at once."""
        self.is_open = False
        with suppress(OSError):  # it is closed already
            # TLS's own would take the layer from under the other.
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def __enter__(self) -> BlockingConnection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- the exchange -------------------------------------------------------------------------------------------------

    def _drive(self, command: Exchange[T], deadline: float) -> T:
        try:
            step = next(command)
            while True:
                if isinstance(step, Upgrade):
                    self._upgrade(step, deadline)
                    step = next(command)
                    continue
                answer = self._answer(step, deadline)
                step = command.throw(answer) if isinstance(answer, ConnectionClosed) else command.send(answer)
        except StopIteration as done:
            result: T = done.value
            return result

    def _answer(self, data: bytes | Streamed, deadline: float) -> Response | ConnectionClosed:
        """Send it, and wait for the next response; or for the end, which the command may have expected."""
        try:
            if data:  # nearly always nothing is sent, and the next of many responses waited for
                for piece in data.pieces() if isinstance(data, Streamed) else (data,):
                    self._send(piece, deadline)
            return self._receive(deadline)
        except ConnectionClosed as error:
            return error

    def _receive(self, deadline: float) -> Response:
        while (response := self.session.next_response()) is None:
            self.session.feed(self._read(deadline))
        return response

    def _read(self, deadline: float) -> bytes:
        if self._deflate and (plain := self._deflate.pull()):
            return plain
        self._socket.settimeout(_left(deadline))
        try:
            data = self._socket.recv(_READ)
        except TimeoutError as error:
            raise TimedOut("the server did not answer in time") from error
        except OSError as error:
            raise lost(error) from error
        if not data:
            raise ConnectionClosed("the server closed the connection")
        if not self._deflate:
            return data
        self._deflate.push(data)
        return self._deflate.pull()

    def _send(self, data: bytes, deadline: float) -> None:
        if self._deflate and data:
            data = self._deflate.compress(data)
        rest = memoryview(data)
        try:
            while rest:
                self._socket.settimeout(_left(deadline))
                rest = rest[self._socket.send(rest[:_READ]) :]
        except TimeoutError as error:
            raise TimedOut("the server did not take the command in time") from error
        except OSError as error:
            raise lost(error) from error

    # --- the link -----------------------------------------------------------------------------------------------------

    def _upgrade(self, layer: Upgrade, deadline: float) -> None:
        if layer is Upgrade.DEFLATE:
            self._deflate = Deflate()
            self._deflate.push(self.session.take_rest())
        elif self.session.is_drained:
            self._start_tls(deadline)
        else:
            raise TlsFailed("the server, or somebody before it, sent commands' answers ahead of TLS")

    def _start_tls(self, deadline: float) -> None:
        self._socket.settimeout(_left(deadline))
        try:
            self._socket = self.server.tls().wrap_socket(self._socket, server_hostname=self.server.host)
        except TimeoutError as error:
            raise TimedOut("TLS did not start in time") from error
        except OSError as error:
            raise tls_error(error) from error


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimedOut("the deadline passed")
    return left


def dial(server: Server, deadline: float) -> socket.socket:
    """The first of the host's addresses that answers, before TLS. `deadline`: of the monotonic clock. ConnectFailed or
    TimedOut."""
    try:
        addresses = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ConnectFailed(f"no address is known for {server.host}") from error
    server.admit(addresses)
    failure: WireError = ConnectFailed("no address")
    for left, (family, kind, protocol, _, address) in zip(range(len(addresses), 0, -1), addresses, strict=True):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(_left(deadline) / left)  # a silent IPv6 must not eat the time of IPv4
            sock.connect(address)
            tune(sock)
        except TimeoutError:
            sock.close()
            failure = TimedOut("the server did not answer in time")
        except OSError as error:
            sock.close()
            failure = connect_error(error)
        else:
            return sock
    raise failure
