"""Attachments out of nothing: small, valid, and the same each time for the same name."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from pathlib import PurePath

INKS = ((29, 53, 87), (217, 56, 30), (11, 93, 74), (122, 59, 18), (88, 60, 120), (20, 20, 24), (230, 160, 40))
PAPERS = ((250, 246, 236), (255, 253, 248), (240, 236, 226), (233, 241, 245))


@dataclass(frozen=True)
class File:
    """A file of a message."""

    name: str
    maintype: str
    subtype: str
    data: bytes


def make(name: str, title: str, when: datetime) -> File:
    """A file whose kind follows from its name; `title` is what it is about, `when` the time of an appointment."""
    maintype, subtype, maker = KINDS[PurePath(name).suffix]
    return File(name, maintype, subtype, maker(title, when, random.Random(name)))  # noqa: S311


def png(title: str, when: datetime, chance: random.Random) -> bytes:
    """A print: a sheet with bands and a disc, 480 by 320."""
    width, height = 480, 320
    paper, ink, accent = bytes(chance.choice(PAPERS)), bytes(chance.choice(INKS)), bytes(chance.choice(INKS))
    band, x, y, radius = (
        chance.randrange(12, 60),
        chance.randrange(80, 400),
        chance.randrange(80, 240),
        chance.randrange(30, 90),
    )
    rows = bytearray()
    for row in range(height):
        ground = accent if (row // band) % 3 == 1 and row > height // 2 else paper
        half = int(max(0, radius**2 - (row - y) ** 2) ** 0.5)
        left, right = max(0, x - half), min(width, x + half)
        rows += b"\0" + ground * left + ink * (right - left) + ground * (width - right)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pdf(title: str, when: datetime, chance: random.Random) -> bytes:
    """One page A4 with a heading and a few lines."""
    lines = [
        f"{when:%Y-%m-%d}",
        *(f"Position {n}: {chance.randrange(2, 400)}.{chance.randrange(100):02}" for n in range(1, 9)),
    ]
    shown = " ".join(f"({_latin(line)}) Tj T*" for line in lines)
    text = f"BT /F1 18 Tf 72 770 Td ({_latin(title)}) Tj /F1 11 Tf 16 TL 0 -40 Td {shown} ET".encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R "
        b"/Resources << /Font << /F1 4 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
    ]
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, value in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, value)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return bytes(out + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))


def _latin(text: str) -> str:
    plain = text.encode("latin-1", "replace").decode("latin-1")
    return plain.replace("\\", "").replace("(", "\\(").replace(")", "\\)")


def docx(title: str, when: datetime, chance: random.Random) -> bytes:
    """A word processor's document: a zip with the three parts that it must have."""
    space = "http://schemas.openxmlformats.org"
    body = "".join(
        f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>"
        for line in (title, f"{when:%d %B %Y}", "Draft, please comment.")
    )
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    words = f"{space}/wordprocessingml/2006/main"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{space}/package/2006/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{space}/package/2006/relationships"><Relationship Id="r1" '
        f'Type="{space}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{words}"><w:body>{body}</w:body></w:document>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(
                zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), f'<?xml version="1.0" encoding="UTF-8"?>{text}'
            )
    return out.getvalue()


def csv(title: str, when: datetime, chance: random.Random) -> bytes:
    """A small table."""
    things = ("paper", "ink", "coins", "fives", "frames", "aprons", "tape", "coffee")
    rows = [
        f"{thing},{chance.randrange(1, 90)},{chance.randrange(1, 60)}.{chance.randrange(100):02}" for thing in things
    ]
    return "\r\n".join(["item,count,value", *rows, ""]).encode()


def ics(title: str, when: datetime, chance: random.Random) -> bytes:
    """An appointment a week later (RFC 5545)."""
    begin = (when + timedelta(days=7)).replace(hour=10, minute=0)
    event = [
        "BEGIN:VEVENT",
        f"UID:{chance.randrange(10**9)}@press.example.com",
        f"DTSTAMP:{when:%Y%m%dT%H%M%SZ}",
        f"DTSTART:{begin:%Y%m%dT%H%M%SZ}",
        f"DTEND:{begin + timedelta(hours=6):%Y%m%dT%H%M%SZ}",
        f"SUMMARY:{title}",
        "LOCATION:The yard",
        "END:VEVENT",
    ]
    return "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//The press//EN", *event, "END:VCALENDAR", ""]
    ).encode()


KINDS: dict[str, tuple[str, str, Callable[[str, datetime, random.Random], bytes]]] = {
    ".png": ("image", "png", png),
    ".pdf": ("application", "pdf", pdf),
    ".docx": ("application", "vnd.openxmlformats-officedocument.wordprocessingml.document", docx),
    ".csv": ("text", "csv", csv),
    ".ics": ("text", "calendar", ics),
}
