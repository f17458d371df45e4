"""Whoever is written to becomes a contact, for those who chose that."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.models import MailAccount, Preferences
from webmail.contacts import storing
from webmail.contacts.card import Card, Labelled
from webmail.models import Contact, ContactAddress
from webmail.models.correspondents import known_as


def collect(account: MailAccount, written_to: Iterable[tuple[str, str]]) -> None:
    """(name, address): those that are no contact yet, as far as there is room."""
    if not Preferences.objects.filter(user=account.user_id, collects_contacts=True).exists():
        return
    new = {known_as(address): (name, address) for name, address in written_to}
    new.pop(known_as(account.address), None)
    known = ContactAddress.objects.filter(user=account.user_id, known_as__in=list(new))
    for key in set(known.values_list("known_as", flat=True)):
        del new[key]
    cards = [Card(name=name, addresses=(Labelled(address),)).fitted() for name, address in new.values()]
    try:
        made = storing.add_many(account.user_id, cards)
    except storing.TooMany:
        return
    Contact.objects.filter(pk__in=[contact.pk for contact in made]).update(is_collected=True)
