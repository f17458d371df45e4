"""What the rows of a list are: conversations, or for who likes it so each message by itself.

A row of one shape has the columns of the other, so that every list is one statement for both. What is known by a number
in a list of messages is FIRST_MESSAGE and the message's: no conversation has one as high, and whoever is told of a row
knows which of the two it is, whatever its person has chosen since.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection

from imapbridge.models import Entry, MailboxThread, Message
from imapbridge.terms.special_use import SpecialUse

FIRST_MESSAGE = 10**19
"""The conversations' own numbers have 64 bits, with a sign."""


class Shape(NamedTuple):
    """`rows` stands for the table in a statement, `columns` are a Conversation's of a row `t` of it, and `base` is
    added to what a row is known by."""

    rows: str
    columns: str
    base: int


_LATEST = f"(SELECT {{}} FROM {Message._meta.db_table} m WHERE m.id = t.latest_id)"  # noqa: S608
# Looked up row by row: a planner whose statistics are from before a first sync would rather read all messages and join.
_COLUMNS = f"""
t.thread, t.latest_id, COALESCE({_LATEST.format("m.subject")}, ''), {{senders}}, t.count, t.unread, t.flagged,
{{attached}}, COALESCE({_LATEST.format("m.preview")}, ''), t.sort_at, t.state, t.keywords, t.whole
"""
CONVERSATIONS = Shape(
    MailboxThread._meta.db_table, _COLUMNS.format(senders="t.senders", attached="t.has_attachment"), 0
)
_MESSAGES = f"""(
SELECT e.mailbox_id, e.message_id AS thread, e.message_id AS latest_id, e.sort_at, 1 AS count,
       CASE WHEN e.seen THEN 0 ELSE 1 END AS unread, CASE WHEN e.flagged THEN 1 ELSE 0 END AS flagged,
       e.keywords, e.state, 1 AS whole
  FROM {Entry._meta.db_table} e WHERE NOT e.expunged)"""  # noqa: S608 - the table's name is ours
_WRITER = {
    "sqlite": "json_array(json_array(m.sender_name, m.sender_address))",
    "postgresql": "jsonb_build_array(jsonb_build_array(m.sender_name, m.sender_address))",
}
_READERS = {
    "sqlite": "COALESCE(json_extract(m.recipients, '$.to'), '[]')",
    "postgresql": "COALESCE(m.recipients -> 'to', '[]'::jsonb)",
}
_WRITTEN_HERE = {SpecialUse.SENT, SpecialUse.DRAFTS}


def messages_of(special_use: str) -> Shape:
    """Each message of a mailbox by itself. Of what was written here a row says whom it is for, else who wrote it."""
    people = (_READERS if special_use in _WRITTEN_HERE else _WRITER)[connection.vendor]
    columns = _COLUMNS.format(senders=_LATEST.format(people), attached=_LATEST.format("m.has_attachment"))
    return Shape(_MESSAGES, columns, FIRST_MESSAGE)


def is_message(key: int) -> bool:
    """Whether what a row is known by means a message by itself."""
    return key >= FIRST_MESSAGE
