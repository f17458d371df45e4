"""The sidebar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from imapbridge.models import Job, Mailbox

_ORDER = ["inbox", "flagged", "snoozed", "drafts", "sent", "all", "archive", "junk", "trash"]


@dataclass(frozen=True, slots=True)
class MailboxItem:
    """A mailbox in the sidebar."""

    id: int
    name: str
    path: str
    depth: int
    parent: int | None
    special_use: str
    selectable: bool
    unread: int
    total: int
    has_children: bool
    error: str
    syncing: int | None
    """Percent of the first sync, None once complete."""
    state: int
    delimiter: str = ""
    subscribed: bool = True
    busy: bool = False
    """Whether a Job is under way for all of it."""

    @property
    def takes_mail(self) -> bool:
        """Whether something can be put into it. What is in those of all mail or all flagged mail is in others as well,
        and the server sees to it (RFC 6154 section 2); what is snoozed needs a time."""
        return self.selectable and self.special_use not in {"flagged", "all", "snoozed"}


_STATEMENT = f"""
SELECT {{more}}id, name, delimiter, special_use, selectable, unread, total, error, uid_next, lowest_uid, state,
       subscribed, EXISTS (SELECT 1 FROM {Job._meta.db_table} job WHERE job.mailbox_id = box.id AND finished_at IS NULL)
FROM {Mailbox._meta.db_table} box WHERE account_id {{wanted}} AND NOT leaving
"""  # noqa: S608 - the tables' names are ours
_OF_ONE = _STATEMENT.format(more="", wanted="= %s")


def mailboxes(account_id: int) -> list[MailboxItem]:
    """The sidebar: special-use mailboxes first, then the tree by name. One query.

    A name that cannot be opened is shown only when something below it can.
    """
    with connection.cursor() as cursor:
        cursor.execute(_OF_ONE, [account_id])
        rows = cursor.fetchall()
    return _shown(rows)


def mailboxes_of(account_ids: Sequence[int]) -> dict[int, list[MailboxItem]]:
    """The same for each of several accounts. One query."""
    statement = _STATEMENT.format(more="account_id, ", wanted=f"IN ({', '.join(['%s'] * len(account_ids))})")
    rows: dict[int, list[tuple[Any, ...]]] = {account: [] for account in account_ids}
    with connection.cursor() as cursor:
        cursor.execute(statement, list(account_ids))
        for account, *row in cursor.fetchall():
            rows[account].append(tuple(row))
    return {account: _shown(its) for account, its in rows.items()}


def _shown(rows: list[tuple[Any, ...]]) -> list[MailboxItem]:
    opening = {name for row in rows if row[4] for name in _ancestors(row)}
    shown = [row for row in rows if row[4] or row[1] in opening]
    tree = _Tree(shown)
    shown.sort(key=lambda row: (tree.special.get(row[1], len(_ORDER)), _sort_key(row)))
    return [tree.item(row) for row in shown]


def _ancestors(row: tuple[Any, ...]) -> list[str]:
    """The names above a mailbox, outermost first."""
    words = row[1].split(row[2]) if row[2] else [row[1]]
    return [row[2].join(words[:n]) for n in range(1, len(words))]


def _sort_key(row: tuple[Any, ...]) -> list[str]:
    return [word.casefold() for word in (row[1].split(row[2]) if row[2] else [row[1]])]


class _Tree:
    """Who is above whom, special-use mailboxes left out: those stand apart, flat."""

    def __init__(self, rows: list[tuple[Any, ...]]) -> None:
        self.special = {row[1]: _ORDER.index(row[3]) for row in rows if row[3] in _ORDER}
        self._ids = {row[1]: row[0] for row in rows if row[1] not in self.special}
        self._parents = {name for row in rows if row[1] not in self.special for name in _ancestors(row)}

    def item(self, row: tuple[Any, ...]) -> MailboxItem:
        ident, path, delimiter, use, selectable, unread, total, error, uid_next, lowest, state, subscribed, busy = row
        above = [name for name in _ancestors(row) if name in self._ids] if path not in self.special else []
        name = path.rsplit(delimiter, 1)[-1] if delimiter else path
        parent = self._ids[above[-1]] if above else None
        return MailboxItem(
            ident, name, path, len(above), parent, use, bool(selectable), unread, total, path in self._parents, error,
            _progress(uid_next, lowest, total) if selectable and not error else None, state, delimiter,
            bool(subscribed), bool(busy),
        )  # fmt: skip


def _progress(uid_next: int | None, lowest: int | None, total: int) -> int | None:
    """Percent; 0 for a mailbox that was listed and not opened yet, None for a complete one and for an empty one."""
    if lowest == 1 or (lowest is None and not total):
        return None
    return max(0, min(99, 100 - 100 * lowest // uid_next)) if lowest and uid_next else 0
