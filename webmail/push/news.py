"""Up to where somebody was told of new mail, and what came since. Reads the index; whoever asks keeps the marks.

A mark is (UIDVALIDITY, UID) by account and mailbox name, so that it outlives the mirror. A mailbox without a mark, or
with another UIDVALIDITY, gets one and tells nothing: old mail is no news.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from accounts.models import MailAccount, Notifications
from imapbridge import queries
from imapbridge.models import Mailbox
from imapbridge.queries import Arrival

Marks = dict[str, list[int]]
INBOX = "INBOX"


@dataclass(frozen=True, slots=True)
class Came:
    """New mail in one mailbox; `fresh` is newest first, and not empty."""

    mailbox: Mailbox
    fresh: list[Arrival]


@dataclass(frozen=True, slots=True)
class News:
    """What came, and the marks for the next time."""

    came: list[Came]
    marks: Marks
    unread: int
    """In the inbox, for the badge of the icon."""


def choice(account: MailAccount) -> Notifications:
    """What the person wants to be told of; the defaults when they never said."""
    return Notifications.objects.filter(account=account).first() or Notifications(account=account)


def name_of(mailbox: Mailbox) -> str:
    """By which a mailbox is chosen and marked. INBOX is INBOX however a server spells it (RFC 9051 section 5.1)."""
    return INBOX if mailbox.special_use == "inbox" else mailbox.name


def mark_of(account: MailAccount, name: str) -> str:
    """The key of a mailbox's mark."""
    return f"{account.pk} {name}"


def news(account: MailAccount, chosen: Iterable[str], marks: Marks) -> News:
    """What came to the chosen mailboxes since the marks were made. Two queries, and one for each that is chosen."""
    wanted, came, unread, fresh_marks = set(chosen), [], 0, {}
    for mailbox in Mailbox.objects.filter(account=account, selectable=True).exclude(uid_next=None):
        name = name_of(mailbox)
        key = mark_of(account, name)
        above = _mark(mailbox, marks.get(key))
        if name in wanted:
            found = queries.arrivals(mailbox.pk, above)
            above = found.highest
            if found.fresh:
                came.append(Came(mailbox, found.fresh))
        else:
            above = max(above, (mailbox.uid_next or 1) - 1)
        fresh_marks[key] = [mailbox.uid_validity or 0, above]
        unread += mailbox.unread if name == INBOX else 0
    return News(came, fresh_marks, unread)


def _mark(mailbox: Mailbox, mark: list[int] | None) -> int:
    """The UID up to which was told: all there is, when nothing is known of it."""
    if mark and mark[0] == mailbox.uid_validity:
        return mark[1]
    return (mailbox.uid_next or 1) - 1


def as_marks(value: Any) -> Marks | None:
    """Marks that came from a browser, or None for what are none."""
    if not isinstance(value, dict) or len(value) > 10_000:
        return None
    is_sound = all(
        isinstance(mark, list)
        and len(mark) == 2
        and all(type(number) is int and 0 <= number < 2**63 for number in mark)
        for mark in value.values()
    )
    return value if is_sound else None
