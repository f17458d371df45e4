"""What people do to conversations of all inboxes: to each in its own account, with that account's special mailboxes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from imapbridge import actions, queries, tasks
from imapbridge.actions import whole
from imapbridge.actions.folders import NameRefused
from imapbridge.models import Job
from imapbridge.queries import MailboxItem
from imapbridge.terms import labels as terms
from webmail import access
from webmail.access import Holder
from webmail.screen import done, snooze, switcher
from webmail.screen.labels import Label
from webmail.screen.people import clean
from webmail.screen.sidebar import name_of
from webmail.screen.targets import Target, targets
from webmail.screen.together import InboxesPlace, parted
from webmail.tasks import count_searches_soon
from webmail.views import actions as acting
from webmail.views import back, deeds, shell, together, whose
from webmail.views.deeds import Chosen
from webmail.views.together import Inboxes


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a form asks for: the same deed in each mailbox."""

    deed: str
    chosen: list[Chosen]
    target: MailboxItem | None
    what: str
    """Where to, or which label."""


@require_POST
@login_required
def act(request: HttpRequest) -> HttpResponse:
    """`do` one of the DEEDS to the conversations of the keys `c`, or to `all` that the list shows, as `actions.act`
    does in a mailbox. 409 when an account has no mailbox for it, or when one is to go to a folder of another account:
    nothing is done then."""
    holder = whose.holder(request)
    inboxes, place = together.of(holder), together.place_of(request)
    deed, to = acting.said(request, "do"), acting.said(request, "to")
    if deed not in deeds.DEEDS or deed == "inbox":
        return HttpResponseBadRequest()
    chosen = _chosen(request, inboxes, place)
    target = _target(inboxes, to) if deed in deeds.AIMED else None
    if deed in deeds.AIMED and to and not _is_theirs(inboxes, target, chosen):
        return HttpResponse(status=409)
    keyword = acting.keyword_of(request) if deed in deeds.LABELS else ""
    until = acting.until_of(request) if deed in deeds.TIMED else None
    chosen = [replace(one, target=target.id if target else 0, keyword=keyword, until=until) for one in chosen]
    what = name_of(target.special_use, target.name) if target else terms.name_of(keyword)
    wish = _Wish(deed, chosen, target, what)
    if not acting.is_complete(request, deed, chosen[0]):
        return _ask(request, inboxes, place, wish)
    try:
        _check(wish)
        return _begun(request, place, wish) if chosen[0].everything else _done(request, holder, place, wish)
    except (actions.NoMailboxFor, NameRefused):
        return HttpResponse(status=409)


def _chosen(request: HttpRequest, inboxes: Inboxes, place: InboxesPlace) -> list[Chosen]:
    """By mailbox. Http404 when nothing of it is there."""
    if "all" in request.POST and "c" not in request.GET:
        every = [(inboxes.account_of(box.id), box.id) for box in inboxes.all]
        return [Chosen(account, box, (), everything=True, only=place.only, flat=place.flat) for account, box in every]
    by_mailbox: dict[int, list[int]] = defaultdict(list)
    for thread, mailbox in map(parted, acting.keys_of(request)):
        by_mailbox[mailbox].append(thread)
    held = {box: queries.selection(box, some) for box, some in sorted(by_mailbox.items()) if inboxes.account_of(box)}
    chosen = [Chosen(inboxes.account_of(box), box, some) for box, some in held.items() if some]
    if not chosen:
        raise Http404
    return chosen


def _target(inboxes: Inboxes, wanted: str) -> MailboxItem | None:
    every = [box for boxes in inboxes.boxes.values() for box in boxes]
    return deeds.target_of("move", wanted, every)


def _is_theirs(inboxes: Inboxes, target: MailboxItem | None, chosen: list[Chosen]) -> bool:
    """Whether all of them are of the target's account."""
    return all(target in inboxes.boxes[one.account] for one in chosen)


def _check(wish: _Wish) -> None:
    """Raises NoMailboxFor before anything is done, so that all of it is or nothing."""
    for one in wish.chosen:
        if use := deeds.use_of(wish.deed):
            actions.mailbox_for(one.account, use)


