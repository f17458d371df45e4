"""What changed in an address book elsewhere comes here. What changed here as well is kept twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import ngettext

from webmail import languages
from webmail.contacts import fuller, keeping, storing, vcard
from webmail.contacts.card import Card, new_uid
from webmail.contacts.carddav import xml
from webmail.contacts.carddav.client import Client, path_of
from webmail.contacts.carddav.errors import TokenForgotten
from webmail.contacts.carddav.xml import CARD, DAV, Multistatus
from webmail.models import AddressBook, Contact, GoneContact

BATCH = 30
"""Cards of one request: each may bring a picture."""
ROUNDS = 50
"""A server may tell what changed in pieces (RFC 6578 section 3.6)."""


@dataclass
class Pulled:
    """What there is to be told of it. `notes`: (code, name of a contact)."""

    token: str = ""
    notes: list[tuple[str, str]] = field(default_factory=list)


def pull(book: AddressBook, client: Client) -> Pulled:
    """Raises BookError; what came before it stays, and the token is not yet the new one."""
    pulled = Pulled()
    changed, gone, pulled.token = _changes(book, client)
    groups: list[tuple[int, Card]] = []
    hrefs = list(changed)
    for at in range(0, len(hrefs), BATCH):
        for href, etag, card in _cards(book, client, hrefs[at : at + BATCH]):
            with transaction.atomic():
                contact = _take(book, href, etag, card, pulled)
            if card.is_group and contact is not None:
                groups.append((contact, card))
    _remove(book, gone, pulled)
    for key, card in groups:  # when those who are in them are there
        group = Contact.objects.filter(pk=key).first()
        if group is not None:
            storing.set_members(group, card.members)
    return pulled


def pull_one(book: AddressBook, client: Client, href: str) -> list[tuple[str, str]]:
    """One that was changed on both sides."""
    pulled = Pulled()
    for path, etag, card in _cards(book, client, [href]):
        with transaction.atomic():
            _take(book, path, etag, card, pulled)
    return pulled.notes


# --- What changed -----------------------------------------------------------------------------------------------------


def _changes(book: AddressBook, client: Client) -> tuple[dict[str, str], set[str], str]:
    """({href: etag} of what is other than here, the hrefs that are gone, the token for the next time)."""
    held = dict(Contact.objects.filter(book=book).exclude(href="").values_list("href", "etag"))
    try:
        there, gone, token = _since(book, client)
    except TokenForgotten:
        there, token = _everything(book, client)
        gone = held.keys() - there.keys()
    else:
        if not book.sync_token:
            gone = held.keys() - there.keys()
    return {href: etag for href, etag in there.items() if not etag or held.get(href) != etag}, set(gone), token


def _since(book: AddressBook, client: Client) -> tuple[dict[str, str], set[str], str]:
    token = book.sync_token
    there: dict[str, str] = {}
    gone: set[str] = set()
    for _ in range(ROUNDS):
        answer = client.changes(book.url, token)
        if not answer.sync_token:
            raise TokenForgotten("no token")
        token = answer.sync_token
        there |= _etags(book, answer)
        gone |= {path_of(book.url, found.href) for found in answer.found if found.status in (404, 410)}
        if not any(found.status == 507 for found in answer.found):
            break
    return there, gone - there.keys(), token


def _everything(book: AddressBook, client: Client) -> tuple[dict[str, str], str]:
    """All there is, as of a server that does not tell what changed; with a token for the next time if it has one."""
    first, _url = client.propfind(book.url, xml.TOKEN, 0)
    token = next((text for found in first.found if (text := found.text(f"{DAV}sync-token"))), "")
    answer, _url = client.propfind(book.url, xml.ETAGS, 1)
    return _etags(book, answer), token[:1000]


def _etags(book: AddressBook, answer: Multistatus) -> dict[str, str]:
    """Of the cards: a collection has a path that ends with a slash."""
    found = ((path_of(book.url, each.href), each.text(f"{DAV}getetag")[:500]) for each in answer.found if each.props)
    return {href: etag for href, etag in found if not href.endswith("/")}


def _cards(book: AddressBook, client: Client, hrefs: list[str]) -> Iterable[tuple[str, str, Card]]:
    """(href, etag, card); what is no vCard is left out."""
    for found in client.cards(book.url, hrefs).found:
        cards = vcard.read(found.text(f"{CARD}address-data").encode())
        if cards and cards[0].shown:
            yield path_of(book.url, found.href), found.text(f"{DAV}getetag")[:500], cards[0]


# --- What becomes of it -----------------------------------------------------------------------------------------------


def _take(book: AddressBook, href: str, etag: str, card: Card, pulled: Pulled) -> int | None:
    """The key of the contact that is now as it is there."""
    contact = _here(book, href, card)
    if contact is not None and contact.is_owed and not _is_same(storing.card_of(contact), card):
        _keep_ours(contact)
        pulled.notes.append(("both", contact.name))
    if contact is None and GoneContact.objects.filter(book=book, href=href).delete()[0]:
        pulled.notes.append(("back", card.shown))
    try:
        saved = storing.save(book.user_id, card, contact, is_owed=False)
    except storing.TooMany:
        pulled.notes.append(("full", card.shown))
        return None
    Contact.objects.filter(pk=saved.pk).update(book=book, href=href, etag=etag, is_owed=False)
    return int(saved.pk)


def _here(book: AddressBook, href: str, card: Card) -> Contact | None:
    """By its place; or by its UID, for one that was sent there without our hearing of it."""
    rows = Contact.objects.filter(user=book.user_id).prefetch_related("addresses")
    found = rows.filter(book=book, href=href).first()
    return found or rows.filter(uid=card.uid, href="").first()


def _keep_ours(contact: Contact) -> None:
    """As another contact, which goes there too."""
    ours = replace(storing.card_of(contact), uid=new_uid())
    kept = storing.save(contact.user_id, ours)
    Contact.objects.filter(pk=kept.pk).update(book=contact.book_id, is_owed=contact.book_id is not None)
    kept.groups.set(contact.groups.all())


def _is_same(one: Card, other: Card) -> bool:
    def said(card: Card) -> Card:
        return replace(card, uid="", name=card.shown, categories=(), members=tuple(sorted(card.members)), rest="")

    def rest(card: Card) -> list[str]:
        return sorted(line for line in card.rest.splitlines() if not fuller.is_apart(line))

    return said(one) == said(other) and rest(one) == rest(other)


def _remove(book: AddressBook, gone: set[str], pulled: Pulled) -> None:
    """What was deleted there. What was changed here meanwhile stays, and goes there anew."""
    GoneContact.objects.filter(book=book, href__in=list(gone)).delete()
    rows = Contact.objects.filter(book=book, href__in=list(gone)).prefetch_related("addresses")
    with transaction.atomic():
        for contact in rows.filter(is_owed=True):
            Contact.objects.filter(pk=contact.pk).update(href="", etag="")
            pulled.notes.append(("kept", contact.name))
        leaving = list(rows.filter(is_owed=False))
        if leaving:
            count = len(leaving)
            with translation.override(languages.chosen_by(book.user) or settings.LANGUAGE_CODE):
                said = ngettext("{n} contact was deleted in {book}.", "{n} contacts were deleted in {book}.", count)
            keeping.keep(book.user_id, leaving, said.format(n=count, book=book.name))
            Contact.objects.filter(pk__in=[contact.pk for contact in leaving]).delete()
