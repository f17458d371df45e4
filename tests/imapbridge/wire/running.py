"""The two drivers under one face, so that every test of a connection is a test of both."""

import asyncio
from typing import Any, Protocol, Self

from imapbridge.wire.drivers import AsyncConnection, BlockingConnection, Server
from imapbridge.wire.session import Event, Exchange, Session


class Running(Protocol):
    session: Session

    def run(self, command: Exchange[Any], timeout: float = 20) -> Any: ...
    def wait(self, timeout: float = 20) -> list[Event]: ...
    def compress(self, timeout: float = 20) -> bool: ...
    def close(self) -> None: ...
    @property
    def is_open(self) -> bool: ...


class Blocking:
    name = "blocking"

    def __init__(self, server: Server, timeout: float = 20) -> None:
        self.connection = BlockingConnection.connect(server, timeout)
        self.session = self.connection.session

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def run(self, command: Exchange[Any], timeout: float = 20) -> Any:
        return self.connection.run(command, timeout)

    def wait(self, timeout: float = 20) -> list[Event]:
        return self.connection.wait(timeout)

    def compress(self, timeout: float = 20) -> bool:
        return self.connection.compress(timeout)

    def close(self) -> None:
        self.connection.close()

    @property
    def is_open(self) -> bool:
        return self.connection.is_open


class Asynchronous:
    name = "asyncio"

    def __init__(self, server: Server, timeout: float = 20) -> None:
        self.runner = asyncio.Runner()
        try:
            self.connection = self.runner.run(AsyncConnection.connect(server, timeout))
        except BaseException:
            self.runner.close()
            raise
        self.session = self.connection.session

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def run(self, command: Exchange[Any], timeout: float = 20) -> Any:
        return self.runner.run(self.connection.run(command, timeout))

    def wait(self, timeout: float = 20) -> list[Event]:
        return self.runner.run(self.connection.wait(timeout))

    def compress(self, timeout: float = 20) -> bool:
        return self.runner.run(self.connection.compress(timeout))

    def close(self) -> None:
        self.connection.close()
        self.runner.close()

    @property
    def is_open(self) -> bool:
        return self.connection.is_open


DRIVERS = [Blocking, Asynchronous]
