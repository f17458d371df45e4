"""Whoever is written to becomes a contact, for those who chose that."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from accounts.models import MailAccount, Preferences
from webmail.contacts.folding import found_by
from webmail.models import Contact, ContactAddress
from webmail.models.correspondents import known_as


def collect(account: MailAccount, written_to: Iterable[tuple[str, str]]) -> None:
    """(name, address): those that are no contact yet."""
    if not Preferences.objects.filter(user=account.user_id, collects_contacts=True).exists():
        return
    new = {known_as(address): (name, address) for name, address in written_to}
    new.pop(known_as(account.address), None)
    known = ContactAddress.objects.filter(user=account.user_id, known_as__in=list(new))
    for key in set(known.values_list("known_as", flat=True)):
        del new[key]
    for key, (name, address) in new.items():
        contact = Contact.objects.create(
            user_id=account.user_id,
            uid=f"urn:uuid:{uuid.uuid4()}",
            name=name,
            found_by=found_by([name, address]),
            is_collected=True,
            is_owed=True,
        )
        ContactAddress.objects.create(contact=contact, user_id=account.user_id, address=address, known_as=key)
