"""The list pane of all inboxes, from the index: shared by the list's own page and the message's."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import cast

from django.http import Http404, HttpRequest
from django.utils.safestring import SafeString

from imapbridge import queries
from imapbridge.queries import Conversation, MailboxItem, Only, Placed, Shape
from webmail.access import Holder
from webmail.screen import switcher
from webmail.screen import together as screen
from webmail.screen.clock import Clock, Group
from webmail.screen.jobs import Work, work
from webmail.screen.labels import hues
from webmail.screen.listing import Head, Listing
from webmail.screen.people import clean
from webmail.screen.rows import Place
from webmail.screen.together import AccountRowWriter, InboxesListing, InboxesPlace, Source, key_of, parted
from webmail.screen.tools import Tools, tools
from webmail.views import lists, shell, whose
from webmail.views.lists import Rows


@dataclass(frozen=True, slots=True)
class Inboxes:
    """Whose inboxes they are, and all mailboxes of each account."""

    holder: Holder
    boxes: dict[int, list[MailboxItem]]

    @property
    def all(self) -> list[MailboxItem]:
        """The inboxes, as far as they are listed; of the accounts in their order."""
        return [box for boxes in self.boxes.values() for box in boxes if box.special_use == "inbox"]

    @property
    def own(self) -> list[MailboxItem]:
        """All mailboxes of the account that the page is about."""
        return self.boxes[self.holder.account.pk]

    def account_of(self, mailbox: int) -> int:
        """Whose inbox it is; Http404 when it is none of theirs."""
        for account, boxes in self.boxes.items():
            if any(box.id == mailbox and box.special_use == "inbox" for box in boxes):
                return account
        raise Http404


def of(holder: Holder) -> Inboxes:
    """One query. Http404 for who has one account: their inbox is a mailbox like any other."""
    if not holder.others:
        raise Http404
    return Inboxes(holder, queries.mailboxes_of(whose.accounts(holder)))


def place_of(request: HttpRequest, mailbox: int = 0) -> InboxesPlace:
    """Which page is meant, from the address."""
    found = lists.place_of(request, mailbox)
    return InboxesPlace(mailbox, found.before, found.only, found.sort, found.flat)


def shape_of(place: Place) -> Shape:
    return queries.messages_of("inbox") if place.flat else queries.CONVERSATIONS


def pane(inboxes: Inboxes, place: InboxesPlace, clock: Clock, *, opened: int = 0, goes_on: bool = False) -> Listing:
    """One page of the list, of one inbox at least; `opened` is the key of the row that is being read. One
    query, or two for a later page on its own."""
    every = inboxes.all
    keys, only = [box.id for box in every], cast(Only, place.only)
    page = queries.together(keys, place.before, only, place.sort, shape=shape_of(place))
    rows = list(map(_known, page.rows))
    newer = ""
    if place.before and not (goes_on or opened):
        above = queries.together_above(keys, place.before, only, place.sort, shape=shape_of(place))
        newer = replace(place, before=above, mailbox=0).address
    failure = _failure(inboxes)
    return InboxesListing(
        mailboxes=" ".join(str(key) for key in (0, *keys)),
        head=head(inboxes, place),
        address=replace(place, mailbox=0).address,
        state=states(every),
        order=[(row.thread, row.message) for row in rows],
        parts=_writer(clock, replace(place, mailbox=0), _sources(inboxes)).parts(
            rows, opened, lists.group_of(clock, place) if goes_on else ""
        ),
        older=replace(place, before=page.next, mailbox=0).address if page.next else "",
        blank=None if rows or place.before else screen.blank(every, place.only, failure),
        is_cut=bool(place.before),
        tools=_tools(inboxes, place),
        newer=newer,
    )


def changed(inboxes: Inboxes, place: InboxesPlace, clock: Clock, rows: Sequence[Placed]) -> Listing:
    """The rows that are different, as far as they belong into the list. No query."""
    shown = [_known(one) for one in rows if one.row.total and lists.belongs(one.row, place.only)]
    if place.sort:
        shown.sort(key=lambda row: not row.unread)
    parts = _writer(clock, place, _sources(inboxes)).parts(shown)
    return Listing(head(inboxes, place), place.address, states(inboxes.all), [], parts, "", None)


def states(every: Sequence[MailboxItem]) -> str:
    """Where each of them stands, for an address: `12.8842-15.77`."""
    return "-".join(f"{box.id}.{box.state}" for box in every)


def head(inboxes: Inboxes, place: InboxesPlace) -> Head:
    failure = _failure(inboxes)
    made = screen.head(inboxes.all, place.only, place.sort, failure[1] if failure else "", _work(inboxes))
    return replace(made, changes=f"{made.changes}?flat=1") if place.flat else made


def _work(inboxes: Inboxes) -> list[Work]:
    """What is under way for all of an inbox. One query for each that has such."""
    busy = {box.id: account for account, boxes in inboxes.boxes.items() for box in boxes if box.busy}
    shown = {box.id for box in inboxes.all}
    accounts = {account for box, account in busy.items() if box in shown}
    return [
        work(job) for account in sorted(accounts) for job in queries.jobs(account)
        if job.mailbox in shown and not job.is_over
    ]  # fmt: skip


def _failure(inboxes: Inboxes) -> tuple[str, str] | None:
    """What went wrong with the first of them that is behind: which account that is, the sentence says."""
    for one in shell.standings(inboxes.own, inboxes.holder):
        boxes = inboxes.boxes[one.key]
        error = next((box.error for box in boxes if box.special_use == "inbox"), "")
        code = error or (inboxes.holder.error if one.is_current else _error_of(inboxes.holder, one.key))
        if code and (words := shell.failure(code)):
            return words[0], f"{clean(one.who.name)}: {words[1]}"
    return None


def _error_of(holder: Holder, account: int) -> str:
    return next((other.error for other in holder.others if other.id == account), "")


def _known(one: Placed) -> Conversation:
    """By conversation and mailbox."""
    return one.row._replace(thread=key_of(one.row.thread, one.mailbox))


def _sources(inboxes: Inboxes) -> tuple[Source, ...]:
    holder, mine = inboxes.holder, inboxes.holder.account
    labels = {mine.pk: mine.labels} | {one.id: json.loads(one.labels) for one in holder.others}
    standings = shell.standings(inboxes.own, holder)
    names = switcher.short_names(standings)
    return tuple(
        Source(box.id, one.who.address, names[one.key], one.who.hue, hues(labels[one.key]))
        for one in standings
        for box in inboxes.boxes[one.key]
        if box.special_use == "inbox"
    )


def _tools(inboxes: Inboxes, place: InboxesPlace) -> Tools:
    """What can be done to rows of any account; deleting is moving to Trash as soon as one of them has it."""
    uses = [{box.special_use for box in boxes if box.selectable} for boxes in inboxes.boxes.values() if boxes]
    wanted = set.intersection(*uses) | ({"trash"} if any("trash" in each for each in uses) else set())
    like = inboxes.all[0]
    able = [replace(like, special_use=use, selectable=True) for use in sorted(wanted)]
    return tools(like, replace(place, before="", mailbox=0), able)


class _Rows(Rows):
    """The rows of several accounts, each written by what writes its account's."""

    def __init__(self, writers: dict[int, Rows]) -> None:
        self._of = writers

    def _row(self, item: Conversation, current: bool) -> tuple[Group, SafeString]:
        _thread, mailbox = parted(item.thread)
        return self._of[mailbox]._row(item, current)


@lru_cache(maxsize=64)
def _writer(clock: Clock, place: InboxesPlace, sources: Iterable[Source]) -> Rows:
    return _Rows({one.mailbox: Rows(AccountRowWriter(clock, place, one)) for one in sources})
