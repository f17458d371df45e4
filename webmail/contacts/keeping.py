"""What was merged or deleted, kept for a day, so that it can be undone: each contact as it was, with its groups."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from webmail.contacts import storing
from webmail.contacts.card import Card, Labelled
from webmail.models import Contact, GoneContact, KeptContacts

KEPT = timedelta(days=1)


def keep(user_id: int, contacts: Iterable[Contact], said: str) -> KeptContacts:
    """As they are now; to be called before they change. `said`: what will have been done."""
    return KeptContacts.objects.create(user_id=user_id, said=said[:300], before=[_kept(each) for each in contacts])


def undo(kept: KeptContacts) -> None:
    """Have all of them be as they were, whatever happened to them since. Raises storing.TooMany."""
    with transaction.atomic():
        restored = {row["id"]: _restored(kept.user_id, row) for row in kept.before}
        for row in kept.before:
            groups = Contact.objects.filter(user=kept.user_id, pk__in=row["groups"], kind=Contact.Kind.GROUP)
            contact = restored[row["id"]]
            contact.groups.set(groups)
            storing.touch_groups([contact.pk])
        kept.delete()


def forget() -> None:
    """What nobody undid in time."""
    KeptContacts.objects.filter(kept_at__lt=timezone.now() - KEPT).delete()


def _kept(contact: Contact) -> dict[str, Any]:
    return {
        "id": contact.pk,
        "card": to_json(storing.card_of(contact)),
        "groups": list(contact.groups.values_list("pk", flat=True)),
        "book": contact.book_id,
        "href": contact.href,
        "is_collected": contact.is_collected,
    }


def _restored(user_id: int, row: dict[str, Any]) -> Contact:
    card = from_json(row["card"])
    contact = Contact.objects.filter(user=user_id, pk=row["id"]).first()
    made = storing.save(user_id, card, contact)
    if contact is None:
        gone = GoneContact.objects.filter(book=row["book"], href=row["href"]).first() if row["href"] else None
        if gone is not None:  # the server has it still
            made.book_id, made.href, made.etag = gone.book_id, gone.href, gone.etag
            gone.delete()
        made.is_collected = row["is_collected"]
        made.save(update_fields=["book", "href", "etag", "is_collected"])
    return made


def to_json(card: Card) -> dict[str, Any]:
    return asdict(card) | {"photo": base64.b64encode(card.photo).decode() if card.photo else ""}


def from_json(value: dict[str, Any]) -> Card:
    lines = {name: tuple(Labelled(**each) for each in value[name]) for name in ("addresses", "phones")}
    plain = {name: tuple(value[name]) for name in ("members", "categories")}
    photo = base64.b64decode(value["photo"]) or None
    return replace(Card(), **{**value, **lines, **plain, "photo": photo})
