"""What the mail server would not do, and that a person has read it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from imapbridge import actions, queries
from webmail.screen.refusals import refusal
from webmail.views import shell, whose


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def show(request: HttpRequest) -> HttpResponse:
    """The list; its form takes away what it showed, and leaves what has come since."""
    holder = whose.holder(request)
    mine = whose.accounts(holder)
    if request.method == "POST":
        read = [int(word) for word in request.POST.getlist("notice") if word.isdecimal() and len(word) < 19]
        actions.dismiss(mine, read)
        return redirect("home")
    page = shell.context(request, holder, queries.mailboxes(holder.account.pk))
    return render(request, "refusals/show.html", page | {"refusals": [*map(refusal, queries.notices(mine))]})
