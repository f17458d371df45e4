"""The list pane of a search, from the index: shared by the page of results and the message that was opened from it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imapbridge import queries
from imapbridge.queries import MailboxItem
from imapbridge.search import catching_up, index, ranking, results
from imapbridge.search.index import Hit, Scope
from imapbridge.search.query import Query, parse
from imapbridge.search.tree import EVERYTHING
from webmail import partials
from webmail.access import Holder
from webmail.screen import switcher
from webmail.screen.jobs import Work, of_account, work
from webmail.screen.labels import hues
from webmail.screen.listing import Blank
from webmail.screen.people import clean
from webmail.screen.refining import Menu, Refining, orders, refining
from webmail.screen.results import BEST, ResultWriter, SearchPlace, Whose, problem, tagged
from webmail.screen.together import key_of
from webmail.screen.tools import Tools, tools
from webmail.views import shell


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above results, and in the window's title; as the pages of mailboxes have it."""

    window: str
    title: str
    sub: str
    failed: str = ""
    progress: int | None = None
    progress_label: str = ""


@dataclass(frozen=True, slots=True)
class Results:
    """The list pane, as `search/_list.html` prints it."""

    head: Head
    address: str
    refining: Refining
    problems: tuple[str, ...]
    rows: SafeString
    order: list[tuple[int, int]]
    older: str
    blank: Blank | None
    tools: Tools
    orders: Menu
    """Whose choices are addresses."""
    stays: Mapping[str, str]
    """What a search for something else keeps of this one, as fields of a form."""
    kept: int = 0
    """The key of the search, when the person keeps it."""
    is_behind: bool = False
    """Whether some mail is not in the index of words yet."""
    work: tuple[Work, ...] = ()
    """What is under way for all that a search finds."""


@dataclass(frozen=True, slots=True)
class Search:
    """A search as a request means it. `whose`: by mailbox, for who has several accounts."""

    place: SearchPlace
    query: Query
    scope: Scope
    whose: Mapping[int, Whose] = field(default_factory=dict)

    def key(self, thread: int, mailbox: int) -> int:
        """What a row is known by."""
        return key_of(thread, mailbox) if self.whose else thread


def place_of(request: HttpRequest, mailbox: int = 0) -> SearchPlace:
    asked = request.GET
    sort = BEST if asked.get("sort") == BEST else ""
    return SearchPlace(
        mailbox, asked.get("before", "")[:60], sort=sort, flat=asked.get("flat") == "1", q=asked.get("q", ""),
        everywhere=asked.get("all") == "1",
    )  # fmt: skip


def search_of(request: HttpRequest, holder: Holder, boxes: Sequence[MailboxItem], place: SearchPlace) -> Search:
    """No query; one for who has several accounts."""
    owned = {holder.account.pk: [*boxes]} | (
        queries.mailboxes_of([one.id for one in holder.others]) if holder.others else {}
    )
    clock = shell.clock(request)
    scope = Scope(
        tuple(owned),
        tuple(box for its in owned.values() for box in its),
        (holder.account.address, *(one.address for one in holder.others)),
        place.everywhere,
        clock.tz,
        timezone.now().astimezone(clock.tz).date(),
        {box.id: account for account, its in owned.items() for box in its} if holder.others else {},
    )
    standings = shell.standings([*boxes], holder)
    short = switcher.short_names(standings)
    labels = {holder.account.pk: holder.account.labels} | {one.id: json.loads(one.labels) for one in holder.others}
    names = {one.key: Whose(one.who.address, short[one.key], hues(labels[one.key])) for one in standings}
    return Search(place, parse(place.q), scope, {box: names[account] for box, account in scope.owner.items()})


