"""What people do to results, wherever those lie: to each conversation in the folder that its row names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from imapbridge import actions, queries, tasks
from imapbridge.actions.folders import NameRefused
from imapbridge.actions.seeking import Sought
from imapbridge.queries import MailboxItem
from imapbridge.search import index
from imapbridge.search.index import Hit
from imapbridge.search.tree import EVERYTHING, Node
from imapbridge.terms import labels as terms
from webmail.access import Holder
from webmail.screen import done, snooze
from webmail.screen.jobs import work
from webmail.screen.people import clean
from webmail.screen.sidebar import name_of
from webmail.screen.targets import targets
from webmail.screen.together import parted
from webmail.tasks import count_searches_soon
from webmail.views import actions as acting
from webmail.views import back, deeds, found, shell, whose
from webmail.views.deeds import Chosen
from webmail.views.found import Search

MOST = 500
"""Conversations at a time that are named."""


@require_POST
@login_required
def act(request: HttpRequest) -> HttpResponse:
    """`do` one of the DEEDS to the results `c` of the search `q`, or to `all` that it finds; as `actions.act` does for
    a mailbox."""
    holder = whose.holder(request)
    boxes = queries.mailboxes(holder.account.pk)
    deed, to = acting.said(request, "do"), acting.said(request, "to")
    if deed not in deeds.DEEDS:
        return HttpResponseBadRequest()
    search = found.search_of(request, holder, boxes, found.place_of(request))
    is_everything = "all" in request.POST and "c" not in request.GET
    if is_everything and search.query.tree == EVERYTHING:
        return HttpResponseBadRequest()
    chosen = _everything(holder, search) if is_everything else _chosen(request, holder, search)
    # By account: a conversation goes to the inbox, or to a folder, of its own.
    aims = {one.account: deeds.target_of(deed, to, _boxes(search, holder, one.account)) for one in chosen}
    if None in aims.values() and (deed == "inbox" or (deed in deeds.AIMED and to and back.is_for_script(request))):
        return HttpResponse(status=409)
    target = None if None in aims.values() else aims[chosen[0].account]
    keyword = acting.keyword_of(request) if deed in deeds.LABELS else ""
    until = acting.until_of(request) if deed in deeds.TIMED else None
    wishes = [
        replace(one, target=aim.id if target and (aim := aims[one.account]) else 0, keyword=keyword, until=until)
        for one in chosen
    ]
    if not acting.is_complete(request, deed, wishes[0]):
        return _ask(request, holder, search, deed, wishes)
    what = name_of(target.special_use, target.name) if target else terms.name_of(keyword)
    try:
        answer = (_begun if is_everything else _done)(request, search, deed, wishes, what)
    except (actions.NoMailboxFor, NameRefused):
        return HttpResponse(status=409)
    if holder.saved:
        count_searches_soon(None, holder.account.pk)
    return answer


def _boxes(search: Search, holder: Holder, account: int) -> list[MailboxItem]:
    """Those of one account."""
    return [box for box in search.scope.boxes if search.scope.owner.get(box.id, holder.account.pk) == account]


def _chosen(request: HttpRequest, holder: Holder, search: Search) -> list[Chosen]:
    """By mailbox. Http404 when nothing is there."""
    by_mailbox = _named(request, search) if search.whose else _found(search, acting.threads_of(request))
    held = {mailbox: queries.selection(mailbox, some) for mailbox, some in sorted(by_mailbox.items())}
    owner, own = search.scope.owner, holder.account.pk
    chosen = [Chosen(owner.get(mailbox, own), mailbox, several) for mailbox, several in held.items() if several]
    if not chosen:
        raise Http404
    return chosen


def _everything(holder: Holder, search: Search) -> list[Chosen]:
    """All that the search finds, by account. Http404 where no account has a mailbox yet."""
    scope, chosen = search.scope, list[Chosen]()
    for account, address in zip(scope.accounts, scope.addresses, strict=True):
        its = _boxes(search, holder, account)
        told = next((box for box in its if box.special_use == "inbox"), next(iter(its), None))
        own = (address, *(other for other in scope.addresses if other != address))
        sought = Sought(str(search.query), scope.everywhere, str(scope.zone or "UTC"), scope.today, own)
        if told:
            chosen.append(Chosen(account, told.id, (), everything=True, flat=search.place.flat, sought=sought))
    if not chosen:
        raise Http404
    return chosen


def _begun(request: HttpRequest, search: Search, deed: str, wishes: list[Chosen], what: str) -> HttpResponse:
    """A job for each account, of which the first part is done. NoMailboxFor before any is begun."""
    for wish in wishes:
        if use := deeds.use_of(deed):
            actions.mailbox_for(wish.account, use)
    jobs = [deeds.begin(deed, wish) for wish in wishes]
    for job in jobs:
        tasks.go_on(job)
    first, is_undoable = jobs[0], back.is_begun(jobs)
    if back.is_for_script(request):
        alone = work(queries.job(first.account_id, first.pk)).text if len(jobs) == 1 else ""
        said = alone or back.said_of_jobs(deed, jobs, what)
        undo = done.undo_of([job.pk for job in jobs])
        answer: HttpResponse = JsonResponse({"said": said, "undo": undo if is_undoable else []})
    else:
        answer = redirect(search.place.address)
    if is_undoable:
        back.remember_jobs(answer, deed, jobs, wishes[0].target)
    return answer


def _named(request: HttpRequest, search: Search) -> dict[int, set[int]]:
    """Of several accounts each row names its mailbox."""
    by_mailbox: dict[int, set[int]] = defaultdict(set)
    for thread, mailbox in map(parted, acting.keys_of(request)[:MOST]):
        if mailbox in search.scope.owner:
            by_mailbox[mailbox].add(thread)
    return by_mailbox


def _found(search: Search, keys: set[int]) -> dict[int, set[int]]:
    """What the index does not find by this search any more, the mail server did: then where its newest message lies."""
    by_mailbox: dict[int, set[int]] = defaultdict(set)
    left = set(sorted(keys)[:MOST])
    for tree in (search.query.tree, EVERYTHING):
        for key, hit in _hits(search, tree, left):
            if key in left:
                left.discard(key)
                by_mailbox[hit.mailbox].add(key)
    return by_mailbox


def _hits(search: Search, tree: Node, keys: set[int]) -> Iterator[tuple[int, Hit]]:
    """With what the row is known by: conversations, or messages by themselves."""
    messages = {key - queries.FIRST_MESSAGE for key in keys if queries.is_message(key)}
    threads = {key for key in keys if not queries.is_message(key)}
    for hit in index.hits_of_threads(search.scope, tree, threads) if threads else ():
        yield hit.thread, hit
    for hit in index.hits_of_messages(search.scope, tree, messages) if messages else ():
        yield queries.FIRST_MESSAGE + hit.message, hit


def _done(request: HttpRequest, search: Search, deed: str, wishes: list[Chosen], what: str) -> HttpResponse:
    changes = [change for wish in wishes for change in deeds.DEEDS[deed](wish)]
    subjects = {(wish.mailbox, one.thread): one.subject for wish in wishes for one in wish.held}
    by_message = all(wish.by_message for wish in wishes)
    if back.is_for_script(request):
        many = len(subjects) > 1
        counted = done.counted(deed, len(subjects), what, by_message=by_message)
        said = counted if many else done.named(deed, clean(next(iter(subjects.values()))), what)
        answer: HttpResponse = JsonResponse({"said": said, "undo": changes})
    else:
        answer = redirect(search.place.address)
    back.remember(answer, deed, len(subjects), wishes[0].target, changes, by_message=by_message)
    return answer


def _ask(request: HttpRequest, holder: Holder, search: Search, deed: str, wishes: list[Chosen]) -> HttpResponse:
    """A page that asks for what is missing, and sends the same form again."""
    if back.is_for_script(request):
        return acting.incomplete(request, deed)
    boxes = list(search.scope.boxes)
    page = shell.context(request, holder, boxes) | {
        "deed": deed,
        "address": search.place.act,
        "chosen": sorted({search.key(one.thread, wish.mailbox) for wish in wishes for one in wish.held}),
        "everything": wishes[0].everything,
        "targets": targets(_boxes(search, holder, wishes[0].account), 0),
        "labels": acting.labels_of(holder) if deed in deeds.LABELS else (),
        "times": snooze.choices(shell.clock(request)) if deed in deeds.TIMED else (),
        "list": search.place.address,
        "here": request.POST.get("next", ""),
    }
    return render(request, "acting/ask.html", page | acting.refused(request, deed))


@require_safe
@login_required
def dialogs(request: HttpRequest) -> HttpResponse:
    """What a script asks the same with, on the page itself."""
    holder = whose.holder(request)
    boxes = queries.mailboxes(holder.account.pk)
    page = {
        "address": replace(found.place_of(request), before="").act,
        "targets": targets(boxes, 0),
        "labels": acting.labels_of(holder),
        "times": snooze.choices(shell.clock(request)),
    }
    return render(request, "acting/dialogs.html", page)
