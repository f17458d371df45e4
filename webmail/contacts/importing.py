"""From a file to contacts: what will be made is shown first, and nothing is there twice unless the person wants it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from imapbridge.mime.charsets import in_utf8
from webmail.contacts import storing, tables, vcard
from webmail.contacts.card import Card
from webmail.contacts.folding import folded
from webmail.contacts.merging import merged
from webmail.contacts.tables import Fault
from webmail.models import Contact, ContactAddress
from webmail.models.correspondents import known_as


@dataclass(frozen=True, slots=True)
class Read:
    """What a file holds. `faults`: by line of a CSV file, by number of a vCard."""

    cards: list[Card]
    faults: list[Fault]
    is_table: bool


@dataclass(frozen=True, slots=True)
class Planned:
    """A card, and the contact that seems to be the same: by its UID, or by an address; of those that have none, by name
    and number."""

    card: Card
    there: int | None


def read(data: bytes) -> Read:
    """Of vCards or a CSV file, whichever it is."""
    data = in_utf8(data)
    if b"BEGIN:VCARD" in data[:4096].upper():
        found = vcard.read(data)
        faults = [Fault(number, "empty") for number, card in enumerate(found, 1) if not card.shown]
        return Read([card for card in found if card.shown], faults, is_table=False)
    return Read(*tables.read(data), is_table=True)


def plan(user_id: int, cards: Sequence[Card]) -> list[Planned]:
    """At most three queries."""
    uids = dict(Contact.objects.filter(user=user_id).values_list("uid", "pk"))
    rows = ContactAddress.objects.filter(user=user_id).order_by("-pk")
    addresses = dict(rows.values_list("known_as", "contact_id"))
    bare = _without_address(user_id) if any(not card.addresses for card in cards) else {}
    return [Planned(card, _there(card, uids, addresses, bare)) for card in cards]


def _without_address(user_id: int) -> dict[tuple[str, str], int]:
    """By name and number, or by the name alone where there is no number either."""
    rows = Contact.objects.filter(user=user_id, kind=Contact.Kind.PERSON, addresses=None).order_by("-pk")
    return {
        mark: pk
        for pk, name, phones in rows.values_list("pk", "name", "phones")
        for mark in _marks(name, [number for number, _label in phones])
    }


def _marks(name: str, numbers: list[str]) -> list[tuple[str, str]]:
    words = " ".join(folded(name).split())
    return [(words, re.sub(r"[^\d+]", "", number)) for number in numbers] or [(words, "")]


def _there(card: Card, uids: dict[str, int], addresses: dict[str, int], bare: dict[tuple[str, str], int]) -> int | None:
    if card.uid in uids:
        return uids[card.uid]
    if not card.addresses and not card.is_group:
        marks = _marks(card.shown, [each.value for each in card.phones])
        return next((bare[mark] for mark in marks if mark in bare), None)
    return next((addresses[key] for each in card.addresses if (key := known_as(each.value)) in addresses), None)


def carry_out(user_id: int, planned: Sequence[Planned], *, fill_in: bool) -> tuple[int, int]:
    """(how many were made, how many were filled in). `fill_in`: who is there gets what is missing; else is left alone.

    Raises storing.TooMany: then nothing was done.
    """
    new = [each.card for each in planned if each.there is None]
    with transaction.atomic():
        persons = [card for card in new if not card.is_group]
        made = storing.add_many(user_id, persons)
        groups: dict[str, list[int]] = defaultdict(list)
        for contact, card in zip(made, persons, strict=True):
            for name in card.categories:
                groups[name].append(contact.pk)
        for card in new:
            if card.is_group:  # after those who are in it
                storing.save(user_id, card)
        filled = _fill_in(user_id, planned) if fill_in else 0
        storing.put_in_groups(user_id, groups)
    return len(new), filled


def _fill_in(user_id: int, planned: Sequence[Planned]) -> int:
    """How many there was something for."""
    count = 0
    known = {contact.pk: contact for contact in Contact.objects.filter(
        user=user_id, pk__in=[each.there for each in planned if each.there]
    ).prefetch_related("addresses")}  # fmt: skip
    for each in planned:
        contact = known.get(each.there or 0)
        if contact is None:
            continue
        before = storing.card_of(contact)
        after = merged([before, each.card])
        if after != merged([before]):
            storing.save(user_id, after, contact)
            count += 1
    return count
