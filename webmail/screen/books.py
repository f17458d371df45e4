"""Address books elsewhere, as the settings show them: how they stand, what went wrong, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from webmail.models import AddressBook
from webmail.screen.clock import Clock

_FAULTS: dict[str, Promise] = {
    "not-allowed": gettext_lazy(
        "This address cannot be asked: it must begin with https:// and be on the public internet. For a server inside "
        "your network, whoever runs this webmail can allow it."
    ),
    "not-reached": gettext_lazy(
        "{server} does not answer. It is tried again by itself; check the address if it stays so."
    ),
    "password": gettext_lazy("{server} does not take this user name and password. Type them again."),
    "no-book": gettext_lazy("There is no address book at this address. Ask your provider for its CardDAV address."),
    "not-understood": gettext_lazy(
        "What {server} answers is no address book. Ask your provider for its CardDAV address."
    ),
    "refused": gettext_lazy("{server} would not do what was asked. Ask its provider whether you may change this book."),
    "known": gettext_lazy("This address book is connected already."),
}
_NOTES: dict[str, Promise] = {
    "both": gettext_lazy("{name} was changed here and there at once. Both are kept: merge them when you have looked."),
    "back": gettext_lazy("{name} was deleted here and changed there. It is back."),
    "kept": gettext_lazy("{name} was deleted there and changed here. It was put back there."),
    "refused": gettext_lazy("The server did not take {name}. It is tried again with the next change."),
    "full": gettext_lazy("{name} found no place here: at most 20,000 contacts are kept."),
}


@dataclass(frozen=True, slots=True)
class Book:
    """One that is connected. `fault`: what went wrong the last time, or empty; `notes`: what to know, newest first."""

    id: int
    name: str
    below: str
    fault: str
    needs_password: bool
    notes: list[str]


def book(row: AddressBook, clock: Clock) -> Book:
    server = urlsplit(row.url).hostname or ""
    when = clock.full(row.synced_at) if row.synced_at else ""
    said = _("{server}, as {user}. Equal since {when}.") if when else _("{server}, as {user}. Not compared yet.")
    notes = [str(_NOTES[code]).format(name=name or _("A contact")) for code, name in row.notes if code in _NOTES]
    return Book(
        row.pk,
        row.name or server,
        said.format(server=server, user=row.username, when=when),
        fault(row.error, row.url),
        row.error == "password",
        notes[::-1],
    )


def fault(code: str, url: str) -> str:
    """A sentence for the code of a BookError; empty for none."""
    if not code:
        return ""
    sentence = _FAULTS.get(code) or _FAULTS["not-understood"]
    return str(sentence).format(server=urlsplit(url).hostname or _("The server"))
