"""Many files as one ZIP, made while it is sent: only a piece of it is ever in memory.

Pure. Nothing is compressed: what is attached mostly is already, and the rest is not worth the time.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime

from webmail.reading.attachments import extension_of

MAX_FILES = 500
MAX_OCTETS = 500 * 1000 * 1000
_OLDEST = (1980, 1, 1, 0, 0, 0)
"""ZIP knows no time before."""


class _Sink:
    """What is written until it is taken. Has no `seek` and no `tell`, so that `zipfile` never goes back."""

    def __init__(self) -> None:
        self._written = bytearray()

    def write(self, data: bytes) -> int:
        self._written += data
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> bytes:
        taken, self._written = bytes(self._written), bytearray()
        return taken


def zipped(files: Iterable[tuple[str, Iterator[bytes]]], at: datetime | None = None) -> Iterator[bytes]:
    """The octets of a ZIP with these files, by name, all dated `at`. Names are safe already; equal ones get numbers."""
    sink, used = _Sink(), set[str]()
    date = at.timetuple()[:6] if at and at.year >= _OLDEST[0] else _OLDEST
    with zipfile.ZipFile(sink, "w") as archive:  # type: ignore[call-overload]  # typed as if it had to be seekable
        for name, pieces in files:
            info = zipfile.ZipInfo(_unused(name, used), date)
            info.external_attr = 0o644 << 16
            with archive.open(info, "w") as file:
                for piece in pieces:
                    file.write(piece)
                    yield sink.take()
    yield sink.take()


def _unused(name: str, used: set[str]) -> str:
    """`plan.pdf`, `plan (2).pdf`: some systems tell no `Plan.PDF` from it."""
    extension = extension_of(name)
    stem, found, number = name.removesuffix(extension), name, 1
    while found.casefold() in used:
        number += 1
        found = f"{stem} ({number}){extension}"
    used.add(found.casefold())
    return found
