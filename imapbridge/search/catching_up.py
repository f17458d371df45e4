"""Writes the words of what came since the last time: messages, and bodies that were cached of them meanwhile.

Apart from the sync, which it would slow down: a message is on the screen first, and found a moment later. How far it is
stands in the Mirror, written in the transaction of the words, so that whoever is killed has lost one batch; an index
that was there before there was a search is caught up with in the same way.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.utils import timezone

from imapbridge.models import Body, Entry, Message, MessageText, Mirror
from imapbridge.search.document import Document, Facts, document
from imapbridge.search.fulltext import engine
from imapbridge.writing import writing

BATCH = 500
FAR = 200
"""Keys that others have taken since: so many are not read again each time."""
SETTLED = timedelta(seconds=5)
"""Bodies are written by many, not in the order of their keys: so long after, no lower key is to come."""

_M, _E, _B = Message._meta.db_table, Entry._meta.db_table, Body._meta.db_table
_FACTS = f"""
SELECT m.id, m.account_id, COALESCE((SELECT max(e.sort_at) FROM {_E} e WHERE e.message_id = m.id), 0),
       m.sender_name, m.sender_address, m.recipients, m.subject, m.preview, m.structure, m.has_attachment, m.list_id
  FROM {_M} m WHERE m.account_id = %s AND {{wanted}} ORDER BY m.id LIMIT {BATCH}
"""  # noqa: S608 - the tables' names are ours
_BODIES = f"""
SELECT id, message_id FROM {_B} WHERE account_id = %s AND id > %s AND fetched_at < %s ORDER BY id LIMIT {BATCH}
"""  # noqa: S608 - the tables' names are ours
_HELD = f"SELECT message_id, section, data FROM {_B} WHERE message_id IN ({{}}) AND section <> 'HEADER'"  # noqa: S608


def catch_up(account_id: int) -> bool:
    """One batch. Whether there may be more. Idempotent."""
    with writing(account_id):
        mirror, _ = Mirror.objects.get_or_create(account_id=account_id)
        return _messages(mirror) or (settings.ENV.index_bodies and _bodies(mirror))


def lacks(account_id: int) -> bool:
    """Whether a message waits for its words."""
    read = Mirror.objects.filter(account=account_id).values_list("messages_read", flat=True).first()
    return Message.objects.filter(account=account_id, pk__gt=read or 0).exists()


def begin_anew(account_id: int) -> None:
    """Forget all words of the account: `catch_up` makes them again."""
    with writing(account_id):
        MessageText.objects.filter(account=account_id).delete()
        Mirror.objects.filter(account=account_id).update(messages_read=0, bodies_read=0)


def _messages(mirror: Mirror) -> bool:
    facts = _facts(mirror.account_id, "m.id > %s", [mirror.messages_read])
    if facts:
        _write(facts)
        Mirror.objects.filter(pk=mirror.pk).update(messages_read=facts[-1].id)
    elif (last := Message.objects.aggregate(last=Max("pk"))["last"] or 0) - mirror.messages_read > FAR:
        # All of others': in this account's turn none of its own is on its way.
        Mirror.objects.filter(pk=mirror.pk).update(messages_read=last)
    return len(facts) == BATCH


def _bodies(mirror: Mirror) -> bool:
    with connection.cursor() as cursor:
        settled = connection.ops.adapt_datetimefield_value(timezone.now() - SETTLED)
        cursor.execute(_BODIES, [mirror.account_id, mirror.bodies_read, settled])
        found = cursor.fetchall()
    if found:
        messages = sorted({message for _, message in found})
        _write(_facts(mirror.account_id, f"m.id IN ({_places(messages)})", messages))
        Mirror.objects.filter(pk=mirror.pk).update(bodies_read=found[-1][0])
    return len(found) == BATCH


def _facts(account_id: int, wanted: str, values: list[int]) -> list[Facts]:
    with connection.cursor() as cursor:
        cursor.execute(_FACTS.format(wanted=wanted), [account_id, *values])
        return [Facts._make(row) for row in cursor.fetchall()]


def _write(facts: list[Facts]) -> None:
    held = _held([one.id for one in facts]) if settings.ENV.index_bodies else {}
    documents: list[Document] = [document(one, held.get(one.id)) for one in facts]
    engine().write(sorted(documents, key=lambda one: one.key))


def _held(messages: list[int]) -> dict[int, dict[str, bytes]]:
    """The cached parts of these messages."""
    found: dict[int, dict[str, bytes]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_HELD.format(_places(messages)), messages)
        for message, section, data in cursor.fetchall():
            found[message][section] = bytes(data)
    return found


def _places(values: list[Any]) -> str:
    return ", ".join(["%s"] * len(values))
