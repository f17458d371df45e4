"""A balancer in front of several web processes, as an operator has one: asks each whether it is well, and passes
connections on to those that are, in turn. Knows HTTP for that question only."""

import asyncio
import contextlib
import itertools
import threading
from collections.abc import Coroutine, Sequence
from typing import Any

ASKED_EVERY = 0.1
QUESTION = b"GET /health/live HTTP/1.0\r\nHost: localhost\r\n\r\n"


class Balancer:
    """`url` is its address; `refused` counts the connections that nobody took."""

    def __init__(self, ports: Sequence[int]) -> None:
        self.refused = 0
        self._turns = itertools.cycle(ports)
        self._count = len(ports)
        self._well: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self.port: int = asyncio.run_coroutine_threadsafe(self._listen(ports), self._loop).result(10)
        self.url = f"http://localhost:{self.port}"

    @property
    def well(self) -> frozenset[int]:
        """The ports of those that say that they are."""
        return frozenset(self._well)

    def close(self) -> None:
        async def end() -> None:
            self._server.close()
            for task in self._tasks:
                task.cancel()

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _listen(self, ports: Sequence[int]) -> int:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        for port in ports:
            self._spawn(self._ask_forever(port))
        number: int = self._server.sockets[0].getsockname()[1]
        return number

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ask_forever(self, port: int) -> None:
        while True:
            (self._well.add if await _is_well(port) else self._well.discard)(port)
            await asyncio.sleep(ASKED_EVERY)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for port in itertools.islice(self._turns, self._count):
            if port in self._well:
                with contextlib.suppress(ConnectionRefusedError):
                    theirs = await asyncio.open_connection("127.0.0.1", port)
                    await asyncio.gather(_pass(reader, theirs[1]), _pass(theirs[0], writer))
                    return
        self.refused += 1
        writer.close()


async def _is_well(port: int) -> bool:
    with contextlib.suppress(OSError):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(QUESTION)
        said = await reader.read(64)
        writer.close()
        return b" 200 " in said
    return False


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
