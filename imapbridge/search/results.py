"""What was found, as rows: each conversation as its mailbox's list has it, with the message that was found in front."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from imapbridge.models import Body, MailboxThread, Message
from imapbridge.queries import FIRST_MESSAGE, Conversation, Shape, messages_of
from imapbridge.search.document import OCTETS, date_of, text_of
from imapbridge.search.index import Hit
from imapbridge.terms.part import Part


@dataclass(frozen=True, slots=True)
class Result:
    """One row. `conversation.message`, its subject, preview and date are those of the message that was found."""

    conversation: Conversation
    mailbox: int
    key: int


_ROWS = f"""
SELECT t.mailbox_id, m.id, t.thread, m.id, m.subject, t.senders, t.count, t.unread, t.flagged, m.has_attachment,
       m.preview, t.sort_at, t.state, t.keywords, t.whole
  FROM {Message._meta.db_table} m CROSS JOIN {MailboxThread._meta.db_table} t
 WHERE m.id IN ({{messages}}) AND t.mailbox_id IN ({{boxes}}) AND t.thread = m.thread AND t.count > 0
"""  # noqa: S608 - the tables' names are ours. SQLite takes CROSS JOIN in the order it stands in.
_ALONE = """
SELECT t.mailbox_id, {columns} FROM {rows} t WHERE t.latest_id IN ({messages}) AND t.mailbox_id IN ({boxes})
"""


def rows(hits: Sequence[Hit]) -> list[Result]:
    """In the order of the hits. What is gone meanwhile is left out. One query."""
    if not hits:
        return []
    boxes, messages = sorted({hit.mailbox for hit in hits}), [hit.message for hit in hits]
    statement = _ROWS.format(boxes=_places(boxes), messages=_places(messages))
    with connection.cursor() as cursor:
        cursor.execute(statement, [*messages, *boxes])
        return _in_order(hits, {(row[0], row[1]): Conversation._make(row[2:]) for row in cursor.fetchall()})


def messages(hits: Sequence[Hit], uses: Mapping[int, str]) -> list[Result]:
    """The same of each message by itself. `uses`: what each mailbox is for."""
    by_shape: dict[Shape, list[Hit]] = defaultdict(list)
    for hit in hits:
        by_shape[messages_of(uses[hit.mailbox])].append(hit)
    if not by_shape:
        return []
    parts, values = list[str](), list[int]()
    for shape, some in by_shape.items():
        boxes, named = sorted({hit.mailbox for hit in some}), [hit.message for hit in some]
        parts.append(_ALONE.format(**shape._asdict(), boxes=_places(boxes), messages=_places(named)))
        values += named + boxes
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        found = [(row[0], Conversation._make(row[1:])) for row in cursor.fetchall()]
    base = FIRST_MESSAGE
    return _in_order(hits, {(box, one.message): one._replace(thread=base + one.message) for box, one in found})


def _in_order(hits: Sequence[Hit], found: Mapping[tuple[int, int], Conversation]) -> list[Result]:
    return [
        Result(found[hit.mailbox, hit.message]._replace(sort_at=date_of(hit.key)), hit.mailbox, hit.key)
        for hit in hits
        if (hit.mailbox, hit.message) in found
    ]


def _places(values: Sequence[int]) -> str:
    return ", ".join(["%s"] * len(values))


_BODIES = f"""
SELECT b.message_id, m.structure, b.section, b.data
  FROM {Body._meta.db_table} b JOIN {Message._meta.db_table} m ON m.id = b.message_id
 WHERE b.message_id IN ({{messages}}) AND b.section <> 'HEADER' AND length(b.data) <= {OCTETS}
"""  # noqa: S608 - the tables' names are ours


def texts(messages: Sequence[int]) -> dict[int, str]:
    """The texts of messages, as far as they are cached: for showing what was found in them. One query."""
    if not messages:
        return {}
    held: dict[int, tuple[Part, dict[str, bytes]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_BODIES.format(messages=_places(messages)), list(messages))
        for message, structure, section, data in cursor.fetchall():
            if structure:
                held.setdefault(message, (Part.from_json(json.loads(structure)), {}))[1][section] = bytes(data)
    return {message: text_of(structure, bodies) for message, (structure, bodies) in held.items()}


def senders(messages: Sequence[int]) -> list[tuple[str, str]]:
    """Names and addresses of who wrote these messages, in their order. One query."""
    rows = Message.objects.filter(pk__in=messages).values_list("pk", "sender_name", "sender_address")
    found = {key: (name, address) for key, name, address in rows}
    return [found[key] for key in dict.fromkeys(messages) if key in found and found[key][1]]
