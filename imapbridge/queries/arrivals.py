"""What is new in a mailbox above a UID: for telling somebody who does not look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef

from imapbridge.models import Entry

LIMIT = 100
_ABOUT: Any = ("message", "message__subject", "message__sender_name", "message__sender_address")


@dataclass(frozen=True, slots=True)
class Arrival:
    """An unread message that the account did not hold before."""

    message: int
    subject: str
    sender_name: str
    sender_address: str


@dataclass(frozen=True, slots=True)
class Arrivals:
    """`highest` is the highest UID that was looked at; what is above it is for the next time."""

    highest: int
    fresh: list[Arrival]
    """Newest first, at most 100."""


def arrivals(mailbox_id: int, above: int) -> Arrivals:
    """What came to the mailbox with UIDs above this one. One query.

    What was read elsewhere meanwhile, what is no letter yet, and what was only moved here, is no news.
    """
    before = Entry.objects.filter(message=OuterRef("message"), pk__lt=OuterRef("pk"))
    rows = Entry.objects.filter(mailbox=mailbox_id, uid__gt=above, expunged=False).annotate(was_held=Exists(before))
    found = list(rows.order_by("-uid").values_list("uid", "seen", "draft", "was_held", *_ABOUT)[:LIMIT])
    fresh = [Arrival(*about) for _uid, seen, draft, was_held, *about in found if not (seen or draft or was_held)]
    return Arrivals(max((row[0] for row in found), default=above), fresh)
