"""Joins replies that do not name what they answer, as some programs send them, to conversations by their subject.

Such a stray reply belongs to every message with the same base subject within 30 days that shares a person with it, the
account's own aside. The relation does not depend on which of the two is seen first, and nothing else is joined by
subject: two newsletters never are. Where the server names conversations itself it is not used.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.models import MailAccount
from imapbridge.models import Message
from imapbridge.sync.content import Content
from imapbridge.sync.rows import select_in
from imapbridge.sync.threads import Relations

APART = timedelta(days=30)
MOST = 200
"""Of one batch: the nearest messages that a stray reply is joined to."""
_COLUMNS = ("subject_key", "stray", "date", "recipients", "message_id", "content_key")


@dataclass(frozen=True, slots=True)
class _Topic:
    own: str
    key: int
    stray: bool
    at: datetime
    people: frozenset[str]

    def meets(self, other: _Topic) -> bool:
        return (
            (self.stray or other.stray)
            and self.own != other.own
            and abs(self.at - other.at) <= APART
            and not self.people.isdisjoint(other.people)
        )


def related(account: MailAccount, contents: Sequence[Content]) -> list[Relations]:
    """What each message says of its relatives, with those that it is joined to by subject, in the same order."""
    around = _around(account, contents)
    return [_with(account, one, around) for one in contents]


def _around(account: MailAccount, contents: Sequence[Content]) -> dict[int, dict[str, _Topic]]:
    """For the subjects that have a stray reply, in the batch or in the index: every message with it, by its own id."""
    keys = {one.columns["subject_key"] for one in contents} - {None}
    strays = {one.columns["subject_key"] for one in contents if one.columns["stray"]} - {None}
    rows = select_in(Message, _COLUMNS, "subject_key", keys, account=account.pk, stray=True)
    rows += select_in(Message, _COLUMNS, "subject_key", strays, account=account.pk)
    around: dict[int, dict[str, _Topic]] = {key: {} for key in strays | {row[0] for row in rows}}
    for row in rows:
        columns = dict(zip(_COLUMNS, row, strict=True))
        columns |= {"recipients": json.loads(columns["recipients"]), "date": _moment(columns["date"])}
        _put(around, _topic(account, columns["message_id"] or f"key:{bytes(columns['content_key']).hex()}", columns))
    for one in contents if around else ():
        if one.columns["subject_key"] in around:
            _put(around, _topic(account, one.relations.own, one.columns))
    return around


def _put(around: dict[int, dict[str, _Topic]], topic: _Topic | None) -> None:
    if topic:
        around[topic.key][topic.own] = topic


def _moment(value: Any) -> datetime | None:
    """A statement of our own gets moments as SQLite's text, or as PostgreSQL's values."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.replace(tzinfo=value.tzinfo or UTC) if value else None


def _with(account: MailAccount, content: Content, around: dict[int, dict[str, _Topic]]) -> Relations:
    topics = around.get(content.columns["subject_key"])
    topic = _topic(account, content.relations.own, content.columns) if topics else None
    if not topics or not topic:
        return content.relations
    near = [other for other in topics.values() if topic.meets(other)]
    near.sort(key=lambda other: (abs(other.at - topic.at), other.own))
    others = (*content.relations.others, *(other.own for other in near[:MOST]))
    return replace(content.relations, others=others)


def _topic(account: MailAccount, own: str, columns: dict[str, Any]) -> _Topic | None:
    """None for what nothing is joined to: no subject, no date, or nobody else in it."""
    if columns["subject_key"] is None or columns["date"] is None:
        return None
    people = columns["recipients"]
    everybody = {address.lower() for name in ("from", "to", "cc") for _, address in people.get(name, ())}
    others = frozenset(everybody - {account.address, ""})
    return _Topic(own, columns["subject_key"], columns["stray"], columns["date"], others) if others else None
