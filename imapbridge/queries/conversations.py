"""A mailbox's list of conversations: pages by keyset, and what changed since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from django.db import connection
from django.db.models import Q

from imapbridge.models import Mailbox, MailboxThread, Message

Only = Literal["", "unread", "starred"]
PAGE = 50
CHANGES_LIMIT = 500
"""More changed rows than this and a page is better fetched anew."""


class Conversation(NamedTuple):
    """A row of a mailbox's list, as the database has it. Hashable: equal rows look the same."""

    thread: int
    message: int
    subject: str
    senders: str
    """`[[name, address], ...]` as JSON: most rows were printed before, and need not be read again."""
    total: int
    """Messages in this mailbox."""
    unread: int
    flagged: int
    has_attachment: bool
    preview: str
    sort_at: int
    state: int
    keywords: str = "[]"
    """Of its messages here, as JSON."""
    whole: int = 0
    """Messages in all mailboxes."""


@dataclass(frozen=True, slots=True)
class ConversationPage:
    """Up to `limit` rows in order. `next` is the cursor of the page after, empty at the end."""

    rows: list[Conversation]
    next: str
    state: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different in a mailbox's list since a state."""

    rows: list[Conversation]
    removed: list[int]
    state: int
    too_many: bool


_LATEST = f"COALESCE((SELECT m.{{}} FROM {Message._meta.db_table} m WHERE m.id = t.latest_id), '')"  # noqa: S608
# Looked up row by row: a planner whose statistics are from before a first sync would rather read all messages and join.
COLUMNS = f"""
t.thread, t.latest_id, {_LATEST.format("subject")}, t.senders, t.count, t.unread, t.flagged, t.has_attachment,
{_LATEST.format("preview")}, t.sort_at, t.state, t.keywords, t.whole
"""
"""A Conversation's, of a row `t`."""
# The inner LIMIT comes first, so that nothing is looked up for rows that are not of the page.
_ROWS = f"""
SELECT {COLUMNS}
FROM (SELECT * FROM {MailboxThread._meta.db_table} t WHERE t.mailbox_id = %s {{wanted}} ORDER BY {{order}} LIMIT %s) t
ORDER BY {{order}}
"""  # noqa: S608 - the tables' names are ours
_PLACE = f"""
SELECT t.sort_at, t.thread FROM {MailboxThread._meta.db_table} t WHERE t.mailbox_id = %s AND t.count > 0
"""  # noqa: S608 - the table's name is ours
ONLY = {"": "", "unread": " AND t.unread > 0", "starred": " AND t.flagged > 0"}
"""What a filter asks of a row `t`."""
# The first condition is implied by the second; it is what lets SQLite begin in the middle of the index.
BELOW = " AND t.sort_at <= %s AND (t.sort_at < %s OR t.thread < %s)"
NOT_BELOW = " AND t.sort_at >= %s AND (t.sort_at > %s OR t.thread >= %s)"
NEWEST_FIRST = "t.sort_at DESC, t.thread DESC"
OLDEST_FIRST = "t.sort_at, t.thread"


def only_of(only: str) -> Q:
    """The same of a MailboxThread."""
    return {"unread": Q(unread__gt=0), "starred": Q(flagged__gt=0)}.get(only, Q())


def conversations(
    mailbox_id: int, before: str = "", only: Only = "", limit: int = PAGE, state: int | None = None
) -> ConversationPage:
    """A page of the list by keyset: what sorts after the cursor `before`. One query for rows, one for the state.

    `state` is the mailbox's when it was read just before, which saves that query. A cursor that is not one of ours
    counts as none.
    """
    if state is None:
        state = Mailbox.objects.values_list("state", flat=True).get(pk=mailbox_id)
    wanted, values = " AND t.count > 0" + ONLY[only], [mailbox_id]
    if cursor := cursor_of(before):
        at, thread = cursor
        wanted, values = wanted + BELOW, [*values, at, at, thread]
    found = _rows(_ROWS.format(wanted=wanted, order=NEWEST_FIRST), [*values, limit + 1])
    more = len(found) > limit
    found = found[:limit]
    return ConversationPage(found, f"{found[-1].sort_at}.{found[-1].thread}" if more else "", state)


def page_above(mailbox_id: int, before: str, only: Only = "", limit: int = PAGE) -> str:
    """The cursor of the page that ends where the page of the cursor `before` begins; empty for the first. One query."""
    if (cursor := cursor_of(before)) is None:
        return ""
    at, thread = cursor
    statement = _PLACE + ONLY[only] + NOT_BELOW + f" ORDER BY {OLDEST_FIRST} LIMIT 1 OFFSET %s"
    with connection.cursor() as found:
        found.execute(statement, [mailbox_id, at, at, thread, limit])
        return ".".join(map(str, found.fetchone() or ()))


def _rows(statement: str, values: Sequence[int]) -> list[Conversation]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [Conversation._make(row) for row in cursor.fetchall()]


def cursor_of(before: str) -> tuple[int, int] | None:
    """What a cursor says: `sort_at` and conversation; None for what is none of ours."""
    at, _, thread = before.partition(".")
    try:
        cursor = int(at), int(thread)
    except ValueError:
        return None
    return cursor if all(abs(number) < 2**63 for number in cursor) else None


def changes(mailbox_id: int, since: int) -> Changes:
    """What changed in the list after state `since`: rows to put in place and threads to take out. Two queries."""
    state, known_from = Mailbox.objects.values_list("state", "changes_from").get(pk=mailbox_id)
    if not known_from <= since <= state:
        return Changes([], [], state, too_many=True)
    statement = _ROWS.format(wanted=" AND t.state > %s", order="t.state")
    rows = _rows(statement, [mailbox_id, since, CHANGES_LIMIT + 1])
    if len(rows) > CHANGES_LIMIT:
        return Changes([], [], state, too_many=True)
    rows.sort(key=lambda row: (row.sort_at, row.thread), reverse=True)
    return Changes(
        [row for row in rows if row.total], [row.thread for row in rows if not row.total], state, too_many=False
    )


def neighbours(mailbox_id: int, thread: int) -> tuple[int | None, int | None]:
    """The messages to open for the newer and the older conversation beside this one. Up to three queries."""
    at = MailboxThread.objects.filter(mailbox=mailbox_id, thread=thread).values_list("sort_at", flat=True).first()
    if at is None:
        return None, None
    rows = MailboxThread.objects.filter(mailbox=mailbox_id, count__gt=0)
    newer = rows.filter(Q(sort_at__gt=at) | Q(sort_at=at, thread__gt=thread), sort_at__gte=at)
    older = rows.filter(Q(sort_at__lt=at) | Q(sort_at=at, thread__lt=thread), sort_at__lte=at)
    return (
        newer.order_by("sort_at", "thread").values_list("latest_id", flat=True).first(),
        older.order_by("-sort_at", "-thread").values_list("latest_id", flat=True).first(),
    )
