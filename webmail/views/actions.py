"""What people do to mail: one address for whatever is chosen in a list, one for the marks of a conversation, and undo.

Every one is a form of the page first. A script that has changed the screen already gets a sentence and the way back.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from imapbridge import actions, queries, tasks
from imapbridge.actions.folders import NameRefused
from imapbridge.queries import MailboxItem
from imapbridge.terms import labels
from imapbridge.terms.flags import is_valid_keyword
from webmail import access
from webmail.access import Holder
from webmail.screen import done, jobs, snooze
from webmail.screen.account import preferences, zone_name
from webmail.screen.clock import zone
from webmail.screen.labels import Label, by_name, hues
from webmail.screen.people import clean
from webmail.screen.sidebar import name_of
from webmail.screen.targets import targets
from webmail.screen.together import parted
from webmail.tasks import count_searches_soon
from webmail.views import back, deeds, lists, shell
from webmail.views.deeds import Chosen

_THREAD = re.compile(r"-?[0-9]{1,20}")
_KEY = re.compile(r"-?[0-9]{1,32}")
"""What a row is known by: a conversation's number, or a message's, and twelve digits."""


@require_POST
@login_required
def flags(request: HttpRequest, message_id: int) -> HttpResponse:
    """`seen=0|1` or `flagged=0|1` of a conversation, through one of its messages.

    Reading and taking the star away are for all of it, where messages do not stand by themselves; a star and a mark as
    unread are put on this message. A page that
    marks what it opened says which `message`s those were, and the folded ones stay as they are.
    """
    account, thread, has_searches = access.marked(request.user, message_id)
    seen, flagged = (_switch(request, name) for name in ("seen", "flagged"))
    if seen is None and flagged is None:
        return HttpResponseBadRequest()
    marks = queries.marks(account, thread, opened=message_id)
    if request.GET.get("flat") == "1":  # the message stands by itself
        marks = [one for one in marks if one[0] == message_id]
    changes: list[int] = []
    if seen is not None:
        shown = set(request.POST.getlist("message"))
        unread = [ident for ident, is_seen, _ in marks if not is_seen and (not shown or str(ident) in shown)]
        changes += actions.set_seen(account, unread if seen else [message_id], seen)
    if flagged is not None:
        starred = [ident for ident, _, is_starred in marks if is_starred]
        changes += actions.set_flagged(account, [message_id] if flagged else starred, flagged)
    if has_searches:
        count_searches_soon(None, account)
    if back.is_for_script(request):
        return JsonResponse({"undo": changes})
    return back.after_post(request, f"/message/{message_id}/")


def _switch(request: HttpRequest, name: str) -> bool | None:
    return {"0": False, "1": True}.get(request.POST.get(name, ""))


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a form asks for."""

    deed: str
    chosen: Chosen
    target: MailboxItem | None

    @property
    def _what(self) -> str:
        """Where to, or which label."""
        return (
            name_of(self.target.special_use, self.target.name) if self.target else labels.name_of(self.chosen.keyword)
        )

    def answer(self, changes: list[int]) -> dict[str, object]:
        """For the script: what was done in words, and what undoes it."""
        what = self._what
        subjects = {one.thread: one.subject for one in self.chosen.held}
        if len(subjects) > 1:
            said = done.counted(self.deed, len(subjects), what, by_message=self.chosen.by_message)
            return {"said": said, "undo": changes}
        subject = clean(next(iter(subjects.values())))
        return {"said": done.named(self.deed, subject, what), "undo": changes}


