"""The poor server's mail on disk: one SQLite file. Knows rows and bytes, nothing of IMAP."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS mailbox (
    id INTEGER PRIMARY KEY, user TEXT NOT NULL, name TEXT NOT NULL, uid_validity INTEGER NOT NULL,
    last_uid INTEGER NOT NULL DEFAULT 0, subscribed INTEGER NOT NULL DEFAULT 1, UNIQUE (user, name));
CREATE TABLE IF NOT EXISTS message (
    mailbox INTEGER NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE, uid INTEGER NOT NULL, date TEXT NOT NULL,
    flags TEXT NOT NULL, raw BLOB NOT NULL, PRIMARY KEY (mailbox, uid)) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class MailboxRow:
    """A mailbox; `last_uid` is the highest UID ever given."""

    id: int
    name: str
    uid_validity: int
    last_uid: int
    subscribed: bool


@dataclass(frozen=True)
class MessageRow:
    """A message; `flags` as IMAP writes them."""

    uid: int
    date: datetime
    flags: tuple[str, ...]
    raw: bytes


class Store:
    """Every method is one transaction."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; {SCHEMA}")

    def mailboxes(self, user: str) -> list[MailboxRow]:
        """In the order in which they were made."""
        sql = "SELECT id, name, uid_validity, last_uid, subscribed FROM mailbox WHERE user = ? ORDER BY id"
        rows = self._db.execute(sql, (user,))
        return [MailboxRow(key, name, validity, uid, bool(wanted)) for key, name, validity, uid, wanted in rows]

    def messages(self, mailbox: int) -> Iterable[MessageRow]:
        """By UID."""
        sql = "SELECT uid, date, flags, raw FROM message WHERE mailbox = ? ORDER BY uid"
        for uid, date, flags, raw in self._db.execute(sql, (mailbox,)):
            yield MessageRow(uid, datetime.fromisoformat(date), tuple(flags.split()), raw)

    def add_mailbox(self, user: str, name: str) -> MailboxRow:
        """A new, empty one, with a UIDVALIDITY that no earlier one of that name had."""
        sql = "INSERT INTO mailbox (user, name, uid_validity) VALUES (?, ?, ?) RETURNING id"
        validity = int(time.time())
        (key,) = self._db.execute(sql, (user, name, validity)).fetchone()
        return MailboxRow(key, name, validity, 0, subscribed=True)

    def rename(self, mailbox: int, name: str) -> None:
        self._db.execute("UPDATE mailbox SET name = ? WHERE id = ?", (name, mailbox))

    def subscribe(self, mailbox: int, subscribed: bool) -> None:
        self._db.execute("UPDATE mailbox SET subscribed = ? WHERE id = ?", (subscribed, mailbox))

    def remove_mailbox(self, mailbox: int) -> None:
        """With all that is in it."""
        self._db.execute("DELETE FROM mailbox WHERE id = ?", (mailbox,))

    def add(self, mailbox: int, row: MessageRow) -> None:
        """Store a message; its UID becomes the mailbox's highest."""
        self._db.execute("BEGIN")
        sql = "INSERT INTO message (mailbox, uid, date, flags, raw) VALUES (?, ?, ?, ?, ?)"
        self._db.execute(sql, (mailbox, row.uid, row.date.isoformat(), " ".join(row.flags), row.raw))
        self._db.execute("UPDATE mailbox SET last_uid = ? WHERE id = ?", (row.uid, mailbox))
        self._db.execute("COMMIT")

    def set_flags(self, mailbox: int, uid: int, flags: Iterable[str]) -> None:
        sql = "UPDATE message SET flags = ? WHERE mailbox = ? AND uid = ?"
        self._db.execute(sql, (" ".join(flags), mailbox, uid))

    def remove(self, mailbox: int, uids: Iterable[int]) -> None:
        self._db.executemany("DELETE FROM message WHERE mailbox = ? AND uid = ?", [(mailbox, uid) for uid in uids])
