"""What lives only here. No foreign key into the mirror, so that it stays disposable."""

from __future__ import annotations

from webmail.models.contacts import (
    Acquaintance,
    Acquainted,
    AddressBook,
    Contact,
    ContactAddress,
    GoneContact,
    KeptContacts,
)
from webmail.models.correspondents import Correspondent
from webmail.models.drafts import Draft, DraftVersion, Upload
from webmail.models.outgoing import Outgoing
from webmail.models.saved_search import SavedSearch
from webmail.models.sending_tally import SendingTally
from webmail.models.templates import Template

__all__ = [
    "Acquaintance",
    "Acquainted",
    "AddressBook",
    "Contact",
    "ContactAddress",
    "Correspondent",
    "Draft",
    "DraftVersion",
    "GoneContact",
    "KeptContacts",
    "Outgoing",
    "SavedSearch",
    "SendingTally",
    "Template",
    "Upload",
]
