"""Mail that machines and businesses send: receipts, bookings, notices from regulars.toml, and junk from junk.toml."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.headerregistry import Address
from typing import Any

from imapbridge.demo.seed import files
from imapbridge.demo.seed.letter import Letter, Words, compose, page_of, person, table


def letters(now: datetime) -> Iterator[Letter]:
    """Every sender's mail of the last 540 days."""
    for kind in table("regulars")["regular"]:
        chance = random.Random(kind["name"])  # noqa: S311
        for number in range(int((540 - kind["first"]) // kind["days"]) + 1):
            days = kind["first"] + number * kind["days"] + (chance.random() * 2 if number else 0)
            date = now - timedelta(days=days)
            if days > 1:
                date = date.replace(hour=chance.randrange(6, 21), minute=chance.randrange(60))
            yield _letter(kind, number, date, chance)


def _letter(kind: dict[str, Any], number: int, date: datetime, chance: random.Random) -> Letter:
    thing = chance.choice(kind["things"])
    more = chance.choice([word for word in kind.get("mores", kind["things"]) if word != thing] or [""])
    chosen = {"n": 213 - number, "thing": thing, "more": more}
    subject = kind["subject"].format(**chosen)
    text = kind["text"].format(**chosen) + "\n"
    name = kind["name"].format(**chosen)
    attached = [files.make(kind["file"].format(**chosen), subject, date)] if "file" in kind else []
    words = Words(
        sender=Address(name, addr_spec=kind["address"]), to=[person("noor")], subject=subject, date=date, text=text,
        message_id=f"<{number}.{date:%Y%m%d}.{kind['address']}>", files=attached,
        page=page_of(text) if attached and number % 2 else "",
        headers={"Auto-Submitted": "auto-generated", "Precedence": "bulk"},
    )  # fmt: skip
    return Letter(
        compose(words), date, "", ("noor",), folder=kind["folder"], unread=number == 0 and not kind.get("seen"),
        flags=tuple(kind.get("labels", ())),
    )  # fmt: skip


def junk(now: datetime) -> Iterator[Letter]:
    """What the server has sorted out."""
    for number, item in enumerate(table("junk")["junk"]):
        date = now - timedelta(days=number * 4.3 + 0.4)
        page = page_of(item["text"]).replace("<div>", '<div style="font-size:22px;color:#c00">', 1)
        words = Words(
            sender=Address(item["from"], addr_spec=item["address"]), to=[person("noor")], subject=item["subject"],
            date=date, message_id=f"<junk.{number}.{date:%Y%m%d}@{item['address'].split('@')[1]}>",
            text=item["text"] + "\n", page=page,
        )  # fmt: skip
        yield Letter(compose(words), date, "", ("noor",), folder="Junk", unread=number < 5, flags=("$Junk",))
