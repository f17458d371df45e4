"""Every list the screen shows, each in a bounded number of queries. The one reader of the index; never writes.

Rows leave as small frozen values made from tuples: no model instances in a loop.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db.models import Q, QuerySet

from imapbridge.models import Entry, Mailbox, MailboxThread
from imapbridge.terms.part import Part
from imapbridge.terms.special_use import SpecialUse

Only = Literal["", "unread", "starred"]
PAGE = 50
CHANGES_LIMIT = 500
"""More changed rows than this and a page is better fetched anew."""


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


@dataclass(frozen=True, slots=True)
class Conversation:
    """A row of a mailbox's list."""

    thread: int
    message: int
    subject: str
    senders: list[list[Any]]
    count: int
    unread: int
    flagged: bool
    has_attachment: bool
    keywords: list[str]
    preview: str
    sort_at: int
    state: int


@dataclass(frozen=True, slots=True)
class ConversationPage:
    """Up to `limit` rows, newest first. `next` is the cursor of the page after, empty at the end."""

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


@dataclass(frozen=True, slots=True)
class MessageItem:
    """A message of an open conversation, its places merged."""

    id: int
    thread: int
    subject: str
    message_id: str
    date: datetime | None
    sort_at: int
    size: int
    sender_name: str
    sender_address: str
    recipients: dict[str, list[list[str]]]
    structure: Part | None
    has_attachment: bool
    preview: str
    list_id: str
    seen: bool
    flagged: bool
    answered: bool
    draft: bool
    keywords: list[str]
    mailboxes: list[int]


_ORDER = ["inbox", "flagged", "drafts", "sent", "all", "archive", "junk", "trash"]


def mailboxes(account_id: int) -> list[MailboxItem]:
    """The sidebar: special-use mailboxes first, then the tree by name. One query."""
    rows = Mailbox.objects.filter(account=account_id).values_list(
        "id", "name", "delimiter", "special_use", "selectable", "unread", "total", "error", "uid_next", "lowest_uid",
        "state",
    )  # fmt: skip
    special = {row[1]: _ORDER.index(row[3]) for row in rows if row[3] in _ORDER}
    shown = [row for row in rows if row[3] or row[4] or _has_selectable_child(row, rows)]
    by_path = {row[1]: row[0] for row in shown}
    shown.sort(key=lambda row: (special.get(row[1], len(_ORDER)), _sort_key(row[1], row[2])))
    return [_mailbox_item(row, by_path, special) for row in shown]


def _has_selectable_child(row: tuple[Any, ...], rows: Iterable[tuple[Any, ...]]) -> bool:
    return bool(row[2]) and any(other[4] and other[1].startswith(row[1] + row[2]) for other in rows)


def _sort_key(path: str, delimiter: str) -> list[str]:
    return [word.casefold() for word in (path.split(delimiter) if delimiter else [path])]


def _mailbox_item(row: tuple[Any, ...], by_path: dict[str, int], special: dict[str, int]) -> MailboxItem:
    ident, path, delimiter, use, selectable, unread, total, error, uid_next, lowest, state = row
    words = path.split(delimiter) if delimiter else [path]
    ancestors = [delimiter.join(words[:n]) for n in range(1, len(words))] if use not in _ORDER else []
    known = [name for name in ancestors if name in by_path and name not in special]
    return MailboxItem(
        ident, words[-1], path, len(known), by_path[known[-1]] if known else None, use, selectable, unread, total,
        bool(delimiter) and any(other.startswith(path + delimiter) for other in by_path if other not in special),
        error, _progress(uid_next, lowest), state,
    )  # fmt: skip


