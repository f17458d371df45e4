"""Short letters between Noor and the members, put together from notes.toml, and her answers."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from imapbridge.demo.seed import files
from imapbridge.demo.seed.letter import Letter, Words, compose, person, quote, table

COUNT = 130


def letters(now: datetime) -> Iterator[Letter]:
    """Over the last year and a half, a little more often lately."""
    chance = random.Random("notes")  # noqa: S311
    given = table("notes")
    matters = given["matter"]
    for number in range(COUNT):
        days = 540 * ((number + chance.random()) / COUNT) ** 1.15
        date = (now - timedelta(days=days)).replace(hour=chance.randrange(7, 22), minute=chance.randrange(60))
        date = min(date, now - timedelta(minutes=40))
        matter, writer = matters[number % len(matters)], chance.choice(given["writers"])
        yield from _exchange(number, given, matter, writer, date, chance, now)


def _exchange(
    number: int,
    given: dict[str, Any],
    matter: dict[str, str],
    writer: str,
    date: datetime,
    chance: random.Random,
    now: datetime,
) -> Iterator[Letter]:
    sender, noor = person(writer), person("noor")
    opening, close = chance.choice(given["openings"]), chance.choice(given["closes"])
    text = "\n\n".join(filter(None, [opening, matter["text"], close, sender.display_name.split(" ")[0]])) + "\n"
    attached = [files.make(matter["file"], matter["subject"], date)] if "file" in matter and number % 2 == 0 else []
    subject = matter["subject"] if number < 24 else f"{matter['subject']}, {date:%B}"
    first = Words(
        sender=sender, to=[noor], subject="" if subject.startswith("(no") else subject, date=date, text=text,
        message_id=f"<note.{number}.{date:%Y%m%d}@{sender.domain}>", files=attached,
        flowed=writer in {"jonas", "aoife"},
    )  # fmt: skip
    later = date + timedelta(hours=chance.randrange(1, 30), minutes=chance.randrange(60))
    answered = "answer" in matter and number % 3 != 1 and later < now
    yield Letter(
        compose(first), date, writer, ("noor",), folder="Co-op/Members" if number % 5 == 4 else "",
        unread=number < 9 and not answered, answered_by=frozenset({"noor"} if answered else ()),
        flags=("\\Flagged",) if number % 29 == 9 else (),
    )  # fmt: skip
    if answered:
        answer = Words(
            sender=noor, to=[sender], subject=f"Re: {subject}", date=later,
            text=f"{matter['answer']}\n\nNoor{quote(text, date, sender)}", references=[first.message_id],
            message_id=f"<answer.{number}.{later:%Y%m%d}@{noor.domain}>",
        )  # fmt: skip
        yield Letter(compose(answer), later, "noor", (writer,))
