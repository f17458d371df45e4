"""The list pane of a mailbox, from the index: shared by the list's own page and the message's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import TypeVar, cast

from django.http import HttpRequest
from django.utils.safestring import SafeString

from imapbridge import queries
from imapbridge.queries import Changes, Conversation, ConversationPage, MailboxItem, Only, Shape
from webmail import partials
from webmail.access import Holder
from webmail.screen import jobs, listing
from webmail.screen.account import preferences
from webmail.screen.clock import Clock, Group
from webmail.screen.jobs import Work
from webmail.screen.labels import Hues, hues
from webmail.screen.listing import Head, Listing, Part
from webmail.screen.rows import Place, RowWriter, divided
from webmail.screen.together import InboxesPlace
from webmail.screen.tools import tools
from webmail.views import found, shell

P = TypeVar("P", bound=Place)
_SECONDS = re.compile(r"-?[0-9]{1,18}(?=\.)")
"""What a cursor begins with."""


def place_of(request: HttpRequest, mailbox: int) -> Place:
    """Which page of the mailbox's list is meant, from the address; or of the results that something was opened from.

    Whether messages stand by themselves there: the address tells it of what rows mean; see `as_liked` for pages.
    """
    if request.GET.get("q"):
        return found.place_of(request, mailbox)
    only = request.GET.get("only", "")
    only = only if only in {"unread", "starred"} else ""
    sort = "unread" if request.GET.get("sort") == "unread" and not only else ""
    kind = InboxesPlace if request.GET.get("inboxes") == "1" else Place
    return kind(mailbox, request.GET.get("before", "")[:50], only, sort, request.GET.get("flat") == "1")


def as_liked(request: HttpRequest, place: P) -> P:
    """The place as its person likes to see it."""
    return replace(place, flat=True) if preferences(shell.person(request)).is_flat else place


def shape_of(box: MailboxItem, place: Place) -> Shape:
    return queries.messages_of(box.special_use) if place.flat else queries.CONVERSATIONS


def head(box: MailboxItem, holder: Holder, place: Place) -> Head:
    failure = _failure(box, holder)
    work = tuple(_work(box, holder)) if box.busy else ()
    made = listing.head(box, place.only, place.sort, failure[1] if failure else "", work)
    return replace(made, changes=f"{made.changes}?flat=1") if place.flat else made


def _work(box: MailboxItem, holder: Holder) -> Iterator[Work]:
    """What is under way for all of the mailbox. One query."""
    for job in queries.jobs(holder.account.pk):
        if job.mailbox == box.id and not job.is_over:
            yield jobs.work(job)


def pane(
    boxes: list[MailboxItem],
    holder: Holder,
    place: Place,
    clock: Clock,
    *,
    opened: int = 0,
    goes_on: bool = False,
) -> Listing:
    """One page of the list of `place`, whose mailbox is one of `boxes`, all of the account.

    `opened` is what the row that is being read is known by; with `goes_on` the rows follow others on the screen, so a
    heading that stands there is not repeated. One query, or two for a later page on its own.
    """
    box = shell.item(boxes, place.mailbox)
    page = _page(box, place)
    rows = _rows(clock, place, holder.account.address, hues(holder.account.labels))
    after = group_of(clock, place) if goes_on else ""
    return Listing(
        head=head(box, holder, place),
        address=place.address,
        state=page.state,
        order=[(row.thread, row.message) for row in page.rows],
        parts=rows.parts(page.rows, opened, after),
        older=replace(place, before=page.next).address if page.next else "",
        blank=None if page.rows or place.before else listing.blank(box, place.only, _failure(box, holder)),
        is_cut=bool(place.before),
        tools=tools(box, replace(place, before=""), boxes),
        newer=_newer(box, place) if place.before and not (goes_on or opened) else "",
    )


def _page(box: MailboxItem, place: Place) -> ConversationPage:
    shape = shape_of(box, place)
    if place.sort:
        return queries.unread_first(box.id, place.before, state=box.state, shape=shape)
    return queries.conversations(box.id, place.before, cast(Only, place.only), state=box.state, shape=shape)


def _newer(box: MailboxItem, place: Place) -> str:
    """The address of the page before."""
    shape = shape_of(box, place)
    if place.sort:
        above = queries.unread_first_above(place.mailbox, place.before, shape=shape)
    else:
        above = queries.page_above(place.mailbox, place.before, cast(Only, place.only), shape=shape)
    return replace(place, before=above).address


def changed(box: MailboxItem, holder: Holder, place: Place, clock: Clock, found: Changes) -> Listing:
    """The rows that are different, as far as they belong into the list. No query."""
    rows = [row for row in found.rows if belongs(row, place.only)]
    if place.sort:
        rows.sort(key=lambda row: not row.unread)
    parts = _rows(clock, place, holder.account.address, hues(holder.account.labels)).parts(rows)
    return Listing(head(box, holder, place), place.address, found.state, [], parts, "", None)


def belongs(row: Conversation, only: str) -> bool:
    """Whether a filtered list shows the conversation."""
    return row.unread > 0 if only == "unread" else row.flagged > 0 if only == "starred" else True


class Rows:
    """The rows of one page of a list as markup, kept from one request to the next: most of them have not changed."""

    MOST = 200

    def __init__(self, writer: RowWriter) -> None:
        self._writer = writer
        self._kept: dict[tuple[Conversation, bool], tuple[Group, SafeString]] = {}

    def parts(self, conversations: Iterable[Conversation], opened: int = 0, after: str = "") -> list[Part]:
        """Rows under their headings. `opened` is the conversation that is being read; `after` the key of the heading
        that the rows before stand under."""
        groups: list[tuple[Group, list[SafeString]]] = []
        for item in conversations:
            group, row = self._row(item, item.thread == opened)
            if not groups or groups[-1][0] != group:
                groups.append((group, []))
            groups[-1][1].append(row)
        return [Part(group.key, group.title, SafeString("".join(rows)), group.key != after) for group, rows in groups]

    def _row(self, item: Conversation, current: bool) -> tuple[Group, SafeString]:
        found = self._kept.get((item, current))
        if found is None:
            if len(self._kept) >= self.MOST:
                self._kept.clear()
            found = self._writer.group(item), partials.printed([self._writer.row(item, current=current)])
            self._kept[item, current] = found
        return found


@lru_cache(maxsize=128)
def _rows(clock: Clock, place: Place, me: str, hues: Hues) -> Rows:
    return Rows(RowWriter(clock, place, me, hues))


def group_of(clock: Clock, place: Place) -> str:
    """The key of the heading that the row of the place's cursor stands under."""
    if place.sort and place.before:
        return divided()[place.before.endswith(queries.UNREAD)].key
    at = _SECONDS.match(place.before)
    return clock.group(clock.local(int(at[0]))).key if at else ""


def _failure(box: MailboxItem, holder: Holder) -> tuple[str, str] | None:
    """What went wrong with this mailbox or with the account as a whole."""
    return shell.failure(box.error or holder.error)
