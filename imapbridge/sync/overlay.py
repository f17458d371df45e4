"""What people did that the server need not know of yet when it said how a mailbox is: to be laid over what it said.

Reads only; in the caller's turn.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import connection

from imapbridge.models import PendingChange
from imapbridge.sync.places import TAKES_AWAY, Kind
from imapbridge.terms.uids import UidSet

_OWED = f"""
SELECT kind, uids, "add", remove FROM {PendingChange._meta.db_table}
WHERE mailbox_id = %s AND (kind IN (%s, %s) OR kind = %s AND (confirmed_at IS NULL OR confirmed_at >= %s))
ORDER BY id
"""  # noqa: S608 - the table's name is ours


class Overlay:
    """The changes of one mailbox that were not confirmed at a moment."""

    def __init__(self, owed: Iterable[tuple[Any, ...]] = ()) -> None:
        self.away = UidSet()
        """UIDs that people took away. Also those confirmed a little ago: what still tells of them is older."""
        self._flags: list[tuple[UidSet, set[str], set[str]]] = []
        for kind, uids, add, remove in owed:
            if kind == Kind.FLAGS:
                self._flags.append((UidSet.parse(uids), set(json.loads(add)), set(json.loads(remove))))
            else:
                self.away |= UidSet.parse(uids)

    @classmethod
    def of(cls, mailbox_id: int, fetched_at: datetime) -> Overlay:
        with connection.cursor() as cursor:
            moment = connection.ops.adapt_datetimefield_value(fetched_at)
            cursor.execute(_OWED, [mailbox_id, *TAKES_AWAY, Kind.FLAGS, moment])
            return cls(cursor.fetchall())

    def over(self, uid: int, said: Collection[str]) -> Collection[str]:
        """The flags of a message of which the server said that they are `said`."""
        words = said
        for uids, add, remove in self._flags:
            if uid in uids:
                words = ({*words} | add) - remove
        return words
