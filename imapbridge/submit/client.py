"""The standard library's SMTP client, dialled as the rest of the house dials, and heard by whoever wants to hear it."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Callable
from io import BufferedReader, RawIOBase
from socket import socket
from typing import Any

from imapbridge.wire.drivers import Server, dial

CONNECT = 30.0
"""Seconds until it has greeted us."""

Watch = Callable[[bool, str], None]
"""(it is ours, a line without its end). What is said in signing in is among it."""


MOST = 64 * 1024
"""Octets of one reply."""


class _InTime(RawIOBase):
    """What comes over a connection, until a time that is set: however little comes at once, nobody waits longer."""

    def __init__(self, link: socket) -> None:
        self._link = link
        self.until = 0.0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        left, patience = self.until - time.monotonic(), self._link.gettimeout()
        if left <= 0:
            raise TimeoutError
        self._link.settimeout(left if patience is None else min(left, patience))
        try:
            return self._link.recv_into(buffer)
        finally:
            self._link.settimeout(patience)


class _Replies:
    """What is read of the server: none of its replies is without end, nor comes drop by drop for ever."""

    def __init__(self, link: socket) -> None:
        self._link = _InTime(link)
        self._file = BufferedReader(self._link)
        self._left = MOST

    def begin(self, seconds: float) -> None:
        """The next reply, which is there as a whole in so many seconds."""
        self._left, self._link.until = MOST, time.monotonic() + seconds

    def readline(self, most: int) -> bytes:
        line = self._file.readline(most)
        self._left -= len(line)
        if self._left < 0:
            raise OSError("a reply without end")
        return line

    def close(self) -> None:
        self._file.close()


class Client(smtplib.SMTP):
    """Dials as the rest of the house does, with TLS from the start where that is asked for."""

    def __init__(self, server: Server, own_name: str, watch: Watch | None, seconds: float) -> None:
        self._server = server
        self._watch = watch
        super().__init__(server.host, server.port, local_hostname=own_name, timeout=seconds)

    def putcmd(self, cmd: str, args: str = "") -> None:
        if self._watch:
            self._watch(True, f"{cmd} {args}".rstrip())
        super().putcmd(cmd, args)

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None:
            self.file = _Replies(self.link)
        self.file.begin(2 * (self.link.gettimeout() or CONNECT))
        code, words = super().getreply()
        if self._watch:
            for line in words.decode("utf-8", "replace").split("\n"):
                self._watch(False, f"{code} {line}")
        return code, words

    @property
    def link(self) -> socket:
        """OSError when it is closed."""
        if self.sock is None:
            raise OSError("not connected")
        return self.sock

    def _get_socket(self, host: str, port: int, timeout: float) -> socket:
        sock = dial(self._server, time.monotonic() + timeout)
        if self._server.security != "tls":
            return sock
        try:
            return self._server.tls().wrap_socket(sock, server_hostname=host)
        except BaseException:
            sock.close()
            raise
