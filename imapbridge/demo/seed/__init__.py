"""A believable mailbox: several hundred messages of the last year and a half, the same each time but for their dates.

`mailbox(person, now)` is all there is to call. The words are in the TOML files and pages here, all made up for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain

from imapbridge.demo.seed import broken, newsletters, notes, regulars, scripts, threads
from imapbridge.demo.seed.letter import Letter, Words, compose, person

#: Every mailbox of the demo, parents first; those with a meaning have it in the server's special-use attributes.
MAILBOXES = (
    "INBOX", "Drafts", "Sent", "Archive", "Junk", "Trash", "Co-op", "Co-op/Lease", "Co-op/Members", "Suppliers",
    "Suppliers/Ink", "Suppliers/Paper", "Newsletters", "Receipts",
)  # fmt: skip
#: What is older than this is filed away.
INBOX_DAYS = 130


@dataclass(frozen=True)
class Seeded:
    """A message in its place."""

    mailbox: str
    raw: bytes
    date: datetime
    flags: tuple[str, ...]


def mailbox(who: str, now: datetime) -> list[Seeded]:
    """What a person (`noor` or `tomas`) finds, oldest first. `now` has a time zone."""
    letters = chain(
        threads.letters(now), notes.letters(now), regulars.letters(now), newsletters.letters(now),
        scripts.letters(now), broken.letters(now), regulars.junk(now), _unfinished(now),
    )  # fmt: skip
    mine = [_place(letter, who, now) for letter in letters if who == letter.sender or who in letter.readers]
    return sorted(mine, key=lambda seeded: seeded.date)


def _place(letter: Letter, who: str, now: datetime) -> Seeded:
    if letter.folder == "Drafts":
        return Seeded("Drafts", letter.raw, letter.date, ("\\Draft", "\\Seen"))
    if letter.sender == who:
        return Seeded("Sent", letter.raw, letter.date, ("\\Seen",))
    old = letter.date < now - timedelta(days=INBOX_DAYS)
    folder = letter.folder if who == "noor" else ""
    seen = () if letter.unread else ("\\Seen",)
    answered = ("\\Answered",) if who in letter.answered_by else ()
    return Seeded(folder or ("Archive" if old else "INBOX"), letter.raw, letter.date, (*seen, *answered, *letter.flags))


def _unfinished(now: datetime) -> Iterator[Letter]:
    """Two drafts, and a letter in the bin."""
    first = Words(
        sender=person("noor"), to=[person("daniel")], subject="Re: Workshop: the goat", date=now - timedelta(hours=7),
        message_id="<draft.1@example.com>", text="Dear Daniel,\n\nA goat is not too difficult. A goat is mostly\n",
    )  # fmt: skip
    second = replace(
        first, to=[person("lotte")], subject="Bergen", date=now - timedelta(days=3), message_id="<draft.2@example.com>",
        text="Dear Lotte,\n\nis it raining? I ask as a printer.\n",
    )  # fmt: skip
    thrown = replace(
        first, sender=person("daniel"), to=[person("noor")], subject="Please ignore my last mail",
        date=now - timedelta(days=5), message_id="<ignore.1@okafor.example.net>",
        text="I found it. It was in the other folder, where you said it was.\n",
    )  # fmt: skip
    yield Letter(compose(first), first.date, "noor", (), folder="Drafts")
    yield Letter(compose(second), second.date, "noor", (), folder="Drafts")
    yield Letter(compose(thrown), thrown.date, "daniel", ("noor",), folder="Trash")
