"""The hand-over between the loop and the threads that pages run on."""

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from typing import Any

import pytest

from webmail.asgi import SLOW
from webmail.pages import KEPT_IN_MEMORY, LARGEST_BODY, LARGEST_WHOLE, Pages, environ

Sent = list[dict[str, Any]]


def _scope(**values: Any) -> Any:
    scope = {
        "type": "http", "method": "GET", "path": "/", "query_string": b"", "http_version": "1.1", "scheme": "http",
        "headers": [], "client": ("127.0.0.1", 4000), "server": ("localhost", 8000),
    }  # fmt: skip
    return scope | values


def _serve(application: Callable[..., Iterable[bytes]], *messages: dict[str, Any], stay: bool = True) -> Sent:
    """What one request with these messages gets. The browser stays on the line unless told otherwise."""
    waiting = list(messages) or [{"type": "http.request", "body": b"", "more_body": False}]
    sent: Sent = []

    async def receive() -> dict[str, Any]:
        if waiting:
            return waiting.pop(0)
        if stay:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)
        await asyncio.sleep(0)

    asyncio.run(Pages(application, 2)(_scope(), receive, send))  # type: ignore[arg-type]
    return sent


async def _one(pages: Pages, path: str) -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_message: Any) -> None:
        await asyncio.sleep(0)

    await pages(_scope(path=path), receive, send)  # type: ignore[arg-type]


class Stream:
    """A body without a length, that knows whether it was closed."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces, self.closed, self.given = pieces, False, 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.pieces:
            self.given += 1
            yield piece

    def close(self) -> None:
        self.closed = True


def test_a_page_goes_out_in_one_piece() -> None:
    def page(request: Any, start: Any) -> list[bytes]:
        start("200 OK", [("Content-Length", "6"), ("X-Path", request["PATH_INFO"])])
        return [b"one", b"two"]

    begin, body = _serve(page)
    assert begin["status"] == 200
    assert (b"content-length", b"6") in begin["headers"]
    assert (body["body"], body["more_body"]) == (b"onetwo", False)


def test_a_stream_goes_out_piece_by_piece_and_is_closed() -> None:
    stream = Stream(iter([b"a", b"b"]))

    def page(_request: Any, start: Any) -> Stream:
        start("200 OK", [])
        return stream

    assert [message.get("body") for message in _serve(page)] == [None, b"a", b"b", b""]
    assert stream.closed


def test_a_long_answer_is_never_held_whole() -> None:
    stream = Stream(iter([b"x" * LARGEST_WHOLE, b"y"]))

    def page(_request: Any, start: Any) -> Stream:
        start("200 OK", [("Content-Length", str(LARGEST_WHOLE + 1))])
        return stream

    begin, *pieces = _serve(page)
    assert (b"content-length", str(LARGEST_WHOLE + 1).encode()) in begin["headers"]
    assert [len(piece["body"]) for piece in pieces] == [LARGEST_WHOLE, 1, 0]
    assert stream.closed


def test_nothing_is_read_for_a_browser_that_left() -> None:
    stream = Stream(iter([b"x"] * 10_000))

    def page(_request: Any, start: Any) -> Stream:
        start("200 OK", [])
        return stream

    _serve(page, stay=False)
    assert stream.closed
    assert stream.given < 100


def test_a_request_that_broke_off_reaches_no_view() -> None:
    reached: list[int] = []
    partial = {"type": "http.request", "body": b"half", "more_body": True}
    assert _serve(lambda *_: reached.append(1) or [], partial, {"type": "http.disconnect"}) == []  # type: ignore[func-returns-value]
    assert reached == []


def test_a_large_body_is_whole() -> None:
    pieces = [b"x" * KEPT_IN_MEMORY, b"y" * 10]
    messages = [{"type": "http.request", "body": piece, "more_body": piece is not pieces[-1]} for piece in pieces]

    def page(request: Any, start: Any) -> list[bytes]:
        start("200 OK", [("Content-Length", "1")])
        assert request["wsgi.input"].read() == b"".join(pieces)
        return [b"!"]

    assert _serve(page, *messages)[-1]["body"] == b"!"


def test_a_body_that_is_too_large_is_read_no_further_and_reaches_no_view() -> None:
    reached: list[int] = []
    messages = [{"type": "http.request", "body": b"x" * (LARGEST_BODY // 2), "more_body": True} for _ in range(9)]
    # After its last message the browser waits: an answer here means that the rest was not asked for.
    begin, body = _serve(lambda *_: reached.append(1) or [], *messages)  # type: ignore[func-returns-value]
    assert (begin["status"], body["more_body"]) == (413, False)
    assert b"send less" in body["body"]
    assert reached == []


def test_headers_and_path_as_wsgi_wants_them() -> None:
    headers = [(b"cookie", b"a=1"), (b"cookie", b"b=2"), (b"x-forwarded-for", b"1"), (b"x-forwarded-for", b"2")]
    headers += [(b"x_forwarded_for", b"evil"), (b"content-type", b"text/plain")]
    values = environ(_scope(path="/mailbox/ü", headers=headers), BytesIO())
    assert values["HTTP_COOKIE"] == "a=1; b=2"
    assert values["HTTP_X_FORWARDED_FOR"] == "1,2", "a header with an underscore must not pass for it"
    assert values["CONTENT_TYPE"] == "text/plain"
    assert values["PATH_INFO"].encode("latin-1").decode() == "/mailbox/ü"


@pytest.mark.parametrize("address", ["/proxy/x", "/message/7/part/2.1/thumbnail", "/message/7/part/2/inside/1"])
def test_those_who_wait_hold_no_page_up(address: str) -> None:
    """The only thread for slow addresses is taken; a page comes all the same."""
    waits, answered = threading.Event(), threading.Event()

    def application(request: Any, start: Any) -> list[bytes]:
        start("200 OK", [("Content-Length", "1")])
        if request["PATH_INFO"] == "/":
            answered.set()
        else:
            assert waits.wait(30)
        return [b"!"]

    pages = Pages(application, threads=1, slow=dict.fromkeys(SLOW, 1))

    async def both() -> None:
        slow = asyncio.create_task(_one(pages, address))
        await _one(pages, "/")
        assert answered.is_set() and not slow.done()
        waits.set()
        await slow

    asyncio.run(both())
