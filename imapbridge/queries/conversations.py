"""A mailbox's list of conversations, or of messages by themselves: pages by keyset, and what changed since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet

from imapbridge.models import Entry, Mailbox, MailboxThread, Message
from imapbridge.queries.shapes import CONVERSATIONS, FIRST_MESSAGE, Shape, is_message

Only = Literal["", "unread", "starred"]
PAGE = 50
CHANGES_LIMIT = 500
"""More changed rows than this and a page is better fetched anew."""


class Conversation(NamedTuple):
    """A row of a mailbox's list, as the database has it. Hashable: equal rows look the same."""

    thread: int
    """What the row is known by: the conversation; where messages stand by themselves, FIRST_MESSAGE and the message."""
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


GONE = Conversation(0, 0, "", "[]", 0, 0, 0, False, "", 0, 0)
"""A row that is in the list no more, but for what it was known by."""


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


# The inner LIMIT comes first, so that nothing is looked up for rows that are not of the page.
_ROWS = """
SELECT {shape.columns}
FROM (SELECT * FROM {shape.rows} t WHERE t.mailbox_id = %s {wanted} ORDER BY {order} LIMIT %s) t
ORDER BY {order}
"""
_PLACE = "SELECT t.sort_at, t.thread FROM {shape.rows} t WHERE t.mailbox_id = %s AND t.count > 0"
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
    mailbox_id: int,
    before: str = "",
    only: Only = "",
    limit: int = PAGE,
    state: int | None = None,
    shape: Shape = CONVERSATIONS,
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
    found = rows_of(_ROWS.format(shape=shape, wanted=wanted, order=NEWEST_FIRST), [*values, limit + 1])
    more = len(found) > limit
    found = found[:limit]
    return ConversationPage(known(found, shape), f"{found[-1].sort_at}.{found[-1].thread}" if more else "", state)


def page_above(mailbox_id: int, before: str, only: Only = "", limit: int = PAGE, shape: Shape = CONVERSATIONS) -> str:
    """The cursor of the page that ends where the page of the cursor `before` begins; empty for the first. One query."""
    if (cursor := cursor_of(before)) is None:
        return ""
    at, thread = cursor
    statement = _PLACE.format(shape=shape) + ONLY[only] + NOT_BELOW + f" ORDER BY {OLDEST_FIRST} LIMIT 1 OFFSET %s"
    with connection.cursor() as found:
        found.execute(statement, [mailbox_id, at, at, thread, limit])
        return ".".join(map(str, found.fetchone() or ()))


def rows_of(statement: str, values: Sequence[int]) -> list[Conversation]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [Conversation._make(row) for row in cursor.fetchall()]


def known(rows: list[Conversation], shape: Shape) -> list[Conversation]:
    """With what each is known by on the page. A message that a mailbox has twice is there once."""
    if not shape.base:
        return rows
    once: dict[int, Conversation] = {}
    for row in rows:
        first = once.setdefault(row.thread, row._replace(thread=shape.base + row.thread))
        once[row.thread] = first._replace(unread=max(first.unread, row.unread), flagged=max(first.flagged, row.flagged))
    return list(once.values())


def cursor_of(before: str) -> tuple[int, int] | None:
    """What a cursor says: `sort_at` and conversation; None for what is none of ours."""
    at, _, thread = before.partition(".")
    try:
        cursor = int(at), int(thread)
    except ValueError:
        return None
    return cursor if all(abs(number) < 2**63 for number in cursor) else None


def changes(mailbox_id: int, since: int, shape: Shape = CONVERSATIONS) -> Changes:
    """What changed in the list after state `since`: rows to put in place and keys to take out. Two queries; three where
    messages stand by themselves."""
    state, known_from = Mailbox.objects.values_list("state", "changes_from").get(pk=mailbox_id)
    if not known_from <= since <= state:
        return Changes([], [], state, too_many=True)
    if shape.base:
        return _changed_messages(mailbox_id, since, shape, state)
    statement = _ROWS.format(shape=shape, wanted=" AND t.state > %s", order="t.state")
    rows = rows_of(statement, [mailbox_id, since, CHANGES_LIMIT + 1])
    if len(rows) > CHANGES_LIMIT:
        return Changes([], [], state, too_many=True)
    rows.sort(key=lambda row: (row.sort_at, row.thread), reverse=True)
    return Changes(
        [row for row in rows if row.total], [row.thread for row in rows if not row.total], state, too_many=False
    )


# By way of the conversations, whose rows are raised with every entry. The entries of a mailbox that was begun anew are
# gone themselves: what they were places of is known by its conversation.
_TOUCHED = f"""
SELECT e.message_id, e.state, NOT e.expunged
  FROM {MailboxThread._meta.db_table} t JOIN {Entry._meta.db_table} e
    ON e.mailbox_id = t.mailbox_id AND e.thread = t.thread
 WHERE t.mailbox_id = %s AND t.state > %s
 UNION ALL
SELECT m.id, t.state, 1 = 0
  FROM {MailboxThread._meta.db_table} t JOIN {Message._meta.db_table} m
    ON m.account_id = t.account_id AND m.thread = t.thread
 WHERE t.mailbox_id = %s AND t.state > %s AND t.count = 0
 LIMIT %s
"""  # noqa: S608 - the tables' names are ours
_MOST_TOUCHED = 20 * CHANGES_LIMIT


def _changed_messages(mailbox_id: int, since: int, shape: Shape, state: int) -> Changes:
    """A message of which one place is left here is not gone."""
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHED, [mailbox_id, since, mailbox_id, since, _MOST_TOUCHED])
        touched = cursor.fetchall()
    changed = {message for message, at, _ in touched if at > since}
    here = sorted(changed & {message for message, _, is_here in touched if is_here})
    gone = [shape.base + message for message in sorted(changed.difference(here))]
    if len(touched) == _MOST_TOUCHED or len(here) > CHANGES_LIMIT:
        return Changes([], [], state, too_many=True)
    rows: list[Conversation] = []
    if here:
        among = f" AND t.thread IN ({', '.join(['%s'] * len(here))})"
        statement = _ROWS.format(shape=shape, wanted=among, order=NEWEST_FIRST)
        rows = known(rows_of(statement, [mailbox_id, *here, 2 * CHANGES_LIMIT]), shape)
    return Changes(rows, gone, state, too_many=False)


def neighbours(mailbox_id: int, key: int) -> tuple[int | None, int | None]:
    """The messages to open for the newer and the older row beside this one. Up to three queries."""
    rows: QuerySet[Any] = MailboxThread.objects.filter(mailbox=mailbox_id, count__gt=0)
    by, opened = "thread", "latest_id"
    if is_message(key):
        rows = Entry.objects.filter(mailbox=mailbox_id, expunged=False)
        by, opened, key = "message", "message_id", key - FIRST_MESSAGE
    at = rows.model.objects.filter(mailbox=mailbox_id, **{by: key}).values_list("sort_at", flat=True).first()
    if at is None:
        return None, None
    newer = rows.filter(Q(sort_at__gt=at) | Q(**{"sort_at": at, f"{by}__gt": key}), sort_at__gte=at)
    older = rows.filter(Q(sort_at__lt=at) | Q(**{"sort_at": at, f"{by}__lt": key}), sort_at__lte=at)
    return (
        newer.order_by("sort_at", by).values_list(opened, flat=True).first(),
        older.order_by("-sort_at", f"-{by}").values_list(opened, flat=True).first(),
    )
