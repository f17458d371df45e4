"""The contacts of a vCard as the viewer shows them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from webmail.reading.contacts import contacts
from webmail.screen.letters import Detail


@dataclass(frozen=True, slots=True)
class Card:
    name: str
    details: list[Detail]


def cards(data: bytes) -> list[Card]:
    names = {
        "ORG": _("Organisation"), "TITLE": _("Title"), "EMAIL": _("Email"), "TEL": _("Telephone"), "ADR": _("Address"),
        "URL": _("Website"), "BDAY": _("Birthday"), "NOTE": _("Note"),
    }  # fmt: skip
    return [
        Card(found.name, [Detail(names[line.kind], line.value) for line in found.lines]) for found in contacts(data)
    ]
