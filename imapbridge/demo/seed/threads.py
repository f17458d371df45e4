"""Conversations: threads.toml, with References, quotes below the answers, and everybody's copy of each letter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from imapbridge.demo.seed import files
from imapbridge.demo.seed.letter import Letter, Words, compose, page_of, person, quote, table


def letters(now: datetime) -> Iterator[Letter]:
    """All letters of all conversations."""
    for number, thread in enumerate(table("threads")["thread"]):
        yield from _thread(number, thread, now)


def _thread(number: int, thread: dict[str, Any], now: datetime) -> Iterator[Letter]:
    date = now - timedelta(days=thread["days"])
    written: list[Words] = []
    senders = [message["from"] for message in thread["message"]]
    for place, message in enumerate(thread["message"]):
        date = min(date + timedelta(hours=message.get("after", 0)), now)
        words = _words(f"{number}.{place}", thread, message, date, written)
        written.append(words)
        readers = {*thread["people"], *thread.get("cc", ())} - {message["from"]}
        last = place == len(senders) - 1
        yield Letter(
            compose(words),
            date,
            message["from"],
            tuple(sorted(readers)),
            folder=thread.get("folder", ""),
            unread=message.get("unread", False),
            flags=(*thread.get("labels", ()), *(["\\Flagged"] if last and thread.get("flagged") else [])),
            answered_by=frozenset(senders[place + 1 :]),
        )


def _words(key: str, thread: dict[str, Any], message: dict[str, Any], date: datetime, before: list[Words]) -> Words:
    sender = message["from"]
    text = message["text"].strip() + "\n"
    quoted = quote(before[-1].text.split("\n\nOn ")[0], before[-1].date, before[-1].sender) if before else ""
    pictures = [files.make(name, thread["subject"], date) for name in message.get("inline", ())]
    page = page_of(text, quoted.strip(), [file.name for file in pictures]) if message.get("html") else ""
    subject = thread["subject"]
    return Words(
        sender=person(sender),
        to=[person(key) for key in thread["people"] if key != sender],
        cc=[person(key) for key in thread.get("cc", ())],
        subject=f"Re: {subject}" if before and not subject.startswith("Re: ") else subject,
        date=date,
        message_id=f"<{date:%Y%m%d%H%M}.{key}@{person(sender).domain}>",
        text=text + quoted,
        references=[words.message_id for words in before],
        page=page,
        flowed=message.get("flowed", False),
        files=[files.make(name, thread["subject"], date) for name in message.get("files", ())],
        inline=pictures,
    )
