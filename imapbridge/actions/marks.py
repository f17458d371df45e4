"""Read marks and stars."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter

from django.db import connection

from imapbridge import events
from imapbridge.actions.owing import owe
from imapbridge.models import Entry, Mailbox, MailboxThread, PendingChange
from imapbridge.terms import flags
from imapbridge.writing import writing


def set_seen(account_id: int, messages: Collection[int], seen: bool) -> list[int]:
    """Mark messages as read or unread, in every mailbox that holds them. Returns the keys of the changes."""
    return _set(account_id, messages, "seen", flags.SEEN, seen)


def set_flagged(account_id: int, messages: Collection[int], flagged: bool) -> list[int]:
    """Put a star on messages, or take it away; like `set_seen`."""
    return _set(account_id, messages, "flagged", flags.FLAGGED, flagged)


# Written out: a mark waits for these on every message that is opened.
_DIFFERENT = """
SELECT e.mailbox_id, box.uid_validity, e.uid, e.thread FROM {entry} e JOIN {mailbox} box ON box.id = e.mailbox_id
 WHERE e.message_id IN ({messages}) AND e.account_id = %s AND NOT e.expunged AND {is_other}"""
_ENTRIES = "UPDATE {entry} SET state = %s, {column} = {wanted} WHERE mailbox_id = %s AND uid IN ({uids})"
_ROWS = "UPDATE {row} SET state = %s, {count} = {count} + %s WHERE mailbox_id = %s AND thread IN ({threads})"
_TABLES = {"entry": Entry._meta.db_table, "mailbox": Mailbox._meta.db_table, "row": MailboxThread._meta.db_table}
_COUNTS = {"seen": "unread", "flagged": "flagged"}
"""The column of a conversation's row that counts its entries by this flag."""
CHUNK = 500


def _set(account_id: int, messages: Collection[int], column: str, flag: str, wanted: bool) -> list[int]:
    changes = []
    with writing(account_id):
        found = _different(account_id, list(messages), column, wanted)
        for (mailbox, uid_validity), group in groupby(found, key=itemgetter(0, 1)):
            places = {uid: thread for _, _, uid, thread in group}
            _set_in(mailbox, places, column, wanted)
            change = owe(
                account_id, mailbox, PendingChange.Kind.FLAGS, places, uid_validity=uid_validity or 0,
                **{"add" if wanted else "remove": [flag]},
            )  # fmt: skip
            changes.append(change.pk)
    return changes


def _different(account_id: int, messages: list[int], column: str, wanted: bool) -> list[tuple[int, int, int, int]]:
    """(mailbox, its UIDVALIDITY, UID, thread) of every place of the messages where the flag is not as wanted."""
    found: list[tuple[int, int, int, int]] = []
    is_other = f"NOT e.{column}" if wanted else f"e.{column}"
    for start in range(0, len(messages), CHUNK):
        some = messages[start : start + CHUNK]
        statement = _DIFFERENT.format(**_TABLES, messages=_places(some), is_other=is_other)
        with connection.cursor() as cursor:
            cursor.execute(statement, [*some, account_id])
            found += cursor.fetchall()
    return sorted(found)


def _set_in(mailbox_id: int, places: Mapping[int, int], column: str, wanted: bool) -> None:
    """`places` are UIDs that really change, and their threads: so counts are moved on, and need not be made anew."""
    sign = -1 if (column == "seen" and wanted) or (column == "flagged" and not wanted) else 1
    state = events.raise_state(mailbox_id, unread=sign * len(places) if column == "seen" else 0)
    uids = list(places)
    value = "TRUE" if wanted else "FALSE"
    with connection.cursor() as cursor:
        for start in range(0, len(uids), CHUNK):
            some = uids[start : start + CHUNK]
            statement = _ENTRIES.format(**_TABLES, column=column, wanted=value, uids=_places(some))
            cursor.execute(statement, [state, mailbox_id, *some])
        for count, threads in _by_count(places.values()):
            statement = _ROWS.format(**_TABLES, count=_COUNTS[column], threads=_places(threads))
            cursor.execute(statement, [state, sign * count, mailbox_id, *threads])


def _by_count(threads: Collection[int]) -> Iterator[tuple[int, list[int]]]:
    """Conversations that occur equally often, together: most have one message, so few statements do."""
    counted = sorted((count, thread) for thread, count in Counter(threads).items())
    for count, group in groupby(counted, key=itemgetter(0)):
        some = [thread for _, thread in group]
        yield from ((count, some[start : start + CHUNK]) for start in range(0, len(some), CHUNK))


def _places(values: Sequence[object]) -> str:
    return ", ".join(["%s"] * len(values))