def pane(request: HttpRequest, holder: Holder, search: Search, opened: int = 0) -> Results:
    """A page of results. Two queries, one more for the best first, and one for the texts that show what was found."""
    place, tree = search.place, search.query.tree
    page = ranking.page if place.sort else index.page
    nothing = index.Found([], "")
    found = page(search.scope, tree, place.before, by_message=place.flat) if tree != EVERYTHING else nothing
    writer = writer_of(request, holder, search, opened)
    shown = _shown(search, found.hits)
    behind = not shown and catching_up.lacks(holder.account.pk)
    return Results(
        head=_head(place.q, len(shown), more=bool(found.next)),
        address=place.address,
        refining=refining(
            tree, search.scope.boxes, [(one.me, one.name) for one in dict.fromkeys(search.whose.values())]
        ),
        problems=_problems(search),
        rows=_rows(writer, shown),
        order=[(search.key(one.conversation.thread, one.mailbox), one.conversation.message) for one in shown],
        older=replace(place, before=found.next).address if found.next else "",
        blank=None if shown else _blank(search),
        tools=_tools(search),
        orders=orders(place),
        stays=place.kept,
        kept=next((one.id for one in holder.saved if one.query == str(search.query)), 0),
        is_behind=behind,
        work=tuple(_work(holder, search)),
    )


def _work(holder: Holder, search: Search) -> Iterator[Work]:
    """What is under way for results, of all accounts. One query for each of those that have such."""
    owner, own = search.scope.owner, holder.account.pk
    names = {whose.me: whose.name for whose in search.whose.values()}
    addresses = dict(zip(search.scope.accounts, search.scope.addresses, strict=True))
    for account in dict.fromkeys(owner.get(box.id, own) for box in search.scope.boxes if box.busy):
        for job in queries.jobs(account):
            if job.words and not job.is_over:
                name = names.get(addresses[account], "")
                yield of_account(work(job), clean(name)) if name else work(job)


def printed(request: HttpRequest, holder: Holder, search: Search, hits: Sequence[Hit]) -> SafeString:
    """Rows of what the mail server found."""
    return _rows(writer_of(request, holder, search), _shown(search, hits))


def _shown(search: Search, hits: Sequence[Hit]) -> list[results.Result]:
    if not search.place.flat:
        return results.rows(hits)
    return results.messages(hits, {box.id: box.special_use for box in search.scope.boxes})


def writer_of(request: HttpRequest, holder: Holder, search: Search, opened: int = 0) -> ResultWriter:
    me = holder.account.address
    boxes, tree = search.scope.boxes, search.query.tree
    own = hues(holder.account.labels)
    return ResultWriter(shell.clock(request), search.place, me, tree, boxes, opened, search.whose, own)


def _rows(writer: ResultWriter, shown: Sequence[results.Result]) -> SafeString:
    unclear = [one.conversation.message for one in shown if writer.lacks_hit(one.conversation)]
    return tagged(partials.printed(writer.rows(shown, results.texts(unclear))))


def _head(q: str, count: int, *, more: bool) -> Head:
    if more:
        sub = ngettext("more than {n}", "more than {n}", count).format(n=count)
    else:
        sub = ngettext("{n} found", "{n} found", count).format(n=count) if count else ""
    window = _("Search: {words}").format(words=q[:200]) if q else _("Search")
    return Head(window, _("Results") if q else _("Search"), sub)


def _problems(search: Search) -> tuple[str, ...]:
    unknown = [problem("in", name) for name in search.scope.unknown(search.query.tree)]
    return (*(problem(one.kind, one.said) for one in search.query.problems), *unknown)


def _blank(search: Search) -> Blank:
    if search.query.tree == EVERYTHING:
        return Blank(
            "empty",
            _("What are you looking for?"),
            _("Type words, or narrow it down: from:ann, has:attachment, older:1w."),
        )
    return Blank("empty", _("Nothing found"), _("No subject, name or first words match. Try fewer words."))


def _tools(search: Search) -> Tools:
    """What can be done to results wherever they lie: as in a folder of one's own."""
    boxes = search.scope.boxes
    like = next((box for box in boxes if not box.special_use), boxes[0])
    return tools(replace(like, special_use="", id=0), replace(search.place, before=""), boxes)
