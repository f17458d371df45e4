"""The people and groups that somebody knows, as the pages of contacts show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from webmail.contacts.card import Card
from webmail.contacts.tables import Fault
from webmail.models import Contact
from webmail.screen import people
from webmail.screen.letters import Detail


@dataclass(frozen=True, slots=True)
class KnownLine:
    """One of a list. `photo`: the address of the picture, or empty."""

    id: int
    who: people.Person
    name: str
    below: str
    photo: str
    is_group: bool
    link: str
    label: str
    """Of the box that chooses it: `Select Wren Calloway`."""


def line(contact: Contact, members: int = 0, *, has_photo: bool = False) -> KnownLine:
    """`members`: of a group."""
    is_group = contact.kind == Contact.Kind.GROUP
    addresses = [row.address for row in contact.addresses.all()]
    name = people.clean(contact.name) or _("No name")
    below = ", ".join(addresses[:2]) if addresses and addresses[0] != name else contact.company
    if is_group:
        below = ngettext("{n} member", "{n} members", members).format(n=members)
    who = people.person(name, addresses[0] if addresses else name)
    photo = f"/contacts/{contact.pk}/photo?v={contact.changed_at.timestamp():.0f}" if has_photo else ""
    label = _("Select {name}").format(name=name)
    return KnownLine(contact.pk, who, name, below, photo, is_group, f"/contacts/{contact.pk}/", label)


def details(card: Card) -> list[Detail]:
    """What a card says, a line each, for who looks before they agree."""
    found = [
        (_("Name"), card.name),
        (_("Company"), card.company),
        (_("Job title"), card.title),
        *((_("Email"), _labelled(each.value, each.label)) for each in card.addresses),
        *((_("Telephone"), _labelled(each.value, each.label)) for each in card.phones),
        (_("Birthday"), card.birthday),
        (_("Note"), card.note),
        (_("Photo"), _("Yes") if card.photo else ""),
    ]
    return [Detail(str(name), value) for name, value in found if value]


def _labelled(value: str, label: str) -> str:
    return f"{value} ({label})" if label else value


def faults(found: Iterable[Fault], *, is_table: bool) -> list[str]:
    """What can not be taken of a file, by line of a table and by number of a vCard."""
    said = {
        ("empty", True): _("Line {n} has neither a name nor an address."),
        ("long", True): _("Line {n} can not be read: a field in it is too long. What stands below it is left out."),
        ("empty", False): _("Contact {n} has neither a name nor an address."),
    }
    return [said[each.code, is_table].format(n=each.line) for each in found]


def deleted(names: Sequence[str]) -> str:
    """What was done, for the button that undoes it."""
    if len(names) == 1:
        return _("Deleted {name}.").format(name=names[0])
    return ngettext("Deleted {n} contact.", "Deleted {n} contacts.", len(names)).format(n=len(names))


def merged(name: str, count: int) -> str:
    return ngettext("Merged {n} contact into {name}.", "Merged {n} contacts into {name}.", count).format(
        n=count, name=name
    )


def imported(made: int, filled: int) -> str:
    said = [ngettext("{n} contact was added.", "{n} contacts were added.", made).format(n=made)]
    if filled:
        said.append(ngettext("{n} was filled in.", "{n} were filled in.", filled).format(n=filled))
    return " ".join(said)
