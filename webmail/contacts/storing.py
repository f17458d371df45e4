"""Contacts as rows: the only place that writes them, so that what is searched, what is owed to an address book and who
is in which group stay true."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from webmail.contacts.card import Card, Labelled, new_uid
from webmail.contacts.folding import found_by
from webmail.models import AddressBook, Contact, ContactAddress, GoneContact
from webmail.models.correspondents import known_as

MOST = 20_000
"""Contacts of one person."""
_MEMBER = "MEMBER:"
_URN = "urn:uuid:"
Membership = Contact.members.through


class TooMany(Exception):
    """A person has as many contacts as are kept."""


def contacts_of(user_id: int) -> QuerySet[Contact]:
    """With their addresses, and without their pictures."""
    return Contact.objects.filter(user=user_id).defer("photo").prefetch_related("addresses")


def card_of(contact: Contact) -> Card:
    """The row as a value; a group costs two queries more."""
    rest = contact.rest.splitlines()
    unknown = [line.removeprefix(_MEMBER) for line in rest if line.startswith(_MEMBER)]
    is_group = contact.kind == Contact.Kind.GROUP
    known = contact.members.order_by("pk").values_list("uid", flat=True) if is_group else ()
    return Card(
        uid=contact.uid,
        is_group=is_group,
        name="" if any(contact.name == row.address for row in contact.addresses.all()) else contact.name,
        given=contact.given,
        family=contact.family,
        company=contact.company,
        title=contact.title,
        birthday=contact.birthday,
        addresses=tuple(Labelled(row.address, row.label) for row in contact.addresses.all()),
        phones=tuple(Labelled(*phone) for phone in contact.phones),
        note=contact.note,
        photo=bytes(contact.photo) if contact.photo else None,
        members=(*known, *unknown),
        rest="\n".join(line for line in rest if not line.startswith(_MEMBER)),
    )


def save(user_id: int, card: Card, contact: Contact | None = None, *, is_owed: bool = True) -> Contact:
    """Make the contact, or have it be what the card says. Raises TooMany.

    `is_owed`: its address book does not know; False for what came from there.
    """
    with transaction.atomic():
        if contact is None:
            contact = _new(user_id, card)
        _fill(contact, card)
        contact.is_owed = is_owed and contact.book_id is not None
        contact.save()
        contact.addresses.all().delete()
        ContactAddress.objects.bulk_create(_addresses(contact, card))
        if card.is_group:
            set_members(contact, card.members)
    return contact


def add_many(user_id: int, cards: Sequence[Card]) -> list[Contact]:
    """Many new ones at once, none of them a group; a few statements for all. Raises TooMany."""
    with transaction.atomic():
        if Contact.objects.filter(user=user_id).count() + len(cards) > MOST:
            raise TooMany
        book = own_book(user_id)
        taken = set(Contact.objects.filter(user=user_id).values_list("uid", flat=True))
        made = []
        for card in cards:
            contact = Contact(user_id=user_id, book=book, uid=card.uid if card.uid not in taken else new_uid())
            taken.add(contact.uid)
            _fill(contact, card)
            contact.is_owed = book is not None
            made.append(contact)
        Contact.objects.bulk_create(made, batch_size=200)
        rows = [row for contact, card in zip(made, cards, strict=True) for row in _addresses(contact, card)]
        ContactAddress.objects.bulk_create(rows, batch_size=500)
    return made


def remove(contacts: Iterable[Contact]) -> None:
    """Their address books are told, and so are those of the groups that they were in."""
    with transaction.atomic():
        for contact in contacts:
            touch_groups([contact.pk])
            if contact.book_id and contact.href:
                GoneContact.objects.create(book_id=contact.book_id, href=contact.href, etag=contact.etag)
            contact.delete()


def touch_groups(members: Sequence[int]) -> None:
    """The groups that these are in say something else than before."""
    held = Contact.objects.filter(kind=Contact.Kind.GROUP, members__in=members, book__isnull=False)
    owe(held.values_list("pk", flat=True))


def owe(keys: Iterable[int]) -> None:
    """Their address books are to hear of them, if they are in one."""
    held = Contact.objects.filter(pk__in=list(keys), book__isnull=False)
    held.update(is_owed=True, changed_at=timezone.now())


def set_members(group: Contact, members: Iterable[str]) -> None:
    """`members` as in `Card`. Those that are not here are kept as they are named."""
    named = list(dict.fromkeys(members))
    uids = {uid: name for name in named for uid in (name, name.removeprefix(_URN), f"{_URN}{name}")}
    addresses = {known_as(name[7:]): name for name in named if name.lower().startswith("mailto:")}
    rows = dict(Contact.objects.filter(user=group.user_id, uid__in=list(uids)).values_list("pk", "uid"))
    by_address = ContactAddress.objects.filter(user=group.user_id, known_as__in=list(addresses)).order_by("-pk")
    found = dict(by_address.values_list("known_as", "contact_id"))
    group.members.set({*rows, *found.values()} - {group.pk})
    known = {uids[uid] for uid in rows.values()} | {addresses[key] for key in found}
    rest = [line for line in group.rest.splitlines() if not line.startswith(_MEMBER)]
    group.rest = "\n".join([*rest, *(f"{_MEMBER}{name}" for name in named if name not in known)])
    group.save(update_fields=["rest"])


def put_in_groups(user_id: int, members: dict[str, list[int]]) -> None:
    """{name of a group: keys of contacts}: groups that are not there are made. Raises TooMany."""
    for name, keys in members.items():
        groups = Contact.objects.filter(user=user_id, kind=Contact.Kind.GROUP, name=name).order_by("pk")
        group = groups.first() or save(user_id, Card(is_group=True, name=name))
        rows = [Membership(from_contact_id=group.pk, to_contact_id=key) for key in keys]
        Membership.objects.bulk_create(rows, ignore_conflicts=True)
        owe([group.pk])


def own_book(user_id: int) -> AddressBook | None:
    """The address book that new contacts go to."""
    return AddressBook.objects.filter(user=user_id).order_by("pk").first()


def _new(user_id: int, card: Card) -> Contact:
    own = Contact.objects.filter(user=user_id)
    if own.count() >= MOST:
        raise TooMany
    uid = new_uid() if own.filter(uid=card.uid).exists() else card.uid
    return Contact(user_id=user_id, uid=uid, book=own_book(user_id))


def _fill(contact: Contact, card: Card) -> None:
    contact.kind = Contact.Kind.GROUP if card.is_group else Contact.Kind.PERSON
    contact.name = card.shown[:200]
    for name in ("given", "family", "company", "title", "birthday", "note", "photo", "rest"):
        setattr(contact, name, getattr(card, name))
    contact.phones = [[each.value, each.label] for each in card.phones]
    contact.changed_at = timezone.now()
    searched = (card.shown, card.given, card.family, card.company, *(each.value for each in card.addresses))
    contact.found_by = found_by([*searched, *(each.value for each in card.phones)])


def _addresses(contact: Contact, card: Card) -> list[ContactAddress]:
    return [
        ContactAddress(
            contact=contact, user_id=contact.user_id, address=each.value, known_as=known_as(each.value),
            label=each.label, position=at,
        )
        for at, each in enumerate(card.addresses)
    ]  # fmt: skip
