"""What the pages of settings have in common: their frame, with the sections beside it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from imapbridge import queries
from webmail.access import Holder
from webmail.screen.settings import sections
from webmail.views import shell, whose


def page(
    request: HttpRequest, template: str, content: dict[str, Any], *, status: int = 200, holder: Holder | None = None
) -> HttpResponse:
    """The template with the person's mailboxes around it; what was just done stands in the address (`done=saved`)."""
    holder = holder or whose.holder(request)
    context = shell.context(request, holder, queries.mailboxes(holder.account.pk))
    context |= {"sections": sections(request.path), "said": request.GET.get("done", "")}
    return render(request, template, context | content, status=status)


def sent(request: HttpRequest) -> tuple[QueryDict | None, Any]:
    """What a form was sent with, files too; (None, None) when it was not sent."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def done(address: str, word: str = "saved") -> HttpResponse:
    """Back to the address, which says so."""
    return redirect(f"{address}?done={word}")
