"""A search on the mail server as rows: begun, how far it is, what it found, and that somebody has enough of it."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Max
from django.utils import timezone

from imapbridge import events
from imapbridge.models import SearchHit, ServerSearch

KEPT = timedelta(days=7)
"""So long the words of it are suggested again."""
LONGEST = timedelta(minutes=10)
"""After which one that says nothing has been killed."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Of all accounts together. `last` is the key of the newest hit."""

    token: str
    done: int
    total: int
    mailbox: str
    special_use: str
    skipped: int
    found: int
    last: int
    is_over: bool
    is_stopped: bool
    ascii_only: bool
    error: str


def begin(accounts: Collection[int], query: str, *, everywhere: bool) -> tuple[str, list[int]]:
    """Rows for a new search, which ends those that still run. Returns its token, and the keys for the workers."""
    token = secrets.token_urlsafe(12)
    ServerSearch.objects.filter(account__in=accounts, finished_at=None, stopped=False).update(stopped=True)
    made = [
        ServerSearch.objects.create(account_id=account, token=token, query=query, everywhere=everywhere)
        for account in accounts
    ]
    return token, [one.pk for one in made]


def stop(accounts: Collection[int], token: str) -> bool:
    """Whether there was such a search."""
    return ServerSearch.objects.filter(account__in=accounts, token=token).update(stopped=True) > 0


def is_stopped(search_id: int) -> bool:
    return not ServerSearch.objects.filter(pk=search_id, stopped=False).exists()


def progress(accounts: Collection[int], token: str) -> Progress | None:
    """How far a search of these accounts is. Two queries."""
    rows = list(ServerSearch.objects.filter(account__in=accounts, token=token).order_by("pk"))
    if not rows:
        return None
    hits = SearchHit.objects.filter(search__in=rows).aggregate(count=Count("pk"), last=Max("pk"))
    live = [row for row in rows if row.finished_at is None and timezone.now() - row.created_at < LONGEST]
    now = live[0] if live else rows[-1]
    return Progress(
        token,
        done=sum(row.done for row in rows),
        total=sum(row.total for row in rows),
        mailbox=now.mailbox,
        special_use=now.special_use,
        skipped=sum(row.skipped for row in rows),
        found=hits["count"],
        last=hits["last"] or 0,
        is_over=not live,
        is_stopped=any(row.stopped for row in rows),
        ascii_only=any(row.ascii_only for row in rows),
        error=next((row.error for row in rows if row.error), ""),
    )


def found(accounts: Collection[int], token: str, after: int) -> list[int]:
    """Messages whose hits came after the one with this key, in the order they came."""
    hits = SearchHit.objects.filter(search__account__in=accounts, search__token=token, pk__gt=after)
    return list(hits.order_by("pk").values_list("message", flat=True)[:500])


def add(search: ServerSearch, messages: Sequence[int], *, exact: bool) -> None:
    """What was found; told to open pages. What was found by the very words stays `exact`."""
    rows = [SearchHit(search=search, message=message, exact=exact) for message in messages]
    SearchHit.objects.bulk_create(rows, ignore_conflicts=True)
    if exact:
        SearchHit.objects.filter(search=search, message__in=messages, exact=False).update(exact=True)
    tell(search)


def note(search: ServerSearch, **changes: object) -> None:
    """How far it is; told to open pages."""
    ServerSearch.objects.filter(pk=search.pk).update(**changes)
    tell(search)


def tell(search: ServerSearch) -> None:
    events.tell(events.group(search.account_id), {"type": "search.news", "search": search.token})


def forget() -> None:
    """What is older than anybody would look for it."""
    ServerSearch.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
