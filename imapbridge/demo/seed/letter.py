"""From words to the bytes of a message, as mail programs write them. Knows nothing of folders or people."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.charset import QP, Charset
from email.encoders import encode_base64
from email.header import Header
from email.headerregistry import Address
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, formataddr
from html import escape
from pathlib import Path
from typing import Any

from imapbridge.demo.seed.files import File

FOLDER = Path(__file__).parent
LINES = compat32.clone(linesep="\r\n")
UTF8 = Charset("utf-8")
UTF8.body_encoding = QP


def table(name: str) -> dict[str, Any]:
    """One of the TOML files beside this module."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


WHO: dict[str, list[str]] = table("people")


@dataclass(frozen=True)
class Letter:
    """A message, and what its place in a mailbox follows from. `sender` and `readers` are keys of people."""

    raw: bytes
    date: datetime
    sender: str
    readers: tuple[str, ...]
    folder: str = ""
    """Where Noor files it; empty for the inbox, and the archive later."""
    unread: bool = False
    flags: tuple[str, ...] = ()
    answered_by: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Words:
    """What a person writes. `page` is HTML beside the text, which shows the pictures of `inline` by their names."""

    sender: Address
    to: Sequence[Address]
    subject: str
    date: datetime
    message_id: str
    text: str
    cc: Sequence[Address] = ()
    references: Sequence[str] = ()
    page: str = ""
    flowed: bool = False
    files: Sequence[File] = ()
    inline: Sequence[File] = ()
    headers: dict[str, str] = field(default_factory=dict)


def person(key: str) -> Address:
    """From a key of people.toml."""
    name, address = WHO[key]
    return Address(name, addr_spec=address)


def compose(words: Words) -> bytes:
    """The whole message with CRLF line ends."""
    message: Message = _text(words.text, "plain")
    if words.flowed:
        message = _text(_flowed(words.text), "plain")
        message.set_param("format", "flowed")
    if words.page:
        pictures = [_picture(file) for file in words.inline]
        page = _text(words.page, "html")
        message = _multipart("alternative", message, _multipart("related", page, *pictures) if pictures else page)
    if words.files:
        message = _multipart("mixed", message, *map(_attachment, words.files))
    for name, value in _fields(words):
        message[name] = value
    return message.as_bytes(policy=LINES)


def page_of(text: str, quoted: str = "", pictures: Sequence[str] = ()) -> str:
    """Plain paragraphs, and what `quote` made of the text before, as the HTML that a mail program makes of them."""
    paragraphs = (
        escape(paragraph).replace("\n- ", "<br>\n- ").replace("\n&gt; ", "<br>\n")
        for paragraph in text.strip().split("\n\n")
    )
    body = "".join(f"<p>{paragraph}</p>\n" for paragraph in paragraphs)
    images = "".join(f'<p><img src="cid:{name}@inline" alt="{name}" width="320"></p>\n' for name in pictures)
    style = "margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex"
    lines = "<br>\n".join(escape(line.removeprefix(">").removeprefix(" ")) for line in quoted.splitlines())
    below = f'<blockquote type="cite" style="{style}">{lines}</blockquote>' if quoted else ""
    return f"<html><head></head><body><div>{body}{images}</div>{below}</body></html>\n"


def quote(text: str, date: datetime, sender: Address) -> str:
    """The text below an answer."""
    lines = "\n".join(f"> {line}".rstrip() for line in text.strip().splitlines())
    return f"\n\nOn {date:%a, %-d %b %Y at %H:%M}, {sender.display_name} wrote:\n{lines}\n"


def _fields(words: Words) -> Iterator[tuple[str, str]]:
    yield "From", _addresses([words.sender])
    yield "To", _addresses(words.to)
    if words.cc:
        yield "Cc", _addresses(words.cc)
    yield "Subject", _encoded(words.subject)
    yield "Date", format_datetime(words.date)
    yield "Message-ID", words.message_id
    if words.references:
        yield "In-Reply-To", words.references[-1]
        yield "References", " ".join(words.references)
    yield from words.headers.items()


def _addresses(addresses: Iterable[Address]) -> str:
    return ", ".join(formataddr((address.display_name, address.addr_spec)) for address in addresses)


def _encoded(text: str) -> str:
    return text if text.isascii() else Header(text, "utf-8").encode()


def _text(text: str, subtype: str) -> MIMEText:
    return MIMEText(text, subtype, "us-ascii" if text.isascii() and subtype == "plain" else UTF8)  # type: ignore[arg-type]


def _multipart(subtype: str, *parts: Message) -> Message:
    return MIMEMultipart(subtype, _subparts=parts)


def _attachment(file: File) -> Message:
    part = MIMEBase(file.maintype, file.subtype)
    part.set_payload(file.data)
    encode_base64(part)
    name = file.name if file.name.isascii() else ("utf-8", "", file.name)
    part.add_header("Content-Disposition", "attachment", filename=name)
    return part


def _picture(file: File) -> Message:
    part = _attachment(file)
    del part["Content-Disposition"]
    part.add_header("Content-Disposition", "inline", filename=file.name)
    part["Content-ID"] = f"<{file.name}@inline>"
    return part


def _flowed(text: str) -> str:
    """Soft line breaks after 66 characters or so: a line that goes on ends in a space (RFC 3676 4.1)."""
    lines: list[str] = []
    for paragraph in text.splitlines():
        line = ""
        for word in paragraph.split(" "):
            if len(line) + len(word) > 66 and not line.startswith(">"):
                lines.append(line)
                line = ""
            line += f"{word} "
        lines.append(line.rstrip())
    return "\n".join(lines) + "\n"