def _done(request: HttpRequest, holder: Holder, place: InboxesPlace, wish: _Wish) -> HttpResponse:
    changes = [change for one in wish.chosen for change in deeds.DEEDS[wish.deed](one)]
    if holder.saved:
        count_searches_soon(None, holder.account.pk)
    subjects = [one.subject for chosen in wish.chosen for one in {each.thread: each for each in chosen.held}.values()]
    by_message = all(one.by_message for one in wish.chosen)
    if back.is_for_script(request):
        many = len(subjects) > 1
        counted = done.counted(wish.deed, len(subjects), wish.what, by_message=by_message) if many else ""
        said = counted or done.named(wish.deed, clean(subjects[0]), wish.what)
        answer: HttpResponse = JsonResponse({"said": said, "undo": changes})
    else:
        answer = redirect(replace(place, mailbox=0).address)
    back.remember(answer, wish.deed, len(subjects), wish.chosen[0].target, changes, by_message=by_message)
    return answer


def _begun(request: HttpRequest, place: InboxesPlace, wish: _Wish) -> HttpResponse:
    """Everything: a job for each account, of which the first part is done."""
    jobs = [deeds.begin(wish.deed, one) for one in wish.chosen]
    for job in jobs:
        tasks.go_on(job)
    is_undoable = back.is_begun(jobs)
    if back.is_for_script(request):
        undo = done.undo_of([job.pk for job in jobs]) if is_undoable else []
        said = back.said_of_jobs(wish.deed, jobs, wish.what)
        answer: HttpResponse = JsonResponse({"said": said, "undo": undo})
    else:
        answer = redirect(place.address)
    if is_undoable:
        back.remember_jobs(answer, wish.deed, jobs, wish.chosen[0].target)
    return answer


def _ask(request: HttpRequest, inboxes: Inboxes, place: InboxesPlace, wish: _Wish) -> HttpResponse:
    """A page that asks for what is missing, and sends the same form again. Folders are those of the accounts that all
    of it is in."""
    if back.is_for_script(request):
        return acting.incomplete(request, wish.deed)
    accounts = {one.account for one in wish.chosen}
    page = shell.context(request, inboxes.holder, inboxes.own, only="inboxes") | {
        "deed": wish.deed,
        "address": place.act,
        "chosen": acting.keys_of(request) if not wish.chosen[0].everything else [],
        "everything": wish.chosen[0].everything,
        "targets": _targets(inboxes, accounts) if len(accounts) == 1 else [],
        "labels": _labels(inboxes) if wish.deed in deeds.LABELS else (),
        "times": snooze.choices(shell.clock(request)) if wish.deed in deeds.TIMED else (),
        "list": place.address,
        "here": request.POST.get("next", ""),
    }
    return render(request, "acting/ask.html", page | acting.refused(request, wish.deed))


@require_safe
@login_required
def dialogs(request: HttpRequest) -> HttpResponse:
    """What a script asks the same with, on the page itself."""
    inboxes = together.of(whose.holder(request))
    page = {
        "address": replace(together.place_of(request), before="").act,
        "targets": _targets(inboxes, set(inboxes.boxes)),
        "labels": _labels(inboxes),
        "times": snooze.choices(shell.clock(request)),
    }
    return render(request, "acting/dialogs.html", page)


def _targets(inboxes: Inboxes, accounts: set[int]) -> list[Target]:
    """The folders of these accounts, each below its account's name."""
    names = switcher.short_names(shell.standings(inboxes.own, inboxes.holder))
    within = _("{account}: {folder}")
    return [
        replace(one, above=within.format(account=names[key], folder=one.above) if one.above else names[key])
        for key, boxes in inboxes.boxes.items() if key in accounts
        for one in targets([box for box in boxes if box.special_use != "inbox"], 0)
    ]  # fmt: skip


def _labels(inboxes: Inboxes) -> list[Label]:
    """Those that any of the accounts has."""
    found = {label.keyword: label for key in inboxes.boxes for label in acting.labels_in(key, inboxes.holder)}
    return sorted(found.values(), key=lambda label: label.name.casefold())


@require_POST
@login_required
def undo(request: HttpRequest) -> HttpResponse:
    """Undo the `job`s. 404 when some cannot be undone any more."""
    keys = [int(word) for word in request.GET.getlist("job") if word.isdecimal() and len(word) < 19]
    asked = [access.own(Job.objects.all(), request.user, key, owner="account__user") for key in keys[:50]]
    undone = [whole.undo(job.account_id, job.pk) for job in asked]
    for job in undone:
        if job is not None:
            tasks.go_on(job)
    if not undone or None in undone:
        raise Http404
    return back.after_post(request, "/inbox/")
