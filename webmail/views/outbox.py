"""What is on its way out: what waits, is tried again, came back or is not known, and what to do with each."""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from imapbridge import queries
from webmail.compose import outbox
from webmail.screen.outbox import line
from webmail.views import shell, whose

Deed = Callable[[Collection[int], int], bool]
_DEEDS: dict[str, Deed] = {
    "now": outbox.send_now, "cancel": outbox.cancel, "discard": outbox.discard, "arrived": outbox.arrived,
    "again": outbox.send_again, "dismiss": outbox.dismiss, "file": outbox.offer_copy, "forgo": outbox.forgo_copy,
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def show(request: HttpRequest) -> HttpResponse:
    """The list; each of its forms says what is to be done with one message. What is too late shows in the list."""
    holder = whose.holder(request)
    mine = whose.accounts(holder)
    if request.method == "POST":
        return _do(request, mine)
    page = shell.context(request, holder, queries.mailboxes(holder.account.pk), only="outbox")
    clock = shell.clock(request)
    return render(request, "outbox/show.html", page | {"lines": [line(row, clock) for row in outbox.waiting(mine)]})


def _do(request: HttpRequest, mine: list[int]) -> HttpResponse:
    asked, wanted = request.POST.get("id", ""), request.POST.get("do", "")
    if not asked.isdecimal() or len(asked) > 18:
        raise Http404
    if wanted == "edit":
        taken = outbox.edit(mine, int(asked))
        if taken is not None and taken.draft is not None:
            return redirect("compose", taken.draft.pk)
    elif wanted in _DEEDS:
        _DEEDS[wanted](mine, int(asked))
    else:
        raise Http404
    return redirect("outbox")