@require_POST
@login_required
def act(request: HttpRequest, mailbox_id: int) -> HttpResponse:
    """`do` one of the DEEDS to the conversations `c` of a mailbox, or to `all` that the list shows; a move or copy says
    where `to`, a label which, by the keyword `label` or by its `name`; what is
    snoozed comes back at the moment `until`.

    What the person has not said yet is asked on a page of its own: where to, which label, and whether for ever. 404
    when nothing of what was chosen is there; 422 for a moment that is none to come; 409 where the account has no
    mailbox for it, or the one it was to go to takes no mail: without a script, another is asked for.
    """
    holder = access.holder_of_mailbox(request.user, mailbox_id)
    boxes = queries.mailboxes(holder.account.pk)
    deed, to = (said(request, name) for name in ("do", "to"))
    if deed not in deeds.DEEDS:
        return HttpResponseBadRequest()
    target = deeds.target_of(deed, to, boxes)
    chosen = _chosen(request, holder.account.pk, mailbox_id)
    if not target and (deed == "inbox" or (deed in deeds.AIMED and to and back.is_for_script(request))):
        return HttpResponse(status=409)
    keyword = keyword_of(request) if deed in deeds.LABELS else ""
    until = until_of(request) if deed in deeds.TIMED else None
    wish = _Wish(deed, replace(chosen, target=target.id if target else 0, keyword=keyword, until=until), target)
    if not is_complete(request, deed, wish.chosen):
        return _ask(request, holder, boxes, wish)
    try:
        if chosen.everything:
            return _begun(request, wish)
        changes = deeds.DEEDS[deed](wish.chosen)
    except (actions.NoMailboxFor, NameRefused):
        return HttpResponse(status=409)
    return _answer(request, wish, changes)


def _answer(request: HttpRequest, wish: _Wish, changes: list[int]) -> HttpResponse:
    if back.is_for_script(request):
        answer: HttpResponse = JsonResponse(wish.answer(changes))
    else:
        place = _way_on(request, wish)
        answer = back.after_post(request, place) if wish.deed in deeds.MARKS else redirect(place)
    chosen = wish.chosen
    count = len({one.thread for one in chosen.held})
    back.remember(answer, wish.deed, count, chosen.target, changes, by_message=chosen.by_message)
    return answer


def _begun(request: HttpRequest, wish: _Wish) -> HttpResponse:
    """Everything: the first of it is done, the rest in the background."""
    job = deeds.begin(wish.deed, wish.chosen)
    tasks.go_on(job)
    if back.is_for_script(request):
        said = jobs.work(queries.job(wish.chosen.account, job.pk)).text
        answer: HttpResponse = JsonResponse({"said": said, "undo": done.undo_of([job.pk])})
    else:
        answer = redirect(lists.place_of(request, wish.chosen.mailbox).address)
    back.remember_jobs(answer, wish.deed, [job], wish.chosen.target)
    return answer


def _way_on(request: HttpRequest, wish: _Wish) -> str:
    """From an open conversation to the one beside it, for who likes that; else to the list."""
    place = lists.place_of(request, wish.chosen.mailbox)
    wanted = preferences(shell.person(request)).after_filing
    threads = {one.thread for one in wish.chosen.held}
    if wanted in {"next", "previous"} and len(threads) == 1 and request.POST.get("next", "").startswith("/message/"):
        newer, older = queries.neighbours(place.mailbox, *threads)
        if beside := older if wanted == "next" else newer:
            return f"/message/{beside}/?{place.query}"
    return place.address


def is_complete(request: HttpRequest, deed: str, chosen: Chosen) -> bool:
    """Whether nothing is left to ask."""
    if deed in deeds.AIMED:
        return chosen.target != 0
    if deed in deeds.LABELS:
        return bool(chosen.keyword)
    if deed in deeds.TIMED:
        return chosen.until is not None
    return deed != "delete" or "sure" in request.POST


def refused(request: HttpRequest, deed: str) -> dict[str, str]:
    """For the page that asks again: the moment that was told, and is over or none at all, and why it was not taken."""
    typed = said(request, "until") if deed in deeds.TIMED else ""
    return {"typed": typed, "fault": snooze.not_to_come()} if typed else {}


def incomplete(request: HttpRequest, deed: str) -> HttpResponse:
    """For a script, which asks for itself: 422 and why, where the person is to answer otherwise."""
    if fault := refused(request, deed).get("fault"):
        return JsonResponse({"said": fault}, status=422)
    return HttpResponseBadRequest()


def said(request: HttpRequest, name: str) -> str:
    """By the button, or by its address."""
    return request.POST.get(name) or request.GET.get(name, "")


def keyword_of(request: HttpRequest) -> str:
    """The label that is meant; empty when it is none that people give."""
    keyword = said(request, "label") or labels.keyword_of(request.POST.get("name", ""))
    return keyword if is_valid_keyword(keyword) and labels.is_label(keyword) else ""


def until_of(request: HttpRequest) -> datetime | None:
    """By the clock that the person has chosen, else by the browser's, which a script tells."""
    own = zone_name(shell.person(request)) or request.POST.get("zone", "")
    return snooze.moment(said(request, "until"), zone(own, settings.TIME_ZONE), timezone.now())


