"""What changed here goes to the address book elsewhere, on condition that nobody changed it there meanwhile."""

from __future__ import annotations

import re
import uuid
from urllib.parse import urljoin

from webmail.contacts import storing, vcard
from webmail.contacts.carddav.client import Client, path_of
from webmail.contacts.carddav.errors import Changed, ServerRefused
from webmail.contacts.carddav.pulling import pull_one
from webmail.contacts.carddav.xml import CARD
from webmail.models import AddressBook, Contact, GoneContact

MOST = 500
"""Changes of one turn; the rest goes in the next."""


def push(book: AddressBook, client: Client) -> list[tuple[str, str]]:
    """What there is to be told. Raises BookError; what went before it is known to have gone."""
    _delete(book, client)
    notes: list[tuple[str, str]] = []
    owed = Contact.objects.filter(book=book, is_owed=True).order_by("kind", "pk")
    # Persons after groups in the alphabet: those that a group names are there before it.
    for contact in owed.order_by("-kind", "pk").prefetch_related("addresses")[:MOST]:
        notes += _put(book, client, contact)
    return notes


def _delete(book: AddressBook, client: Client) -> None:
    for gone in GoneContact.objects.filter(book=book).order_by("pk")[:MOST]:
        try:
            client.delete(urljoin(book.url, gone.href), gone.etag)
        except ServerRefused:
            # It was changed there, or may not be deleted: it comes back with the next comparison of everything.
            AddressBook.objects.filter(pk=book.pk).update(sync_token="")
            book.sync_token = ""
        gone.delete()


def _put(book: AddressBook, client: Client, contact: Contact) -> list[tuple[str, str]]:
    href = contact.href or path_of(book.url, _file_name(contact.uid))
    try:
        text = _text(book, client, contact, href)
        etag = client.put(urljoin(book.url, href), text, contact.etag if contact.href else "")
    except Changed:
        return pull_one(book, client, href)
    except ServerRefused:
        return [("refused", contact.name)]
    rows = Contact.objects.filter(pk=contact.pk)
    rows.update(href=href, etag=etag)
    rows.filter(changed_at=contact.changed_at).update(is_owed=False)  # else it was changed again meanwhile
    return []


def _text(book: AddressBook, client: Client, contact: Contact, href: str) -> str:
    """What is too large to be kept here is not taken away there: then it is asked for, and sent back."""
    card = storing.card_of(contact)
    text = vcard.write([card])
    if card.photo or not contact.href or vcard.LARGE_PHOTO not in card.rest.splitlines():
        return text
    theirs = next((each.text(f"{CARD}address-data") for each in client.cards(book.url, [href]).found), "")
    return vcard.with_photo_of(text, theirs.encode())


def _file_name(uid: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9-]", "", uid.removeprefix("urn:uuid:"))[:100]
    return f"{plain or uuid.uuid4()}.vcf"
