"""The second wave of a search: asking the mail server, how far that is, what it found, and enough of it.

Starting and stopping are posts. What is found comes as rows when the page asks for it: see `sync.searching`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from imapbridge import queries, tasks
from imapbridge.search import criteria, index, running
from imapbridge.search.running import Progress
from imapbridge.search.tree import EVERYTHING
from webmail import access, error_pages
from webmail.access import Holder
from webmail.screen.sidebar import name_of
from webmail.views import back, found, lists, shell, whose
from webmail.views.found import Search


@dataclass(frozen=True, slots=True)
class Deep:
    """How the mail server's part of a search stands, as `search/_deep.html` prints it. `state`: `ready` (to be asked
    for), `runs` or `over`."""

    state: str
    begin: str = ""
    """The address that begins it."""
    begins_by_itself: bool = False
    said: str = ""
    """Which folder, or what came of it."""
    done: int = 0
    total: int = 0
    stop: str = ""
    more: str = ""
    """Addresses; of what was found since."""
    again: str = ""
    """The page as it is by then, for who has no script."""
    rows: SafeString = SafeString("")


def progress(request: HttpRequest, holder: Holder, search: Search) -> Deep | None:
    """How far the mail server's part of this search is; None when there is nothing to ask for."""
    if search.query.tree == EVERYTHING or search.place.before:
        return None
    token = request.GET.get("run", "")[:40]
    stands = running.progress(search.scope.accounts, token) if token else None
    if stands is None:
        address = replace(search.place, before="").address.replace("/search?", "/search/deeper?", 1)
        return Deep("ready", begin=address, begins_by_itself=criteria.asks_for_text(search.query.tree))
    return _deep(request, holder, search, stands, after=0)


def _deep(request: HttpRequest, holder: Holder, search: Search, stands: Progress, after: int) -> Deep:
    messages = running.found(search.scope.accounts, stands.token, after)
    hits = {hit.message: hit for hit in index.hits_of_messages(search.scope, EVERYTHING, messages)} if messages else {}
    query = urlencode({"q": search.place.q} | search.place.kept)
    return Deep(
        "over" if stands.is_over else "runs",
        said=_over(stands) if stands.is_over else _runs(stands),
        done=stands.done,
        total=max(stands.total, 1),
        stop=f"/search/deeper/{stands.token}/stop?{query}",
        more=f"/search/deeper/{stands.token}/more?{query}&after={stands.last}",
        again=f"/search?{query}&run={stands.token}",
        rows=found.printed(request, holder, search, [hits[message] for message in messages if message in hits]),
    )


def _runs(stands: Progress) -> str:
    if not stands.total:
        return ""
    name = name_of(stands.special_use, stands.mailbox)
    where = _("{mailbox}, mailbox {n} of {total}")
    return where.format(mailbox=name, n=min(stands.done + 1, stands.total), total=stands.total)


def _over(stands: Progress) -> str:
    if stands.error:
        return " ".join(error_pages.words(stands.error))
    more = ngettext("{n} more message found on the server.", "{n} more messages found on the server.", stands.found)
    said = more.format(n=stands.found) if stands.found else _("The server found nothing more.")
    if stands.ascii_only:
        only = _("It looks for plain letters (a to z) and digits only: words with others were left out.")
        said = f"{said} {only}"
    if stands.is_stopped:
        return _("Stopped. {said}").format(said=said)
    if stands.skipped:
        left = ngettext("{n} folder could not be searched.", "{n} folders could not be searched.", stands.skipped)
        return f"{said} {left.format(n=stands.skipped)}"
    return said


@require_POST
@login_required
def begin(request: HttpRequest) -> HttpResponse:
    """Have the mail server asked for the search `q`, in the background. One that still runs for the person ends."""
    holder = whose.holder(request)
    search = found.search_of(request, holder, queries.mailboxes(holder.account.pk), found.place_of(request))
    if search.query.tree == EVERYTHING:
        return HttpResponseBadRequest()
    token, keys = running.begin(_open(holder, search), str(search.query), everywhere=search.place.everywhere)
    for key in keys:
        tasks.search_server.apply_async((key,), queue="fast")
    if back.is_for_script(request):
        deep = _deep(request, holder, search, _progress(search, token), after=0)
        return JsonResponse({"token": token, "more": deep.more})
    return redirect(f"/search?{urlencode({'q': search.place.q, 'run': token} | search.place.kept)}")


def _open(holder: Holder, search: Search) -> Sequence[int]:
    """The accounts whose servers can be asked; all of them where none can, so that the person is told why."""
    locked = {one.id for one in holder.others if one.is_locked}
    if access.account_needs_password(holder.account):
        locked.add(holder.account.pk)
    return [account for account in search.scope.accounts if account not in locked] or search.scope.accounts


def _progress(search: Search, token: str) -> Progress:
    stands = running.progress(search.scope.accounts, token)
    if stands is None:
        raise Http404
    return stands


@require_safe
@login_required
def more(request: HttpRequest, token: str) -> HttpResponse:
    """How far it is, and the rows of what was found `after` a hit."""
    holder = whose.holder(request)
    place = lists.as_liked(request, found.place_of(request))
    search = found.search_of(request, holder, queries.mailboxes(holder.account.pk), place)
    after = request.GET.get("after", "")
    deep = _deep(
        request, holder, search, _progress(search, token), int(after) if after.isdecimal() and len(after) < 19 else 0
    )
    return render(request, "search/more.html", {"deep": deep})


@require_POST
@login_required
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """The person has enough: the connection is closed."""
    accounts = [account for account, _address in access.accounts_of(shell.person(request))]
    if not running.stop(accounts, token):
        raise Http404
    return back.after_post(request, f"/search?{urlencode({'q': request.GET.get('q', ''), 'run': token})}")
