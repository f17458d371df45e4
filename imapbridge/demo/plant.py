"""Puts the seed into a fresh server, once, over IMAP: the same for every server. What people wait for comes first."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from pathlib import Path

from imapbridge.demo import seed
from imapbridge.demo.mailer import append, signed_in
from imapbridge.demo.people import PEOPLE
from imapbridge.demo.seed import Seeded

log = logging.getLogger(__name__)


def is_planted(folder: Path) -> bool:
    """False also after a planting that was interrupted: the server then begins anew."""
    return (folder / "planted").exists()


def plant(folder: Path, port: int) -> None:
    """Fill the mailboxes of both people: the inbox first, and within a mailbox in the order in which mail came."""
    now = datetime.now().astimezone()
    for address, who in PEOPLE.items():
        _fill(port, address, seed.mailbox(who, now))
    (folder / "planted").touch()


def _fill(port: int, address: str, messages: Iterable[Seeded]) -> None:
    by_mailbox = {name: list(group) for name, group in groupby(sorted(messages, key=_place), key=_place)}
    with signed_in(port, address) as client:
        for name in seed.MAILBOXES:
            client.create(f'"{name}"')
            client.subscribe(f'"{name}"')
            for message in by_mailbox.get(name, ()):
                append(client, name, message.raw, message.date, message.flags)
    log.info("planted %d messages for %s", sum(map(len, by_mailbox.values())), address)


def _place(message: Seeded) -> str:
    return message.mailbox