def threads_of(request: HttpRequest) -> set[int]:
    """The rows `c`: that of a button, else those with a mark."""
    words = request.GET.getlist("c") or request.POST.getlist("c")
    return {int(word) for word in words if _THREAD.fullmatch(word) and _is_known(int(word))}


def _is_known(key: int) -> bool:
    """Whether a row could be known by it: a number that the database has."""
    return abs(key - queries.FIRST_MESSAGE if queries.is_message(key) else key) < 2**63


def keys_of(request: HttpRequest) -> list[int]:
    """The rows that a form names, where a row is known by its conversation and its mailbox (`screen.together`): the one
    of the button, else those with a mark."""
    words = request.GET.getlist("c") or request.POST.getlist("c")
    keys = [int(word) for word in words if _KEY.fullmatch(word)]
    return [key for key in keys if _is_known(parted(key)[0])]


def _chosen(request: HttpRequest, account: int, mailbox: int) -> Chosen:
    """The conversation that a button names, else all that the list shows, else those with a mark. Http404 when none of
    them is there."""
    if "all" in request.POST and "c" not in request.GET:
        place = lists.place_of(request, mailbox)
        return Chosen(account, mailbox, (), everything=True, only=place.only, flat=place.flat)
    held = queries.selection(mailbox, threads_of(request))
    if not held:
        raise Http404
    return Chosen(account, mailbox, held)


def _ask(request: HttpRequest, holder: Holder, boxes: list[MailboxItem], wish: _Wish) -> HttpResponse:
    """A page that asks for what is missing, and sends the same form again."""
    if back.is_for_script(request):
        return incomplete(request, wish.deed)
    place = lists.place_of(request, wish.chosen.mailbox)
    page = shell.context(request, holder, boxes, place.mailbox) | {
        "deed": wish.deed,
        "address": place.act,
        "chosen": sorted({one.thread for one in wish.chosen.held}),
        "everything": wish.chosen.everything,
        "targets": targets(boxes, place.mailbox),
        "labels": labels_of(holder) if wish.deed in deeds.LABELS else (),
        "times": snooze.choices(shell.clock(request)) if wish.deed in deeds.TIMED else (),
        "list": place.address,
        "here": request.POST.get("next", ""),
    }
    return render(request, "acting/ask.html", page | refused(request, wish.deed))


@require_safe
@login_required
def dialogs(request: HttpRequest, mailbox_id: int) -> HttpResponse:
    """What a script asks the same with, on the page itself."""
    holder = access.holder_of_mailbox(request.user, mailbox_id)
    boxes = queries.mailboxes(holder.account.pk)
    address = replace(lists.place_of(request, mailbox_id), before="").act
    page = {"address": address, "targets": targets(boxes, mailbox_id), "labels": labels_of(holder)}
    page["times"] = snooze.choices(shell.clock(request))
    return render(request, "acting/dialogs.html", page)


def labels_of(holder: Holder) -> list[Label]:
    """All that the account has."""
    return labels_in(holder.account.pk, holder)


def labels_in(account: int, holder: Holder) -> list[Label]:
    """All that one of the person's accounts has."""
    others = {one.id: json.loads(one.labels) for one in holder.others}
    known = holder.account.labels if account == holder.account.pk else others[account]
    return [*by_name({*known, *queries.labels(account)}, hues(known))]


@require_POST
@login_required
def undo(request: HttpRequest) -> HttpResponse:
    """Undo the `change`s. 404 when none of it can be undone any more, or ever was the person's; where some of it
    cannot, the answer says so."""
    accounts = [account for account, _address in access.accounts_of(request.user)]
    words = request.GET.getlist("change") or request.POST.getlist("change")
    changes = {int(word) for word in words if word.isdecimal() and len(word) < 19}
    undone = actions.undo_everywhere(accounts, changes) if changes else actions.Undone.NOTHING
    if undone is actions.Undone.NOTHING:
        raise Http404
    is_partly = undone is actions.Undone.PARTLY
    if is_partly and back.is_for_script(request):
        answer: HttpResponse = JsonResponse({"said": done.partly_undone()})
    else:
        answer = back.after_post(request, "/")
    if is_partly and not back.is_for_script(request):
        back.remember_partly(answer)
    else:
        back.forget(answer)
    return answer
