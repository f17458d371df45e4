"""Octets that lie in a file, to be sent as a literal without being in memory. Only reads; knows no socket."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PIECE = 64 * 1024
_HEAD = 256 * 1024


@dataclass(frozen=True, slots=True)
class FileOctets:
    """A file that nobody changes. OSError when it is read and not as large as it was."""

    path: Path
    size: int

    def __len__(self) -> int:
        return self.size

    @property
    def is_there(self) -> bool:
        return self.path.exists() and self.path.stat().st_size == self.size

    @property
    def head(self) -> bytes:
        """Its beginning, where a message has its header."""
        with self.path.open("rb") as file:
            return file.read(_HEAD)

    def pieces(self) -> Iterator[bytes]:
        sent = 0
        with self.path.open("rb") as file:
            while piece := file.read(_PIECE):
                sent += len(piece)
                yield piece
        if sent != self.size:
            raise OSError(f"{self.path.name} is not as large as it was")


@dataclass(frozen=True, slots=True)
class Streamed:
    """What is sent at once, and is too large to be one value."""

    parts: tuple[bytes | FileOctets, ...]

    def pieces(self) -> Iterator[bytes]:
        for part in self.parts:
            if isinstance(part, FileOctets):
                yield from part.pieces()
            elif part:
                yield part
