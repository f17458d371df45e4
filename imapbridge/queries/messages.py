"""The messages of an open conversation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from imapbridge.models import Entry
from imapbridge.terms.part import Part
from imapbridge.terms.special_use import SpecialUse


@dataclass(frozen=True, slots=True)
class MessageItem:
    """A message of an open conversation, its places merged."""

    id: int
    thread: int
    subject: str
    message_id: str
    date: datetime | None
    sort_at: int
    size: int
    sender_name: str
    sender_address: str
    recipients: dict[str, list[list[str]]]
    structure: Part | None
    has_attachment: bool
    preview: str
    list_id: str
    seen: bool
    flagged: bool
    answered: bool
    draft: bool
    keywords: list[str]
    mailboxes: list[int]


_MESSAGE = (
    "message_id", "message__thread", "message__subject", "message__message_id", "message__date", "sort_at",
    "message__size", "message__sender_name", "message__sender_address", "message__recipients", "message__structure",
    "message__has_attachment", "message__preview", "message__list_id", "seen", "flagged", "answered", "draft",
    "keywords", "mailbox_id", "mailbox__special_use",
)  # fmt: skip
_APART = {SpecialUse.JUNK, SpecialUse.TRASH}


def conversation(account_id: int, thread: int, opened: int = 0) -> list[MessageItem]:
    """The messages of a conversation, oldest first, across mailboxes. One query.

    What lies in Junk or Trash is left out, unless the message `opened` lies there too.
    """
    rows = Entry.objects.filter(account=account_id, message__account=account_id, message__thread=thread, expunged=False)
    found = list(rows.order_by("sort_at", "message_id", "mailbox_id").values_list(*_MESSAGE))
    wanted = {row[-1] for row in found if row[0] == opened} & _APART
    places: dict[int, list[tuple[Any, ...]]] = {}
    for row in found:
        if row[-1] not in _APART or row[-1] in wanted:
            places.setdefault(row[0], []).append(row)
    return [_message_item(rows) for rows in places.values()]


def marks(account_id: int, thread: int, opened: int = 0) -> list[tuple[int, bool, bool]]:
    """(message, seen, flagged) of what `conversation` shows, and nothing else of it. One query."""
    rows = Entry.objects.filter(message__account=account_id, message__thread=thread, expunged=False)
    found = list(rows.values_list("message_id", "seen", "flagged", "mailbox__special_use"))
    wanted = {row[-1] for row in found if row[0] == opened} & _APART
    shown = [row for row in found if row[-1] not in _APART or row[-1] in wanted]
    unseen = {row[0] for row in shown if not row[1]}
    starred = {row[0] for row in shown if row[2]}
    return [(message, message not in unseen, message in starred) for message in sorted({row[0] for row in shown})]


def _message_item(rows: list[tuple[Any, ...]]) -> MessageItem:
    ident, thread, subject, message_id, date, sort_at, size, name, address, recipients, structure, *rest = rows[0]
    has_attachment, preview, list_id = rest[:3]
    return MessageItem(
        ident, thread, subject, message_id, date, sort_at, size, name, address, recipients,
        Part.from_json(structure) if structure else None, has_attachment, preview, list_id,
        seen=all(row[14] for row in rows), flagged=any(row[15] for row in rows), answered=any(row[16] for row in rows),
        draft=any(row[17] for row in rows), keywords=sorted({word for row in rows for word in row[18]}),
        mailboxes=[row[19] for row in rows],
    )  # fmt: skip
