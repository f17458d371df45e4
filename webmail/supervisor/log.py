"""What a child says: all of it into a file of bounded size, its errors onto the terminal too."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

BIGGEST_FILE = 10_000_000
#: The beginning of a record at these levels in our own format, Celery's and uvicorn's.
ERROR = re.compile(rb"(^|[ /\"])(ERROR|CRITICAL)[ /:\"]")
#: A process in trouble may say so a thousand times a minute; its log has it all.
MOST_ERRORS_SHOWN = 20


class Log:
    """The log of one child. The one of the start before is kept beside it, as `<name>.log.1`."""

    def __init__(self, path: Path, say: Callable[[str], None]) -> None:
        self._path = path
        self._say = say
        self._shown = 0
        self._rest = b""
        self._rotate()

    def write(self, chunk: bytes) -> None:
        """Take what the child wrote; any bytes."""
        if self._file.tell() > BIGGEST_FILE:
            self._file.close()
            self._rotate()
        self._file.write(chunk)
        self._file.flush()
        *lines, rest = (self._rest + chunk).split(b"\n")
        self._rest = rest[-4096:]
        for line in lines:
            self._show(line)

    def tail(self, lines: int = 12) -> str:
        """The last lines, for telling why it died."""
        last = self._path.read_bytes()[-8192:].decode(errors="replace").splitlines()[-lines:]
        return "\n".join(f"    {line}" for line in last)

    def _rotate(self) -> None:
        if self._path.exists():
            self._path.replace(self._path.with_suffix(".log.1"))
        self._file = self._path.open("wb")

    def _show(self, line: bytes) -> None:
        if self._shown <= MOST_ERRORS_SHOWN and ERROR.search(line[:200]):
            self._shown += 1
            text = line.decode(errors="replace") if self._shown <= MOST_ERRORS_SHOWN else f"more in {self._path}"
            self._say(f"{self._path.stem}: {text}")
