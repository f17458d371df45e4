"""What is suggested while a search is typed: people, earlier searches, messages, and ways to narrow it down.

Each suggestion is the text that the box would hold. Reads the index only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from imapbridge import queries
from imapbridge.models import ServerSearch
from imapbridge.search import index, results
from imapbridge.search.query import OPERATORS
from imapbridge.search.tree import Term
from imapbridge.search.words import looked_for
from webmail.screen import people
from webmail.screen.sidebar import name_of
from webmail.views import found, whose
from webmail.views.found import Search

_MOST = 5
_LOOKED_AT = 60
"""Messages among which people are looked for."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line. `q` is the search that it stands for; with a `link` it leads there instead."""

    title: str
    q: str
    icon: str = ""
    below: str = ""
    hint: str = ""
    face: people.Person | None = None
    link: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    lines: tuple[Suggestion, ...]


@require_safe
@login_required
def show(request: HttpRequest) -> HttpResponse:
    """For the text `q`, of which the last word is being typed. Five queries, or two without a word."""
    holder = whose.holder(request)
    boxes = queries.mailboxes(holder.account.pk)
    search = found.search_of(request, holder, boxes, found.place_of(request))
    before, _space, word = search.place.q[:200].rpartition(" ")
    groups = [
        Group(_("People"), tuple(_people(search, before, word))),
        Group(_("Messages"), tuple(_messages(search))),
        Group(_("Recent"), tuple(_recent(search))),
        Group(_("Narrow it down"), tuple(_narrower(search, before, word))),
    ]
    return render(request, "search/suggestions.html", {"groups": [group for group in groups if group.lines]})


def _people(search: Search, before: str, word: str) -> list[Suggestion]:
    """Those who wrote lately, by the beginning of a name or an address."""
    operator, _colon, name = word.rpartition(":")
    if operator not in {"", "from", "to"} or not looked_for(name):
        return []
    scope = replace(search.scope, everywhere=False)
    hits = index.hits(scope, Term("from", name), limit=_LOOKED_AT)
    senders = {address: shown for shown, address in results.senders([hit.message for hit in hits])}
    return [
        Suggestion(
            people.clean(shown) or address,
            _joined(before, f"{operator or 'from'}:{address}"),
            below=address,
            hint=f"{operator or 'from'}:",
            face=people.person(shown, address),
        )
        for address, shown in list(senders.items())[:_MOST]
    ]


def _messages(search: Search) -> list[Suggestion]:
    if not looked_for(search.place.q):
        return []
    page = index.page(search.scope, search.query.tree, limit=_MOST)
    return [
        Suggestion(
            people.clean(one.conversation.subject) or _("(no subject)"),
            search.place.q,
            "mail",
            link=f"/message/{one.conversation.message}/?{urlencode({'in': one.mailbox, 'q': search.place.q})}",
        )
        for one in results.rows(page.hits)
    ]


def _recent(search: Search) -> list[Suggestion]:
    """What the mail server was asked for last."""
    mine = ServerSearch.objects.filter(account__in=search.scope.accounts).order_by("-pk")
    texts = dict.fromkeys(mine.values_list("query", flat=True)[:30])
    wanted = search.place.q.casefold()
    return [Suggestion(text, text, "history") for text in texts if wanted in text.casefold()][:_MOST]


def _narrower(search: Search, before: str, word: str) -> Sequence[Suggestion]:
    """Operators, and folders once `in:` is typed."""
    operator, colon, value = word.partition(":")
    if colon and operator in {"in", "folder"}:
        named = [(box, name_of(box.special_use, box.name)) for box in search.scope.boxes if box.selectable]
        return [
            Suggestion(name, _joined(before, str(Term("in", box.special_use or box.path))), "folder", hint="in:")
            for box, name in named
            if value.casefold() in name.casefold() or value.casefold() in box.path.casefold()
        ][:8]
    typed = [name for name in OPERATORS if len(word) > 1 and name.startswith(word.casefold())]
    named_operators = [Suggestion(f"{name}:", _joined(before, f"{name}:"), "list-filter") for name in typed]
    whole = search.place.q
    usual = [
        Suggestion(_("Has attachment"), _joined(whole, "has:attachment"), "paperclip", hint="has:attachment"),
        Suggestion(_("Last 30 days"), _joined(whole, "newer:30d"), "calendar", hint="newer:30d"),
        Suggestion(_("Unread"), _joined(whole, "is:unread"), "mail", hint="is:unread"),
        Suggestion(_("In the Inbox"), _joined(whole, "in:inbox"), "folder", hint="in:inbox"),
    ]
    return named_operators + [each for each in usual if each.hint not in whole]


def _joined(*texts: str) -> str:
    return " ".join(filter(None, map(str.strip, texts)))
