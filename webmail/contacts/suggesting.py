"""Whom a half-typed recipient may mean: contacts and acquaintances, the likeliest first. Seven queries at most."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import TypeVar

from django.db.models import Model, QuerySet, prefetch_related_objects
from django.utils import timezone

from accounts.models import User
from webmail.contacts.folding import wanted
from webmail.contacts.ranking import HALF_LIFE, KNOWN, unheard
from webmail.models import Acquaintance, Contact, ContactAddress

MOST = 8
LOOKED_AT = 40
"""Of the contacts, and of the acquaintances, that are found."""
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Suggestion:
    name: str
    address: str
    """Empty for a group."""
    rank: float
    members: tuple[tuple[str, str], ...] | None = None
    """(name, address) of a group's, each by the first address; None for a person."""

    def to_json(self) -> dict[str, object]:
        if self.members is None:
            name = "" if self.name == self.address else self.name
            return {"name": name, "address": self.address, "kind": "person"}
        members = [{"name": name, "address": address} for name, address in self.members]
        return {"name": self.name, "address": "", "kind": "group", "members": members}


def suggestions(user: User, query: str) -> list[Suggestion]:
    """At most 8. For an empty query those that are written to most."""
    words = wanted(query)
    seen = _matching(Acquaintance.objects.filter(account__user=user), words).order_by("-rank")[:LOOKED_AT]
    by_key = {row.known_as: row for row in reversed(seen)}
    contacts = _matching(Contact.objects.filter(user=user), words) if words else Contact.objects.none()
    found = list(contacts.order_by("name", "pk").prefetch_related("addresses")[:LOOKED_AT])
    names = _names(user, by_key)
    persons = {
        key: Suggestion(names.get(key) or row.name, row.address, row.rank + KNOWN * (key in names))
        for key, row in by_key.items()
    }
    persons |= _of_contacts(user, [contact for contact in found if contact.kind == Contact.Kind.PERSON])
    groups = _of_groups([contact for contact in found if contact.kind == Contact.Kind.GROUP])
    return sorted([*persons.values(), *groups], key=attrgetter("rank"), reverse=True)[:MOST]


def _matching(rows: QuerySet[Row], words: Iterable[str]) -> QuerySet[Row]:
    for word in words:
        rows = rows.filter(found_by__contains=word)
    return rows


def _names(user: User, keys: Iterable[str]) -> dict[str, str]:
    """What the person calls those of these addresses that are written down."""
    rows = ContactAddress.objects.filter(user=user, known_as__in=list(keys))
    return dict(rows.order_by("-pk").values_list("known_as", "contact__name"))


def _of_contacts(user: User, contacts: list[Contact]) -> dict[str, Suggestion]:
    """Each of their addresses. Of several the one that is written to; else the first."""
    keys = [row.known_as for contact in contacts for row in contact.addresses.all()]
    rows = Acquaintance.objects.filter(account__user=user, known_as__in=keys).order_by("rank")
    ranks = dict(rows.values_list("known_as", "rank"))
    without = unheard(timezone.now().timestamp())
    return {
        row.known_as: Suggestion(contact.name, row.address, ranks.get(row.known_as, without - row.position) + KNOWN)
        for contact in contacts
        for row in contact.addresses.all()
    }


def _of_groups(groups: list[Contact]) -> list[Suggestion]:
    """Those that somebody with an address is in. Two queries for all of them."""
    prefetch_related_objects(groups, "members__addresses")
    rank = timezone.now().timestamp() / HALF_LIFE
    found = []
    for group in groups:
        members = tuple(
            (member.name, first.address) for member in group.members.all() for first in list(member.addresses.all())[:1]
        )
        if members:
            found.append(Suggestion(group.name, "", rank, members))
    return found
