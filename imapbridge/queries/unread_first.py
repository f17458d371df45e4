"""A mailbox's list with what is unread before what is read, each newest first: two runs, each along its own index.

A cursor within the first run ends in `.u`. What changed since is told as for the list by date: see `conversations`.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from imapbridge.models import Mailbox
from imapbridge.queries.conversations import (
    BELOW,
    NEWEST_FIRST,
    NOT_BELOW,
    OLDEST_FIRST,
    PAGE,
    ConversationPage,
    cursor_of,
    known,
    rows_of,
)
from imapbridge.queries.shapes import CONVERSATIONS, Shape

UNREAD = ".u"
_RUNS = (" AND t.unread > 0", " AND t.unread = 0")
_RUN = """
SELECT * FROM (
    SELECT * FROM {shape.rows} t
    WHERE t.mailbox_id = %s AND t.count > 0{wanted} ORDER BY {order} LIMIT %s
) run
"""
_PAGE = f"""
SELECT {{shape.columns}}
FROM (SELECT * FROM ({{runs}}) t ORDER BY t.unread > 0 DESC, {NEWEST_FIRST} LIMIT %s) t
ORDER BY t.unread > 0 DESC, {NEWEST_FIRST}
"""  # noqa: S608 - the table's name is ours
_ABOVE = f"""
SELECT t.sort_at, t.thread, t.unread FROM ({{runs}}) t ORDER BY t.unread > 0, {OLDEST_FIRST} LIMIT 1 OFFSET %s
"""  # noqa: S608 - nothing comes from outside


def unread_first(
    mailbox_id: int, before: str = "", limit: int = PAGE, state: int | None = None, shape: Shape = CONVERSATIONS
) -> ConversationPage:
    """As `conversations`, in this order."""
    if state is None:
        state = Mailbox.objects.values_list("state", flat=True).get(pk=mailbox_id)
    runs, values = _runs(mailbox_id, before, BELOW, NEWEST_FIRST, limit + 1, shape)
    found = rows_of(_PAGE.format(shape=shape, runs=runs), [*values, limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    following = _cursor(last.sort_at, last.thread, last.unread) if last else ""
    return ConversationPage(known(found[:limit], shape), following, state)


def unread_first_above(mailbox_id: int, before: str, limit: int = PAGE, shape: Shape = CONVERSATIONS) -> str:
    """As `page_above`, in this order."""
    if cursor_of(before.removesuffix(UNREAD)) is None:
        return ""
    runs, values = _runs(mailbox_id, before, NOT_BELOW, OLDEST_FIRST, limit + 1, shape)
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE.format(runs=runs), [*values, limit])
        row = cursor.fetchone()
    return _cursor(*row) if row else ""


def _runs(mailbox_id: int, before: str, beyond: str, order: str, limit: int, shape: Shape) -> tuple[str, Sequence[int]]:
    """The runs that can hold rows beyond the cursor, of which the cursor's own begins there; with their values."""
    wanted = list(_RUNS)
    values: list[list[int]] = [[mailbox_id, limit], [mailbox_id, limit]]
    if cursor := cursor_of(before.removesuffix(UNREAD)):
        at, thread = cursor
        own = 0 if before.endswith(UNREAD) else 1
        wanted[own] += beyond
        values[own] = [mailbox_id, at, at, thread, limit]
        needless = 0 if (own, beyond) == (1, BELOW) else 1 if (own, beyond) == (0, NOT_BELOW) else None
        if needless is not None:
            del wanted[needless], values[needless]
    runs = " UNION ALL ".join(_RUN.format(shape=shape, wanted=each, order=order) for each in wanted)
    return runs, [value for each in values for value in each]


def _cursor(at: int, thread: int, unread: int) -> str:
    return f"{at}.{thread}{UNREAD if unread else ''}"
