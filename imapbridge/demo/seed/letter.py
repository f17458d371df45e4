"""From words to the bytes of a message, as mail programs write them. Knows nothing of folders or people."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import Any, cast

from imapbridge.demo.seed.files import File

FOLDER = Path(__file__).parent


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
    message = EmailMessage(policy=SMTP)
    _address(message, words)
    if words.flowed:
        message.set_content(_flowed(words.text), params={"format": "flowed"}, cte="8bit")
    else:
        message.set_content(words.text)
    if words.page:
        message.add_alternative(words.page, subtype="html")
        page = cast(EmailMessage, message.get_payload()[1])  # type: ignore[index]
        for file in words.inline:
            page.add_related(file.data, file.maintype, file.subtype, cid=f"<{file.name}@inline>", filename=file.name)
    for file in words.files:
        message.add_attachment(file.data, maintype=file.maintype, subtype=file.subtype, filename=file.name)
    return message.as_bytes()


def page_of(text: str, quoted: str = "", pictures: Sequence[str] = ()) -> str:
    """Plain paragraphs as the HTML that a mail program makes of them."""
    body = "".join(f"<p>{escape(paragraph)}</p>\n" for paragraph in text.strip().split("\n\n"))
    images = "".join(f'<p><img src="cid:{name}@inline" alt="{name}" width="320"></p>\n' for name in pictures)
    style = "margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex"
    below = f'<blockquote type="cite" style="{style}">{quoted}</blockquote>' if quoted else ""
    return f"<html><head></head><body><div>{body}{images}</div>{below}</body></html>\n"


def quote(text: str, date: datetime, sender: Address) -> str:
    """The text below an answer."""
    lines = "\n".join(f"> {line}".rstrip() for line in text.strip().splitlines())
    return f"\n\nOn {date:%a, %-d %b %Y at %H:%M}, {sender.display_name} wrote:\n{lines}\n"


def _address(message: EmailMessage, words: Words) -> None:
    message["From"] = words.sender
    message["To"] = words.to
    if words.cc:
        message["Cc"] = words.cc
    message["Subject"] = words.subject
    message["Date"] = format_datetime(words.date)
    message["Message-ID"] = words.message_id
    if words.references:
        message["In-Reply-To"] = words.references[-1]
        message["References"] = " ".join(words.references)
    for name, value in words.headers.items():
        message[name] = value


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
