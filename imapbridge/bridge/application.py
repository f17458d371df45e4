"""The bridge as an ASGI application: reads a request, does it over the pool, answers. See the package.

A client that goes away cancels what was done for it. Never logs a request: it may hold a password.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope, LifespanScope, Scope
from django.conf import settings

from accounts.autoconfig import Endpoint
from accounts.secrets import Secret
from imapbridge import asked, bridges, ending, errors
from imapbridge.bridge import mail
from imapbridge.bridge.gauges import Gauges
from imapbridge.bridge.places import Place, place_of
from imapbridge.bridge.prefetch import Prefetch
from imapbridge.bridge.replays import Replays
from imapbridge.bridge.scripts import Scripts
from imapbridge.bridge.share import Share
from imapbridge.bridge.watch import Watch
from imapbridge.client import DEADLINE, LENGTHS, SECRET
from imapbridge.errors import Elsewhere, MailError
from imapbridge.pool import Pool
from imapbridge.pool.credentials import Login, server_for
from imapbridge.snapshots import Snapshots

logger = logging.getLogger(__name__)

MAX_REQUEST = 1024 * 1024
"""Octets."""
MAX_SECONDS = 120.0
SLOW = 2.0
"""Seconds after which an answer is worth a warning."""
HANDED_OVER = 2 * bridges.BELIEVED
"""Seconds: less than the others wait before they begin what was ours (`share.HANDOVER`)."""

STATUS: dict[type[MailError], int] = {errors.TryAgain: 503, errors.AskPerson: 403, errors.Sorry: 422}


class BadRequest(Exception):
    """A request that our own client does not make."""


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked. `values` may hold a password, so it is not printed."""

    route: tuple[str, str]
    values: dict[str, Any]
    seconds: float

    def __repr__(self) -> str:
        return f"<Request {self.route}>"


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, or the beginning of one when `rest` is given."""

    body: bytes = b"{}"
    status: int = 200
    headers: tuple[tuple[bytes, bytes], ...] = ()
    rest: AsyncGenerator[bytes, None] | None = None


class Application:
    """One for the process: it starts and closes the pool and the watch with itself.

    `announced` is where web and the other bridges find it; empty: there are no others.
    """

    def __init__(self, secret: str = "", announced: str = "") -> None:
        self.share = Share(announced)
        self.pool = Pool(self.share.admit)
        self.replays = Replays(self.pool)
        self.scripts = Scripts()
        self.prefetch = Prefetch(self.pool, settings.ENV.prefetch)
        self.watch = Watch(settings.ENV.logins_per_second, self.share, self.pool)
        self.share.changed = self._share_anew
        self._gauges = Gauges(self.pool, self.watch)
        self._numbers = Snapshots("bridge")
        self._secret = secret.encode()
        self._routes: dict[tuple[str, str], Callable[[Request], Awaitable[Answer]]] = {
            ("POST", "/verify"): self._verify,
            ("POST", "/fetch"): self._fetch,
            ("POST", "/stream"): self._stream,
            ("POST", "/sieve"): self._sieve,
            ("POST", "/replay"): self._replay,
            ("POST", "/prefetch"): self._prefetch,
            ("POST", "/forget"): self._forget,
            ("GET", "/health"): self._health,
        }

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
        elif scope["type"] == "http":
            body = await _read_body(receive)
            if body is not None:
                await _while_connected(receive, self._respond(scope, body, send))

    async def _live(self, _scope: LifespanScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        await receive()
        await self.share.start()
        self.pool.start()
        self.watch.start()
        ending.delay(self._hand_over)
        self._gauges.begin()
        self._numbers.start()
        self._take_up()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._taking_up.cancel()
        self._numbers.end()
        self._gauges.end()
        await self.watch.close()
        await self.prefetch.close()
        await self.replays.close()
        await self.pool.close()
        await self.share.close()
        await send({"type": "lifespan.shutdown.complete"})

    def _hand_over(self) -> float:
        """Asked to end: seconds to go on serving, so that web has seen that the others have our accounts now."""
        if not self.share.has_others:
            return 0.0
        self._leaving = asyncio.create_task(self.share.close())
        return HANDED_OVER

    def _share_anew(self) -> None:
        self.watch.share_anew()
        self.pool.forget_others(self.share.may_keep)
        self._take_up()

    def _take_up(self) -> None:
        """What the one before us, or another bridge, has left undone."""
        self._taking_up = asyncio.create_task(self.replays.take_up(self.share.is_ours))

    async def _respond(self, scope: HTTPScope, body: bytes, send: ASGISendCallable) -> None:
        began = time.monotonic()
        answer = await self._answer(scope, body)
        _tell(scope["path"], answer.status, time.monotonic() - began)
        await send(
            {"type": "http.response.start", "status": answer.status, "headers": answer.headers, "trailers": False}
        )
        await send({"type": "http.response.body", "body": answer.body, "more_body": answer.rest is not None})
        if answer.rest is None:
            return
        try:
            async with aclosing(answer.rest) as rest:
                async for piece in rest:
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
        except MailError as error:
            # The status has been sent; the answer is not ended, so that nobody takes it for whole.
            logger.warning("a stream broke off: %s", error.code)
        else:
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _answer(self, scope: HTTPScope, body: bytes) -> Answer:
        try:
            request = self._parse(scope, body)
            return await self._routes[request.route](request)
        except MailError as error:
            status = next((status for kind, status in STATUS.items() if isinstance(error, kind)), 500)
            return _failure(status, error.code, str(error), error.server)
        except (BadRequest, KeyError, TypeError, ValueError) as error:
            logger.warning("a request that cannot be served: %s", type(error).__name__)
            return _failure(400, errors.BridgeDown.code)

    def _parse(self, scope: HTTPScope, body: bytes) -> Request:
        headers = {name.decode("latin-1"): value for name, value in scope["headers"]}
        if not hmac.compare_digest(headers.get(SECRET.lower(), b""), self._secret):
            raise BadRequest
        asked.begin(headers.get(asked.HEADER.lower(), b"").decode("ascii", "replace"))
        seconds = min(float(headers.get(DEADLINE.lower(), MAX_SECONDS)), MAX_SECONDS)
        return Request((scope["method"], scope["path"]), json.loads(body or b"{}"), seconds)

    # --- What can be asked --------------------------------------------------------------------------------------------

    async def _verify(self, request: Request) -> Answer:
        values = request.values
        words = (str(values["host"]), int(values["port"]), str(values["security"]))
        least_tls, is_strange = str(values.get("least_tls", "1.2")), values.get("is_strange") is True
        server = server_for(Endpoint(*words, least_tls=least_tls, is_strange=is_strange))
        is_token = values.get("is_token") is True
        login = Login(server, str(values["username"]), Secret(str(values["password"])), is_token=is_token)
        await self.pool.verify(login, seconds=request.seconds)
        return Answer()

    async def _fetch(self, request: Request) -> Answer:
        sections = [str(section) for section in request.values["sections"]]
        found = await mail.fetch(self.pool, await self._place(request), sections, seconds=request.seconds)
        lengths = ",".join(str(len(octets)) for octets in found)
        return Answer(b"".join(found), headers=((LENGTHS.lower().encode(), lengths.encode()),))

    async def _stream(self, request: Request) -> Answer:
        section = str(request.values["section"])
        offset = int(request.values.get("offset", 0))
        pieces = mail.stream(self.pool, await self._place(request), section, offset, seconds=request.seconds)
        # The first piece comes before the status line: until then an error can be told.
        return Answer(await anext(pieces), rest=pieces)

    async def _place(self, request: Request) -> Place:
        values = request.values
        return await place_of(self.pool, int(values["account"]), int(values["mailbox"]), int(values["uid"]))

    async def _sieve(self, request: Request) -> Answer:
        found = await self.scripts.do(self._ours(request), request.values, request.seconds)
        return Answer(json.dumps(found).encode())

    async def _replay(self, request: Request) -> Answer:
        self.replays.wake(self._ours(request))
        return Answer()

    async def _prefetch(self, request: Request) -> Answer:
        self.prefetch.wake(self._ours(request))
        return Answer()

    def _ours(self, request: Request) -> int:
        """The account of what is begun after the answer; Elsewhere when another bridge has it."""
        account_id = int(request.values["account"])
        if not self.share.is_ours(account_id):
            raise Elsewhere
        return account_id

    async def _forget(self, request: Request) -> Answer:
        account_id = int(request.values["account"])
        self.pool.forget(account_id)
        self.watch.forget(account_id)
        return Answer()

    async def _health(self, _request: Request) -> Answer:
        return Answer(json.dumps({"watched": self.watch.heard}).encode())


async def _read_body(receive: ASGIReceiveCallable) -> bytes | None:
    """The whole body; None when the client leaves, or sends more than it would."""
    body = b""
    while len(body) <= MAX_REQUEST:
        event = await receive()
        if event["type"] != "http.request":
            break
        body += event["body"]
        if not event["more_body"]:
            return body
    return None


async def _while_connected(receive: ASGIReceiveCallable, work: Awaitable[None]) -> None:
    """Do the work; cancel it when the client closes the connection, which is all that can still be received."""
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(receive())
    try:
        await asyncio.wait((task, gone), return_when=asyncio.FIRST_COMPLETED)
    finally:
        gone.cancel()
        task.cancel()
        await asyncio.wait((task,))
    if not task.cancelled():
        task.result()


def _tell(path: str, status: int, seconds: float) -> None:
    """Of requests that come by the hundred only those are worth a line that somebody waited for."""
    level = logging.WARNING if seconds > SLOW else logging.DEBUG
    logger.log(level, "%s status=%d ms=%d", path, status, seconds * 1000)


def _failure(status: int, code: str, message: str = "", server: str = "") -> Answer:
    return Answer(json.dumps({"code": code, "message": message, "server": server}).encode(), status)
