"""The messages of an open conversation."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from imapbridge.models import Entry, Mailbox, Message
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


_APART = {SpecialUse.JUNK, SpecialUse.TRASH}
_FROM = f"""
  FROM {Message._meta.db_table} m JOIN {Entry._meta.db_table} e ON e.message_id = m.id
  JOIN {Mailbox._meta.db_table} box ON box.id = e.mailbox_id
 WHERE m.account_id = %s AND m.thread = %s AND NOT e.expunged AND NOT box.leaving"""
# Written out: for a conversation of few messages Django takes longer to make the statement than the rest takes.
_CONVERSATION = f"""
SELECT m.id, m.account_id, m.thread, m.subject, m.message_id, m.date, m.size, m.sender_name, m.sender_address,
       m.recipients, m.structure, m.has_attachment, m.preview, m.list_id, e.sort_at, e.seen, e.flagged, e.answered,
       e.draft, e.keywords, e.mailbox_id, box.special_use {_FROM} ORDER BY e.sort_at, m.id, e.mailbox_id
"""
_MARKS = f"SELECT m.id, e.seen, e.flagged, box.special_use {_FROM}"


def conversation(account_id: int, thread: int, opened: int = 0) -> list[MessageItem]:
    """The messages of a conversation, oldest first, across mailboxes. One query.

    What lies in Junk or Trash is left out, unless the message `opened` lies there too.
    """
    found = [(message, vars(message)) for message in Message.objects.raw(_CONVERSATION, [account_id, thread])]
    wanted = {place["special_use"] for message, place in found if message.pk == opened} & _APART
    places: dict[int, list[tuple[Message, dict[str, Any]]]] = {}
    for message, place in found:
        if place["special_use"] not in _APART or place["special_use"] in wanted:
            places.setdefault(message.pk, []).append((message, place))
    return [_item(rows[0][0], [place for _, place in rows]) for rows in places.values()]


def marks(account_id: int, thread: int, opened: int = 0) -> list[tuple[int, bool, bool]]:
    """(message, seen, flagged) of what `conversation` shows, and nothing else of it. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_MARKS, [account_id, thread])
        found = cursor.fetchall()
    wanted = {row[3] for row in found if row[0] == opened} & _APART
    shown = [row for row in found if row[3] not in _APART or row[3] in wanted]
    unseen = {row[0] for row in shown if not row[1]}
    starred = {row[0] for row in shown if row[2]}
    return [(message, message not in unseen, message in starred) for message in sorted({row[0] for row in shown})]


def _item(message: Message, places: list[dict[str, Any]]) -> MessageItem:
    """The message, with what its places say of it."""
    return MessageItem(
        message.pk, message.thread, message.subject, message.message_id, message.date, places[0]["sort_at"],
        message.size, message.sender_name, message.sender_address, message.recipients,
        Part.from_json(message.structure) if message.structure else None, message.has_attachment, message.preview,
        message.list_id,
        seen=all(place["seen"] for place in places), flagged=any(place["flagged"] for place in places),
        answered=any(place["answered"] for place in places), draft=any(place["draft"] for place in places),
        keywords=sorted({word for place in places for word in json.loads(place["keywords"])}),
        mailboxes=[place["mailbox_id"] for place in places],
    )  # fmt: skip
