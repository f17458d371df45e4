"""Fill a mailbox with thousands of messages, faster than any client could append them one by one.

One command carries hundreds of messages, and waits for nothing (MULTIAPPEND, RFC 3502; LITERAL+, RFC 7888).
"""

import itertools
import socket
import ssl
from collections.abc import Iterable

from tests.servers.letters import Letter

BATCH = 500


class Filler:
    """One signed-in connection that does nothing but append."""

    def __init__(self, port: int, context: ssl.SSLContext | None, address: str, password: str) -> None:
        """Without a context the port speaks plaintext."""
        raw = socket.create_connection(("127.0.0.1", port), timeout=120)
        self._connection = context.wrap_socket(raw, server_hostname="localhost") if context else raw
        self._answers = self._connection.makefile("rb")
        self._answers.readline()
        self._command(f'LOGIN "{address}" "{password}"'.encode())

    def fill(self, mailbox: str, letters: Iterable[Letter]) -> None:
        """Append all of them, in their order."""
        opening = f'APPEND "{mailbox}"'.encode()
        rest = iter(letters)
        while batch := list(itertools.islice(rest, BATCH)):
            self._command(opening + b"".join(_argument(letter) for letter in batch))

    def close(self) -> None:
        self._command(b"LOGOUT")
        self._answers.close()
        self._connection.close()

    def _command(self, line: bytes) -> None:
        self._connection.sendall(b"a " + line + b"\r\n")
        while not (answer := self._answers.readline()).startswith(b"a "):
            if not answer:
                raise AssertionError("the mail server hung up")
        if not answer.startswith(b"a OK"):
            raise AssertionError(f"the mail server refused: {answer!r}")


def _argument(letter: Letter) -> bytes:
    date = letter.date.strftime("%d-%b-%Y %H:%M:%S %z")
    return f' ({" ".join(letter.flags)}) "{date}" {{{len(letter.raw)}+}}\r\n'.encode() + letter.raw
