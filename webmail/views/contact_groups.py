"""Groups of contacts: who is in one is a list of names and addresses, a line each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from webmail import tasks
from webmail.contacts import storing
from webmail.contacts.card import Card, Labelled
from webmail.forms import GroupForm
from webmail.models import Contact
from webmail.models.correspondents import known_as
from webmail.screen import known
from webmail.views import settings_pages, shell
from webmail.views.beginnings import LONGEST_LINK


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    return edit(request, None)


def edit(request: HttpRequest, group: Contact | None) -> HttpResponse:
    """The page of a group, or of a new one."""
    members = (
        storing.contacts_of(shell.person(request).pk).filter(groups=group).order_by(Lower("name")) if group else []
    )
    named = {row.pk: _named(row) for row in members}
    first = {"name": group.name if group else "", "members": "\n".join(filter(None, named.values()))}
    form = GroupForm(settings_pages.sent(request)[0], initial=first)
    if request.method == "POST" and form.is_valid():
        silent = [row.uid for row in members if not named[row.pk]]
        try:
            saved = _save_group(request, group, form.cleaned_data, silent)
        except storing.TooMany:
            form.add_error(None, _("There are 20,000 contacts already. Delete some first."))
        else:
            tasks.sync_books_soon(saved.user_id)
            return settings_pages.done(reverse("contact", args=[saved.pk]))
    page: dict[str, Any] = {
        "form": form,
        "contact": known.line(group, len(named)) if group else None,
        "members": [known.line(row) for row in members],
        "everybody": _everybody(members, [text for text in named.values() if text]),
    }
    return settings_pages.page(request, "contacts/group.html", page, status=422 if form.errors else 200)


def _everybody(members: Iterable[Contact], named: list[str]) -> str:
    """For a link to the composer: with their names, or without where the link would grow too long, or no link."""
    plain = [row.address for member in members for row in list(member.addresses.all())[:1]]
    found = (", ".join(each) for each in (named, plain))
    return next((text for text in found if len(text) <= LONGEST_LINK), "")


def _named(contact: Contact) -> str:
    """As it stands in the form; empty for one without an address, who stays a member."""
    first = next(iter(contact.addresses.all()), None)
    if first is None:
        return ""
    plain = "".join(each for each in contact.name if each not in '",;<>()[]:\\@')
    return f"{plain} <{first.address}>" if plain and contact.name != first.address else first.address


def _save_group(request: HttpRequest, group: Contact | None, typed: dict[str, Any], silent: list[str]) -> Contact:
    user = shell.person(request).pk
    uids = [*silent]
    for name, address in typed["members"]:
        there = Contact.objects.filter(
            user=user, kind=Contact.Kind.PERSON, addresses__known_as=known_as(address)
        ).first()
        uids.append((there or storing.save(user, Card(name=name, addresses=(Labelled(address),)).fitted())).uid)
    before = storing.card_of(group) if group else Card(is_group=True)
    card = Card(uid=before.uid, is_group=True, name=typed["name"], members=tuple(uids), rest=before.rest).fitted()
    return storing.save(user, card, group)
