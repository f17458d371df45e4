"""Contacts that may be the same: who they are, and what becomes of them, before it does."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from webmail import tasks
from webmail.contacts import keeping, merging, storing
from webmail.models import Contact
from webmail.screen import known
from webmail.views import settings_pages, shell

SHOWN = 50
"""Groups of contacts that are alike, on one page."""


@require_safe
@login_required
def show(request: HttpRequest) -> HttpResponse:
    """Those with an address or a whole name in common."""
    rows = {row.pk: row for row in storing.contacts_of(shell.person(request).pk).filter(kind=Contact.Kind.PERSON)}
    found = merging.alike((row.pk, row.name, [each.known_as for each in row.addresses.all()]) for row in rows.values())
    alike = [[known.line(rows[key]) for key in keys[: merging.MOST]] for keys in found[:SHOWN]]
    return settings_pages.page(request, "contacts/duplicates.html", {"alike": alike, "more": len(found) > SHOWN})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def merge(request: HttpRequest) -> HttpResponse:
    """`id`, two to ten: what would be; and when it is sent it is done, with a way back until the next day."""
    user = shell.person(request).pk
    asked = (request.POST if request.method == "POST" else request.GET).getlist("id")
    keys = list(dict.fromkeys(int(key) for key in asked if key.isdecimal() and len(key) < 19))
    if len(keys) > merging.MOST:
        return settings_pages.page(request, "contacts/merge.html", {"fault": "many"}, status=422)
    rows = Contact.objects.filter(user=user, kind=Contact.Kind.PERSON, pk__in=keys).prefetch_related("addresses")
    found = sorted(rows, key=lambda row: keys.index(row.pk))
    if len(found) < 2:
        if request.method == "POST":
            raise Http404
        return settings_pages.page(request, "contacts/merge.html", {"fault": "few"}, status=422)
    if request.method == "POST":
        kept = _merge(user, found)
        tasks.sync_books_soon(user)
        return redirect(f"{reverse('contacts')}?undo={kept}")
    result = merging.merged([storing.card_of(row) for row in found])
    page = {"lines": [known.line(row) for row in found], "name": result.shown, "details": known.details(result)}
    return settings_pages.page(request, "contacts/merge.html", page)


def _merge(user: int, found: list[Contact]) -> int:
    """The first stays. The key of what undoes it."""
    first, *others = found
    result = merging.merged([storing.card_of(row) for row in found])
    with transaction.atomic():
        kept = keeping.keep(user, found, known.merged(result.shown, len(others)))
        groups = Contact.objects.filter(user=user, kind=Contact.Kind.GROUP, members__in=found)
        joined = set(groups.values_list("pk", flat=True))
        storing.remove(others)
        storing.save(user, result, first)
        first.groups.add(*joined)
        storing.touch_groups([first.pk])
    return kept.pk
