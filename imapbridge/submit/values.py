"""What is handed over, and what is not known afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that lies in a file with CRLF line ends, and whom it goes to."""

    sender: str
    """Empty: it comes from nobody, so that nobody answers it."""
    recipients: tuple[str, ...]
    """Each once, as they stand in the envelope."""
    path: Path
    begins_at: int
    """The octet of the file that it begins at."""
    size: int
    """Octets from there on."""
    eight_bit: bool = False
    utf8: bool = False
    """Needs SMTPUTF8 (RFC 6531)."""
    envelope_id: str = ""
    """Comes back in what is told of its delivery (RFC 3461 4.4); at most 50 characters."""
    instead: str = ""
    """The sender, where the server takes nothing that comes from nobody."""
    notify: bool = False
    """Its sender wants to be told when it is delivered."""

    def pieces(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            file.seek(self.begins_at)
            while piece := file.read(_PIECE):
                yield piece


class Undecided(Exception):
    """All of the message was sent, or may have been, and no answer came: nobody knows whether the server has it."""
