"""The list of several mailboxes together, such as the inboxes of all of a person's accounts: the newest first, or what
is unread first, by keyset over all of them in one query. Conversations are not merged: each stands where it is.

Each mailbox is read along an index of its own for as many rows as a page has, and those runs are merged: the cost grows
with the number of mailboxes, not with their size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.db import connection

from imapbridge.models import Mailbox
from imapbridge.queries.conversations import (
    CHANGES_LIMIT,
    GONE,
    ONLY,
    PAGE,
    Conversation,
    Only,
    changes,
    known,
)
from imapbridge.queries.shapes import CONVERSATIONS, Shape
from imapbridge.queries.unread_first import UNREAD

_RUN = """
SELECT * FROM (SELECT * FROM {shape.rows} t WHERE t.mailbox_id = %s{wanted} ORDER BY {order} LIMIT %s) run
"""
_PAGE = """
SELECT t.mailbox_id, {shape.columns} FROM (SELECT * FROM ({runs}) t ORDER BY {order} LIMIT %s) t ORDER BY {order}
"""
_ABOVE = "SELECT t.sort_at, t.thread, t.mailbox_id, t.unread FROM ({runs}) t ORDER BY {order} LIMIT 1 OFFSET %s"
_NEWEST, _OLDEST = "t.sort_at DESC, t.thread DESC, t.mailbox_id DESC", "t.sort_at, t.thread, t.mailbox_id"
_DOWN, _UP = "t.sort_at DESC, t.thread DESC", "t.sort_at, t.thread"
"""Within one mailbox, as its indexes have it."""
_SECTIONS = (" AND t.unread > 0", " AND t.unread = 0")
_STATES = f"SELECT id, state, changes_from FROM {Mailbox._meta.db_table} WHERE id IN ({{marks}})"  # noqa: S608


class Placed(NamedTuple):
    """A row, and the mailbox that it is in."""

    mailbox: int
    row: Conversation


class PlacedPage(NamedTuple):
    """Up to `limit` rows in order. `next` is the cursor of the page after, empty at the end."""

    rows: list[Placed]
    next: str


class PlacedChanges(NamedTuple):
    """What is different: rows as they are now; one with a total of 0 is gone."""

    rows: list[Placed]
    too_many: bool


class _Cursor(NamedTuple):
    """The last row of a page."""

    sort_at: int
    thread: int
    mailbox: int
    unread: bool


def together(
    mailbox_ids: Sequence[int],
    before: str = "",
    only: Only = "",
    sort: str = "",
    limit: int = PAGE,
    shape: Shape = CONVERSATIONS,
) -> PlacedPage:
    """A page: what sorts after the cursor `before`; with `sort` what is unread first. One query."""
    if not mailbox_ids:
        return PlacedPage([], "")
    runs, values = _runs(mailbox_ids, cursor_of(before), ONLY[only], sort, limit + 1, shape, down=True)
    order = f"t.unread > 0 DESC, {_NEWEST}" if sort else _NEWEST
    found = _rows(_PAGE.format(shape=shape, runs=runs, order=order), [*values, limit + 1])
    following = _after(*found[limit - 1], sort=sort) if len(found) > limit else ""
    return PlacedPage(_known(found[:limit], shape), following)


def _known(rows: list[Placed], shape: Shape) -> list[Placed]:
    if not shape.base:
        return rows
    by_mailbox = {mailbox: iter(known([one.row for one in rows if one.mailbox == mailbox], shape))
                  for mailbox in {one.mailbox for one in rows}}  # fmt: skip
    once = dict.fromkeys((one.mailbox, one.row.thread) for one in rows)
    return [Placed(mailbox, next(by_mailbox[mailbox])) for mailbox, _ in once]


def _after(mailbox: int, last: Conversation, *, sort: str) -> str:
    return _written(last.sort_at, last.thread, mailbox, last.unread, sort=sort)


def together_above(
    mailbox_ids: Sequence[int],
    before: str,
    only: Only = "",
    sort: str = "",
    limit: int = PAGE,
    shape: Shape = CONVERSATIONS,
) -> str:
    """The cursor of the page that ends where the page of the cursor `before` begins; empty for the first. One query."""
    if not mailbox_ids or (cursor := cursor_of(before)) is None:
        return ""
    runs, values = _runs(mailbox_ids, cursor, ONLY[only], sort, limit + 1, shape, down=False)
    order = f"t.unread > 0, {_OLDEST}" if sort else _OLDEST
    with connection.cursor() as found:
        found.execute(_ABOVE.format(runs=runs, order=order), [*values, limit])
        row = found.fetchone()
    return _written(*row, sort=sort) if row else ""


def together_changes(since: Mapping[int, int], shape: Shape = CONVERSATIONS) -> PlacedChanges:
    """What changed in each mailbox after its state of `since`. Two queries; where messages stand by themselves, three
    for each mailbox."""
    if shape.base:
        return _changed_messages(since, shape)
    if not since:
        return PlacedChanges([], too_many=False)
    with connection.cursor() as cursor:
        cursor.execute(_STATES.format(marks=", ".join(["%s"] * len(since))), list(since))
        known = {key: known_from <= since[key] <= state for key, state, known_from in cursor.fetchall()}
    if len(known) < len(since) or not all(known.values()):
        return PlacedChanges([], too_many=True)
    run = _RUN.format(shape=shape, wanted=" AND t.state > %s", order="t.state")
    runs = " UNION ALL ".join([run] * len(since))
    values = [value for key, state in since.items() for value in (key, state, CHANGES_LIMIT + 1)]
    rows = _rows(_PAGE.format(shape=shape, runs=runs, order=_NEWEST), [*values, CHANGES_LIMIT + 1])
    too_many = len(rows) > CHANGES_LIMIT
    return PlacedChanges([] if too_many else rows, too_many)


def _changed_messages(since: Mapping[int, int], shape: Shape) -> PlacedChanges:
    found = {mailbox: changes(mailbox, state, shape) for mailbox, state in since.items()}
    gone = [Placed(mailbox, GONE._replace(thread=key)) for mailbox, one in found.items() for key in one.removed]
    rows = [Placed(mailbox, row) for mailbox, one in found.items() for row in one.rows]
    rows.sort(key=lambda one: (one.row.sort_at, one.row.thread, one.mailbox), reverse=True)
    return PlacedChanges(gone + rows, any(one.too_many for one in found.values()))


def _rows(statement: str, values: Sequence[int]) -> list[Placed]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [Placed(row[0], Conversation._make(row[1:])) for row in cursor.fetchall()]


def _runs(
    mailbox_ids: Sequence[int], cursor: _Cursor | None, only: str, sort: str, limit: int, shape: Shape, *, down: bool
) -> tuple[str, list[int]]:
    """One for each mailbox, with `sort` two, as far as they can hold rows beyond the cursor; with their values."""
    runs, values = list[str](), list[int]()
    for section in _SECTIONS if sort else ("",):
        if cursor and sort and _is_past(section, cursor, down=down):
            continue
        begins_here = not sort or (cursor is not None and section == _SECTIONS[not cursor.unread])
        for mailbox in mailbox_ids:
            beyond, more = _beyond(cursor, mailbox, down=down) if cursor and begins_here else ("", [])
            wanted = f" AND t.count > 0{only}{section}{beyond}"
            runs.append(_RUN.format(shape=shape, wanted=wanted, order=_DOWN if down else _UP))
            values += [mailbox, *more, limit]
    return " UNION ALL ".join(runs), values


def _is_past(section: str, cursor: _Cursor, *, down: bool) -> bool:
    """Whether all of the section lies on the other side of the cursor."""
    return section == (_SECTIONS[0] if down else _SECTIONS[1]) and cursor.unread is not down


def _beyond(cursor: _Cursor, mailbox: int, *, down: bool) -> tuple[str, list[int]]:
    """What comes after the cursor in this mailbox; upwards, from it on. Of the same conversation in several mailboxes
    the one with the higher key stands first."""
    values = [cursor.sort_at, cursor.sort_at, cursor.thread]
    if down:  # the first condition is implied by the second; it is what lets SQLite begin in the middle of the index
        sign = "<=" if mailbox < cursor.mailbox else "<"
        return f" AND t.sort_at <= %s AND (t.sort_at < %s OR t.thread {sign} %s)", values
    sign = ">=" if mailbox >= cursor.mailbox else ">"
    return f" AND t.sort_at >= %s AND (t.sort_at > %s OR t.thread {sign} %s)", values


def cursor_of(before: str) -> _Cursor | None:
    """What a cursor says: `SORT_AT.THREAD.MAILBOX`, and `.u` for one among the unread; None for none of ours."""
    try:
        numbers = [int(word) for word in before.removesuffix(UNREAD).split(".")]
    except ValueError:
        return None
    if len(numbers) != 3 or any(abs(number) >= 2**63 for number in numbers):
        return None
    at, thread, mailbox = numbers
    return _Cursor(at, thread, mailbox, before.endswith(UNREAD))


def _written(at: int, thread: int, mailbox: int, unread: int, *, sort: str) -> str:
    return f"{at}.{thread}.{mailbox}{UNREAD if sort and unread else ''}"
