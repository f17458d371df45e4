"""What stands behind the doors of Cyrus and Courier: a Unix socket where they ask whether a password is right.

Each has its own way to ask: Cyrus that of saslauthd, Courier that of authdaemond. Users are made by a line in a dict.
"""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

#: (user, password) -> whether they may come in.
Check = Callable[[str, str], bool]
#: Reads one question from a connection and writes its answer.
Answer = Callable[[BinaryIO], None]


class PasswordDoor:
    """Answers at `path` in a thread, until `close`."""

    def __init__(self, path: Path, answer: Answer) -> None:
        self._answer = answer
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        path.chmod(0o666)
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _peer = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rwb") as stream, contextlib.suppress(OSError, EOFError):
            self._answer(stream)
            stream.flush()


def saslauthd(check: Check) -> Answer:
    """Four counted strings (user, password, service, realm) and a counted answer."""

    def answer(stream: BinaryIO) -> None:
        user, password, _service, realm = (_counted(stream) for _ in range(4))
        word = b"OK" if check(f"{user}@{realm}" if realm else user, password) else b"NO"
        stream.write(struct.pack(">H", len(word)) + word)

    return answer


def _counted(stream: BinaryIO) -> str:
    (length,) = struct.unpack(">H", _exactly(stream, 2))
    return _exactly(stream, length).decode()


def _exactly(stream: BinaryIO, length: int) -> bytes:
    data = stream.read(length)
    if len(data) != length:
        raise EOFError
    return data


def authdaemond(check: Check, home: Callable[[str], Path], uid: int, gid: int) -> Answer:
    """`AUTH n`, then n octets of service, kind, user and password by lines; the answer is who to be and where."""

    def answer(stream: BinaryIO) -> None:
        while not (line := stream.readline()).startswith(b"AUTH "):
            if not line:
                raise EOFError  # Until AUTH come lines about the peer; other commands nobody gives us.
        question = _exactly(stream, int(line.split()[1])).decode()
        _service, kind, user, password, *_ = question.split("\n")
        if kind != "login" or not check(user, password):
            stream.write(b"FAIL\n")
            return
        stream.write(f"UID={uid}\nGID={gid}\nHOME={home(user)}\nADDRESS={user}\n.\n".encode())

    return answer
