"""Whether what a server tells is news: it tells of flags, too, that somebody changed here, and that stand in the index.

Only what is surely known is passed over. Anything else, and whatever is not understood, is for the next sync.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from imapbridge.models import Entry, Mailbox
from imapbridge.sync.content import FLAG_COLUMNS, FlagValues
from imapbridge.wire.fetched import Fetched
from imapbridge.wire.state import Event

MOST = 20
"""Messages of which it is looked up; of more a sync is no dearer."""
_HELD = f"""
SELECT held.uid, {", ".join(f"held.{name}" for name in FLAG_COLUMNS)}
  FROM {Mailbox._meta.db_table} box JOIN {Entry._meta.db_table} held ON held.mailbox_id = box.id
 WHERE box.account_id = %s AND box.raw_name = %s AND box.uid_validity = %s AND NOT held.expunged AND held.uid IN ({{}})
"""  # noqa: S608 - the names are ours


def is_news(account_id: int, raw_name: bytes, uid_validity: int | None, events: Sequence[Event]) -> bool:
    """Whether the index lacks any of it. Blocking."""
    said: dict[int, frozenset[str]] = {}
    for event in events:
        if not isinstance(event, Fetched) or not event.uid or event.flags is None:
            return True
        said[event.uid] = event.flags
    if len(said) > MOST:
        return True
    held = _held(account_id, raw_name, uid_validity, list(said))
    return any(held.get(uid) != FlagValues.of(flags) for uid, flags in said.items())


def _held(account_id: int, raw_name: bytes, uid_validity: int | None, uids: list[int]) -> dict[int, FlagValues]:
    with connection.cursor() as cursor:
        cursor.execute(_HELD.format(", ".join(["%s"] * len(uids))), [account_id, raw_name, uid_validity, *uids])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return {uid: FlagValues.of_columns(*marks) for uid, *marks in ((*row[:6], json.loads(row[6])) for row in rows)}
