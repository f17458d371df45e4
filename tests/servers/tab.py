"""An open page without a browser: a socket that comes back by itself, and asks what it missed by its cursor, as
static/js/live.js does."""

import contextlib
import json
import re
import threading
import time
from typing import Self

from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import connect

from tests.servers.visitor import Visitor


class Tab:
    """`shown` has the subjects that it was told of; `codes` are those that its sockets closed with."""

    def __init__(self, visitor: Visitor, url: str, mailbox: int) -> None:
        self.codes: list[int] = []
        self.shown: set[str] = set()
        self.events = 0
        self.is_open = threading.Event()
        self._visitor = visitor
        self._url = url
        self._mailbox = mailbox
        self._state = -1
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep_listening, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self.is_open.wait(60)
        return self

    def __exit__(self, *_exception: object) -> None:
        self._ended.set()
        self._thread.join(30)

    def _keep_listening(self) -> None:
        while not self._ended.is_set():
            with contextlib.suppress(OSError, WebSocketException):
                self._listen()
            time.sleep(0.1)

    def _listen(self) -> None:
        cookie = "; ".join(f"{name}={value}" for name, value in self._visitor.cookies.items())
        headers = {"Cookie": cookie}
        address = self._url.replace("http", "ws", 1) + "/changes"
        with connect(address, additional_headers=headers, origin=self._url) as socket:  # type: ignore[arg-type]
            self._ask()
            self.is_open.set()
            try:
                while not self._ended.is_set():
                    with contextlib.suppress(TimeoutError):
                        if json.loads(socket.recv(0.2)).get("mailbox") == self._mailbox:
                            self.events += 1
                            self._ask()
            except ConnectionClosed as end:
                self.codes.append(end.rcvd.code if end.rcvd else 1006)

    def _ask(self) -> None:
        answer = self._visitor.get(f"/mailbox/{self._mailbox}/changes?since={self._state}")
        if answer.status == 200:
            self._state = int(re.search(r'<div id="changes"[^>]* data-state="(\d+)"', answer.text)[1])  # type: ignore[index]
            self.shown |= set(re.findall(r"Letter number \d+", answer.text))
