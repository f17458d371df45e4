"""Joins replies that do not name what they answer, as some programs send them, to conversations by their subject.

Such a stray reply belongs to every message with the same base subject within 30 days that shares a person with it, the
account's own aside. The relation does not depend on which of the two is seen first, and nothing else is joined by
subject: two newsletters never are. Where the server names conversations itself it is not used.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from accounts.models import MailAccount
from imapbridge.models import Message
from imapbridge.sync.content import Content
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
    topics = [_topic(account, one.relations.own, one.columns) for one in contents]
    around: dict[int, list[_Topic]] = {}
    for topic in (*_stored(account, [topic for topic in topics if topic]), *filter(None, topics)):
        around.setdefault(topic.key, []).append(topic)
    return [_with(one.relations, topic, around) for one, topic in zip(contents, topics, strict=True)]


def _with(relations: Relations, topic: _Topic | None, around: dict[int, list[_Topic]]) -> Relations:
    near = [other for other in around[topic.key] if topic.meets(other)] if topic else []
    if not topic or not near:
        return relations
    near.sort(key=lambda other: (abs(other.at - topic.at), other.own))
    return replace(relations, others=(*relations.others, *(other.own for other in near[:MOST])))


def _stored(account: MailAccount, topics: list[_Topic]) -> Iterable[_Topic]:
    """What the index holds: around the stray replies everything, around the others stray replies."""
    strays = {topic.key for topic in topics if topic.stray}
    held = Message.objects.filter(account=account)
    found: dict[str, _Topic] = {}
    for rows in (
        held.filter(subject_key__in=strays) if strays else held.none(),
        held.filter(stray=True, subject_key__in={topic.key for topic in topics}),
    ):
        for row in rows.values(*_COLUMNS):
            topic = _topic(account, row["message_id"] or f"key:{bytes(row['content_key']).hex()}", row)
            if topic:
                found[topic.own] = topic
    return found.values()


def _topic(account: MailAccount, own: str, columns: dict[str, Any]) -> _Topic | None:
    """None for what nothing is joined to: no subject, no date, or nobody else in it."""
    if columns["subject_key"] is None or columns["date"] is None:
        return None
    people = columns["recipients"]
    everybody = {address.lower() for name in ("from", "to", "cc") for _, address in people.get(name, ())}
    others = frozenset(everybody - {account.address, ""})
    return _Topic(own, columns["subject_key"], columns["stray"], columns["date"], others) if others else None