def _progress(uid_next: int | None, lowest: int | None) -> int | None:
    if lowest == 1 or not uid_next:
        return None
    return 0 if lowest is None else max(0, min(99, 100 - 100 * lowest // uid_next))


_CONVERSATION = (
    "thread", "latest_id", "latest__subject", "senders", "count", "unread", "flagged", "has_attachment", "keywords",
    "latest__preview", "sort_at", "state",
)  # fmt: skip


def conversations(
    mailbox_id: int, before: str = "", only: Only = "", limit: int = PAGE, state: int | None = None
) -> ConversationPage:
    """A page of the list by keyset: what sorts after the cursor `before`. One query for rows, one for the state.

    `state` is the mailbox's when it was read just before, which saves that query. A cursor that is not one of ours
    counts as none.
    """
    if state is None:
        state = Mailbox.objects.values_list("state", flat=True).get(pk=mailbox_id)
    rows = _listed(mailbox_id, only)
    cursor = _cursor(before)
    if cursor:
        at, thread = cursor
        rows = rows.filter(Q(sort_at__lt=at) | Q(sort_at=at, thread__lt=thread), sort_at__lte=at)
    found = [_conversation(row) for row in rows.values_list(*_CONVERSATION)[: limit + 1]]
    more = len(found) > limit
    found = found[:limit]
    return ConversationPage(found, f"{found[-1].sort_at}.{found[-1].thread}" if more else "", state)


def _listed(mailbox_id: int, only: Only) -> QuerySet[MailboxThread]:
    rows = MailboxThread.objects.filter(mailbox=mailbox_id, count__gt=0).order_by("-sort_at", "-thread")
    if only == "unread":
        return rows.filter(unread__gt=0)
    if only == "starred":
        return rows.filter(flagged__gt=0)
    return rows


def _cursor(before: str) -> tuple[int, int] | None:
    at, _, thread = before.partition(".")
    try:
        cursor = int(at), int(thread)
    except ValueError:
        return None
    return cursor if all(abs(number) < 2**63 for number in cursor) else None


def _conversation(row: tuple[Any, ...]) -> Conversation:
    thread, message, subject, senders, count, unread, flagged, *rest = row
    return Conversation(thread, message, subject, senders, count, unread, flagged > 0, *rest)


def changes(mailbox_id: int, since: int) -> Changes:
    """What changed in the list after state `since`: rows to put in place and threads to take out. Two queries."""
    state, known_from = Mailbox.objects.values_list("state", "changes_from").get(pk=mailbox_id)
    if not known_from <= since <= state:
        return Changes([], [], state, too_many=True)
    changed = MailboxThread.objects.filter(mailbox=mailbox_id, state__gt=since).order_by("state")
    rows = [_conversation(row) for row in changed.values_list(*_CONVERSATION)[: CHANGES_LIMIT + 1]]
    rows.sort(key=lambda row: (row.sort_at, row.thread), reverse=True)
    if len(rows) > CHANGES_LIMIT:
        return Changes([], [], state, too_many=True)
    return Changes(
        [row for row in rows if row.count], [row.thread for row in rows if not row.count], state, too_many=False
    )


_MESSAGE = (
    "message_id", "message__thread", "message__subject", "message__message_id", "message__date", "sort_at",
    "message__size", "message__sender_name", "message__sender_address", "message__recipients", "message__structure",
    "message__has_attachment", "message__preview", "message__list_id", "seen", "flagged", "answered", "draft",
    "keywords", "mailbox_id", "mailbox__special_use",
)  # fmt: skip
_APART = {SpecialUse.JUNK, SpecialUse.TRASH}


def conversation(account_id: int, thread: int, opened: int = 0) -> list[MessageItem]:
    """The messages of a conversation, oldest first, across mailboxes. One query.

    What lies in Junk or Trash is left out, unless the message `opened` lies there too.
    """
    rows = Entry.objects.filter(account=account_id, message__account=account_id, message__thread=thread, expunged=False)
    found = list(rows.order_by("sort_at", "message_id", "mailbox_id").values_list(*_MESSAGE))
    wanted = {row[-1] for row in found if row[0] == opened} & _APART
    places: dict[int, list[tuple[Any, ...]]] = {}
    for row in found:
        if row[-1] not in _APART or row[-1] in wanted:
            places.setdefault(row[0], []).append(row)
    return [_message_item(rows) for rows in places.values()]


def _message_item(rows: list[tuple[Any, ...]]) -> MessageItem:
    ident, thread, subject, message_id, date, sort_at, size, name, address, recipients, structure, *rest = rows[0]
    has_attachment, preview, list_id = rest[:3]
    return MessageItem(
        ident, thread, subject, message_id, date, sort_at, size, name, address, recipients,
        Part.from_json(structure) if structure else None, has_attachment, preview, list_id,
        seen=all(row[14] for row in rows), flagged=any(row[15] for row in rows), answered=any(row[16] for row in rows),
        draft=any(row[17] for row in rows), keywords=sorted({word for row in rows for word in row[18]}),
        mailboxes=[row[19] for row in rows],
    )  # fmt: skip


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
