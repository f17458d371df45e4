"""Letters in the world's scripts and character sets (scripts.toml); headers are encoded as the text is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from email.header import Header
from email.mime.text import MIMEText
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from imapbridge.demo.seed.letter import WHO, Letter, table


def letters(now: datetime) -> Iterator[Letter]:
    """One letter of each."""
    for number, item in enumerate(table("scripts")["letter"]):
        date = now - timedelta(days=item["days"], hours=number % 9)
        yield Letter(_raw(number, item, date), date, item["from"], ("noor",), unread=item["days"] < 5)


def _raw(number: int, item: dict[str, Any], date: datetime) -> bytes:
    name, address = WHO[item["from"]]
    message = MIMEText(item["text"].lstrip("\n"), "plain", item["charset"])
    message["From"] = f"{_encoded(name, item['charset'])} <{address}>"
    message["To"] = "Noor Eklund <noor@example.com>"
    message["Subject"] = _encoded(item["subject"], item["charset"])
    message["Date"] = format_datetime(date)
    message["Message-ID"] = f"<letter.{number}.{date:%Y%m%d}@{address.split('@')[1]}>"
    return message.as_bytes(policy=message.policy.clone(linesep=SMTP.linesep))


def _encoded(text: str, charset: str) -> str:
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        charset = "utf-8"
    return Header(text, "us-ascii" if text.isascii() else charset).encode()
