"""Contacts from and to files: what a file would make is shown first, and made when the person agrees."""

from __future__ import annotations

import base64
import secrets

from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from imapbridge import bodies
from webmail import tasks
from webmail.contacts import importing, storing, tables, vcard
from webmail.contacts.importing import Planned
from webmail.forms import ImportForm
from webmail.models import Contact
from webmail.screen import known
from webmail.views import settings_pages, shell
from webmail.views.parts import part_for

SHOWN = 200
"""Cards of a preview."""
KEPT = 1800
"""Seconds in which the person may agree."""


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def bring(request: HttpRequest) -> HttpResponse:
    """The form; and when it is sent what its file would make."""
    form = ImportForm(*settings_pages.sent(request))
    if request.method == "POST" and form.is_valid():
        return _preview(request, form.cleaned_data["file"])
    return settings_pages.page(request, "contacts/import.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@login_required
def from_part(request: HttpRequest, message_id: int, section: str) -> HttpResponse:
    """What a vCard that came with a message would make."""
    message, part = part_for(request, message_id, section)
    return _preview(request, bodies.read_part(message, part, vcard.MOST_OCTETS))


def _preview(request: HttpRequest, data: bytes) -> HttpResponse:
    user = shell.person(request).pk
    found = importing.read(data)
    planned = importing.plan(user, found.cards)
    token = secrets.token_urlsafe(16)
    if planned:
        cache.set(_key(user, token), base64.b64encode(data).decode(), KEPT)
    page = {
        "token": token,
        "cards": [
            {"name": each.card.shown, "details": known.details(each.card), "there": each.there}
            for each in planned[:SHOWN]
        ],
        "more": max(0, len(planned) - SHOWN),
        "new": sum(each.there is None for each in planned),
        "there": sum(each.there is not None for each in planned),
        "faults": known.faults(found.faults, is_table=found.is_table)[:SHOWN],
    }
    return settings_pages.page(request, "contacts/preview.html", page, status=200 if planned else 422)


def _key(user: int, token: str) -> str:
    return f"contacts-import:{user}:{token}"


@require_POST
@login_required
def agree(request: HttpRequest) -> HttpResponse:
    """Make what was shown. `there`: `fill` has contacts that are there get what they lack."""
    user, key = shell.person(request).pk, _key(shell.person(request).pk, request.POST.get("token", "")[:64])
    kept = cache.get(key)
    if kept is None:
        form = ImportForm()
        form.errors["file"] = form.error_class([_("This took too long: choose the file again.")])
        return settings_pages.page(request, "contacts/import.html", {"form": form}, status=422)
    planned: list[Planned] = importing.plan(user, importing.read(base64.b64decode(kept)).cards)
    try:
        made, filled = importing.carry_out(user, planned, fill_in=request.POST.get("there") == "fill")
    except storing.TooMany:
        return settings_pages.page(request, "contacts/preview.html", {"too_many": True}, status=422)
    cache.delete(key)
    tasks.sync_books_soon(user)
    return redirect(f"{reverse('contacts')}?made={made}&filled={filled}")


@require_safe
@login_required
def export(request: HttpRequest) -> HttpResponse:
    """`as`: `vcard3`, `vcard4` or `csv`; `id`, as often as wanted: only these."""
    user, kind = shell.person(request).pk, request.GET.get("as", "vcard3")
    rows = Contact.objects.filter(user=user).prefetch_related("addresses", "groups").order_by("pk")
    chosen = [int(key) for key in request.GET.getlist("id") if key.isdecimal() and len(key) < 19]
    if chosen:
        rows = rows.filter(pk__in=chosen)
    if kind == "csv":
        persons = rows.filter(kind=Contact.Kind.PERSON).defer("photo")
        found = ((storing.card_of(row), [group.name for group in row.groups.all()]) for row in persons)
        return _file(tables.write(found), "text/csv; charset=utf-8", "contacts.csv")
    if kind not in ("vcard3", "vcard4"):
        raise Http404
    cards = (storing.card_of(row) for row in rows.iterator(chunk_size=200))
    return _file(vcard.write(cards, f"{kind[-1]}.0"), "text/vcard; charset=utf-8", "contacts.vcf")


def _file(text: str, media_type: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text.encode(), content_type=media_type, headers=headers)
