"""Parts of a message that is written: texts, files in base64, messages within, and multiparts around them.

Each is an iterator of octets with its own header, and CRLF line ends. A file is read in pieces. Never reads a message
but to see how it may be sent along (RFC 2046 5.2.1).
"""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from imapbridge.mime import written
from imapbridge.mime.flowed import flow

_PIECE = 57 * 1024
"""Octets that are read at once: whole lines of base64."""
_LONGEST_LINE = 998
"""RFC 5322 2.1.1, without its end."""
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
MESSAGE = "message/rfc822"


@dataclass(frozen=True, slots=True)
class File:
    """Octets on disk that go along."""

    path: Path
    size: int
    """Octets."""
    name: str
    media_type: str
    """`message/rfc822` goes along as a message, which can be opened as one; anything else in base64."""
    content_id: str = ""
    """Without angle brackets; empty for what the HTML does not show."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """What is said to programs about an event (iTIP, RFC 5546)."""

    method: str
    """`REPLY` and so on; as it stands in the text too."""
    text: str


def flowed(text: str) -> Iterator[bytes]:
    """text/plain; format=flowed."""
    return _text("text/plain", flow(_NOT_XML.sub("", text)), format="flowed")


def html(document: str) -> Iterator[bytes]:
    """text/html."""
    clean = _NOT_XML.sub("", document).replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    return _text("text/html", clean.replace("\n", "\r\n") + "\r\n")


def calendar(event: Calendar) -> Iterator[bytes]:
    """text/calendar (RFC 6047 2.4)."""
    text = "\r\n".join(re.split("\r\n|\r|\n", _NOT_XML.sub("", event.text)))
    return _text("text/calendar", text, method=event.method, component="VEVENT")


def disposition(fields: str) -> Iterator[bytes]:
    """message/disposition-notification (RFC 8098 3.1): lines of fields, in ASCII."""
    yield written.params("Content-Type", "message/disposition-notification")
    yield b"\r\n" + fields.encode("ascii")


def attached(file: File) -> Iterator[bytes]:
    """A file as an attachment."""
    kind = _kind_of_message(file) if file.media_type == MESSAGE else ""
    yield from (_message(file, kind) if kind else _base64(file, "attachment"))


def inline(file: File) -> Iterator[bytes]:
    """A file that the HTML beside it shows."""
    return _base64(file, "inline")


def is_eight_bit(file: File) -> bool:
    """Whether it goes along as it is and is not ASCII; what is around it has to say so (RFC 2045 6.4)."""
    return file.media_type == MESSAGE and _kind_of_message(file) == "8bit"


def multipart(
    kind: str,
    boundary: str,
    parts: Iterable[Iterator[bytes]],
    *,
    root: str = "",
    report: str = "",
    eight_bit: bool = False,
) -> Iterator[bytes]:
    """`root` is the media type of the first part, which RFC 2387 wants to be told; `report` the kind of a report."""
    said = {"report-type": report} if report else {}
    yield written.params("Content-Type", f"multipart/{kind}", boundary=boundary, type=root, **said)
    yield (written.field("Content-Transfer-Encoding", "8bit") if eight_bit else b"") + b"\r\n"
    for part in parts:
        yield f"--{boundary}\r\n".encode()
        yield from part
        yield b"\r\n"
    yield f"--{boundary}--\r\n".encode()


def _text(media_type: str, text: str, **params: str) -> Iterator[bytes]:
    """Readable as it is where it can be, else in the shorter one of the two encodings."""
    octets = text.encode()
    if octets.isascii() and all(len(line) <= _LONGEST_LINE for line in octets.split(b"\r\n")):
        charset, encoding = "us-ascii", "7bit"
    else:
        charset = "utf-8"
        encoding, octets = min((_quoted_printable(octets), _whole_base64(octets)), key=lambda one: len(one[1]))
    yield written.params("Content-Type", media_type, charset=charset, **params)
    yield written.field("Content-Transfer-Encoding", encoding)
    yield b"\r\n" + octets


def _quoted_printable(octets: bytes) -> tuple[str, bytes]:
    """`octets` have CRLF line ends, which stay."""
    lines = (quopri.encodestring(line).replace(b"\n", b"\r\n") for line in octets.split(b"\r\n"))
    return "quoted-printable", b"\r\n".join(lines)


def _whole_base64(octets: bytes) -> tuple[str, bytes]:
    return "base64", _lines_of_base64(octets)


def _lines_of_base64(octets: bytes) -> bytes:
    encoded = binascii.b2a_base64(octets, newline=False)
    return b"".join([encoded[at : at + 76] + b"\r\n" for at in range(0, len(encoded), 76)])


def _base64(file: File, disposition: str) -> Iterator[bytes]:
    media_type = written.media_type(file.media_type)
    yield written.params("Content-Type", media_type)
    yield written.field("Content-Transfer-Encoding", "base64")
    yield written.params("Content-Disposition", disposition, filename=file.name)
    yield (written.content_id(file.content_id) if file.content_id else b"") + b"\r\n"
    with file.path.open("rb") as octets:
        while piece := octets.read(_PIECE):
            yield _lines_of_base64(piece)


def _message(file: File, encoding: str) -> Iterator[bytes]:
    yield written.params("Content-Type", MESSAGE)
    yield written.field("Content-Transfer-Encoding", encoding)
    yield written.params("Content-Disposition", "attachment", filename=file.name) + b"\r\n"
    for piece in _whole_ends(file.path):
        yield piece.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _kind_of_message(file: File) -> str:
    """7bit or 8bit; empty for one that could not pass as it is, and goes along as a file: RFC 2046 5.2.1 allows no
    encoding of it, and SMTP no longer line and no lone CR."""
    is_ascii, line = True, 0
    for piece in _whole_ends(file.path):
        is_ascii = is_ascii and piece.isascii()
        first, *others = piece.split(b"\n")
        longest = max([line + len(first), *map(len, others)])
        line = len(others[-1]) if others else line + len(first)
        if longest > _LONGEST_LINE or b"\0" in piece or b"\r" in piece.replace(b"\r\n", b""):
            return ""
    return "7bit" if is_ascii else "8bit"


def _whole_ends(path: Path) -> Iterator[bytes]:
    """A file in pieces that do not end between CR and LF."""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece + (file.read(1) if piece.endswith(b"\r") else b"")
