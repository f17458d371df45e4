"""One turn of keeping an address book elsewhere and the contacts here equal; connecting one, and letting it go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from accounts import secrets
from accounts.models import User
from accounts.secrets import Secret, SecretUnreadable
from webmail.contacts.carddav import discovery, pulling, pushing
from webmail.contacts.carddav.client import Client, checked
from webmail.contacts.carddav.errors import BookError, PasswordRefused
from webmail.models import AddressBook, Contact, GoneContact

LOCKED = 900
"""Seconds; a turn that takes longer has died."""
NOTES = 20
"""The newest are kept."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person connects an address book with."""

    url: str
    username: str
    password: Secret
    takes_ours: bool
    """The contacts that are in no book go into the new one."""


def connect(user: User, typed: Typed) -> list[AddressBook]:
    """All of the person's books at that address that are not connected yet. Raises BookError."""
    client = Client(discovery.typed_url(typed.url), typed.username, typed.password)
    found = discovery.books(client)
    with transaction.atomic():
        known = set(AddressBook.objects.filter(user=user).values_list("url", flat=True))
        made = [_made(user, each, typed) for each in found if each.url not in known]
        if made and typed.takes_ours:
            Contact.objects.filter(user=user, book=None).update(book=made[0], is_owed=True, href="", etag="")
    return made


def _made(user: User, found: discovery.Collection, typed: Typed) -> AddressBook:
    book = AddressBook.objects.create(user=user, url=found.url, name=found.name, username=typed.username)
    book.secret = secrets.seal_text(typed.password.reveal(), _binding(book))
    book.save(update_fields=["secret"])
    return book


def set_password(book: AddressBook, password: Secret) -> None:
    """Another one, which is tried with the next turn."""
    book.secret, book.error = secrets.seal_text(password.reveal(), _binding(book)), ""
    book.save(update_fields=["secret", "error"])


def disconnect(book: AddressBook) -> None:
    """The contacts stay, here and there."""
    with transaction.atomic():
        Contact.objects.filter(book=book).update(book=None, href="", etag="", is_owed=False)
        GoneContact.objects.filter(book=book).delete()
        book.delete()


def sync(book_id: int) -> bool:
    """One turn. What went wrong stands in the row. False: another turn is under way, nothing was done."""
    if not cache.add(_key(book_id), 1, LOCKED):
        return False
    try:
        book = AddressBook.objects.filter(pk=book_id).first()
        if book is not None:
            _sync(book)
    finally:
        cache.delete(_key(book_id))
    return True


def _key(book_id: int) -> str:
    return f"book-sync:{book_id}"


def _sync(book: AddressBook) -> None:
    error, notes = "", []
    try:
        client = Client(book.url, book.username, _password(book))
        pulled = pulling.pull(book, client)
        notes += pulled.notes
        book.sync_token = pulled.token
        book.save(update_fields=["sync_token"])
        notes += pushing.push(book, client)
    except BookError as fault:
        error = fault.code
    kept = list(dict.fromkeys(tuple(note) for note in [*book.notes, *notes]))[-NOTES:]
    rows = AddressBook.objects.filter(pk=book.pk)
    rows.update(error=error, notes=kept, **({} if error else {"synced_at": timezone.now()}))


def _password(book: AddressBook) -> Secret:
    try:
        return secrets.open_text(book.secret, _binding(book))
    except SecretUnreadable as fault:
        raise PasswordRefused from fault


def _binding(book: AddressBook) -> str:
    """A row that is pointed at another server opens nothing."""
    return f"book|{book.user_id}|{book.pk}|{checked(book.url).origin}|{book.username}"


def reseal(sender: object, **_kwargs: Any) -> tuple[int, int]:
    """Receives `accounts.signals.keys_rotated`: all passwords with the first key."""
    sealed = unreadable = 0
    for book in AddressBook.objects.exclude(secret="").order_by("pk").iterator():
        if secrets.is_current(before := book.secret):
            continue
        try:
            text = secrets.seal_text(_password(book).reveal(), _binding(book))
        except BookError:
            unreadable += 1
        else:
            sealed += AddressBook.objects.filter(pk=book.pk, secret=before).update(secret=text)
    return sealed, unreadable
