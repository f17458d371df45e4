"""Pages (WSGI) on threads of the process that serves websockets (ASGI): a synchronous view costs half of what it does
behind Django's own ASGI handler.

A page is one hand-over to a thread and one back. A stream is one for each piece, so that a slow browser holds no thread
and nothing is read ahead of it. Requests run in the thread's own context, never in a copy of the caller's: what Django
keeps for a thread (connections to Redis and to the database) is used again.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope

from imapbridge import ending

Environ = dict[str, Any]
Headers = list[tuple[bytes, bytes]]
KEPT_IN_MEMORY = 1024 * 1024
"""Octets of a request's body; a larger one waits on disk."""
LARGEST_WHOLE = 1024 * 1024
"""Octets of an answer; a longer one goes out as a stream, whether or not its length is known."""
LARGEST_BODY = 3 * 1024 * 1024
"""Octets: a little more than what Django reads of a form, and than a piece of a file has."""


class ClientGone(Exception):
    """The browser closed the connection before its request was whole."""


class BodyTooLarge(Exception):
    """The request's body is larger than any that we ask for. What is left of it is not read."""


@dataclass(slots=True)
class Begun:
    """An answer as far as one hand-over got: whole, or with the rest still to come."""

    status: int
    headers: Headers
    body: bytes
    rest: Iterator[bytes] | None = None
    close: Callable[[], None] | None = None


class Pages:
    """An ASGI application for HTTP around a WSGI one (PEP 3333).

    `slow`: by a pattern of how an address begins, how many threads it has for itself, so that those who wait there hold
    no page up. `large`: likewise, how many octets the body of a request may have there.
    """

    def __init__(
        self,
        application: Callable[..., Iterable[bytes]],
        threads: int,
        slow: Mapping[str, int] | None = None,
        large: Mapping[str, int] | None = None,
    ) -> None:
        self._application = application
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="page")
        self._slow = {
            re.compile(start): ThreadPoolExecutor(most, thread_name_prefix="slow")
            for start, most in (slow or {}).items()
        }
        self._large = {re.compile(start): most for start, most in (large or {}).items()}

    async def __call__(self, scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        with SpooledTemporaryFile(KEPT_IN_MEMORY) as body:
            try:
                await _receive(receive, cast(IO[bytes], body), self._largest_for(scope["path"]))
            except ClientGone:
                return
            except BodyTooLarge:
                await _send_start(send, _too_large())
                return
            loop = asyncio.get_running_loop()
            threads = self._threads_for(scope["path"])
            answer = await loop.run_in_executor(threads, self._begin, environ(scope, cast(IO[bytes], body)))
            await _send_start(send, answer)
            if answer.rest is not None:
                await self._send_rest(answer, receive, send)

    def _largest_for(self, path: str) -> int:
        return next((most for start, most in self._large.items() if start.match(path)), LARGEST_BODY)

    def _threads_for(self, path: str) -> ThreadPoolExecutor:
        return next((threads for start, threads in self._slow.items() if start.match(path)), self._threads)

    def _begin(self, request: Environ) -> Begun:
        """On a thread: run the view. What has a small length is taken whole, anything else only begun."""
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Callable[..., None]:
            started.append((status, headers))
            return lambda data: None

        found = self._application(request, start_response)
        status, headers = started[-1]
        encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        if ending.has_begun():
            encoded.append((b"connection", b"close"))
        answer = Begun(int(status[:3]), encoded, b"", iter(found), getattr(found, "close", None))
        if any(name == b"content-length" and int(value) <= LARGEST_WHOLE for name, value in encoded):
            answer.body = _whole(answer)
        return answer

    async def _send_rest(self, answer: Begun, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        loop = asyncio.get_running_loop()
        gone = asyncio.create_task(_disconnected(receive))
        try:
            while not gone.done():
                piece = await loop.run_in_executor(self._threads, next, cast(Iterator[bytes], answer.rest), None)
                if piece is None:
                    await send({"type": "http.response.body", "body": b"", "more_body": False})
                    return
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        finally:
            gone.cancel()
            if answer.close:
                await loop.run_in_executor(self._threads, answer.close)


def _whole(answer: Begun) -> bytes:
    try:
        return b"".join(answer.rest or ())
    finally:
        answer.rest = None
        if answer.close:
            answer.close()


async def _receive(receive: ASGIReceiveCallable, body: IO[bytes], largest: int = LARGEST_BODY) -> None:
    more, size = True, 0
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientGone
        piece = message.get("body", b"")
        size += len(piece)
        if size > largest:
            raise BodyTooLarge
        body.write(piece)
        more = message.get("more_body", False)
    body.seek(0)


def _too_large() -> Begun:
    """Says so and closes the connection, so that nothing waits for the rest. Untranslated: no view has run."""
    body = b"This is more than can be sent here at once. Go back and send less."
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    return Begun(413, [*headers, (b"connection", b"close")], body)


async def _disconnected(receive: ASGIReceiveCallable) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send_start(send: ASGISendCallable, answer: Begun) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers, "trailers": False})
    if answer.rest is None:
        await send({"type": "http.response.body", "body": answer.body, "more_body": False})


def environ(scope: HTTPScope, body: IO[bytes]) -> Environ:
    """The request as PEP 3333 wants it."""
    client, server = scope["client"] or ("", 0), scope["server"] or ("localhost", 80)
    values: Environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or 0),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": client[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": body,
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw_name, raw_value in scope["headers"]:
        _add_header(values, raw_name, raw_value)
    return values


def _add_header(values: Environ, raw_name: bytes, raw_value: bytes) -> None:
    name, value = raw_name.decode("latin-1").upper(), raw_value.decode("latin-1")
    if "_" in name:
        return  # it would pass for the header with a hyphen, which a proxy in front may have checked
    name = name.replace("-", "_")
    key = name if name in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{name}"
    held = values.get(key)
    values[key] = value if held is None else f"{held}{'; ' if name == 'COOKIE' else ','}{value}"
