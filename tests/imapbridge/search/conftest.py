"""A person with mail whose words are in the index."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date

import pytest

from accounts.models import MailAccount
from imapbridge import queries
from imapbridge.search import catching_up, index
from imapbridge.search.index import Scope
from imapbridge.search.query import parse
from tests import factories


@dataclass(slots=True)
class Shelf:
    """What an account holds, and how it is searched."""

    account: MailAccount

    def scope(self, *, everywhere: bool = False) -> Scope:
        boxes = tuple(queries.mailboxes(self.account.pk))
        mine = (self.account.address,)
        return Scope((self.account.pk,), boxes, mine, everywhere, UTC, date(2026, 3, 12))

    def found(self, text: str, *, everywhere: bool = False, limit: int = index.PAGE) -> list[int]:
        """Messages, the newest first."""
        while catching_up.catch_up(self.account.pk):
            pass
        hits = index.page(self.scope(everywhere=everywhere), parse(text).tree, limit=limit).hits
        return [hit.message for hit in hits]


@pytest.fixture
def shelf(db: None) -> Shelf:
    return Shelf(factories.person()[1])


@pytest.fixture
def letter(shelf: Shelf) -> Callable[..., int]:
    """Puts a message into a mailbox of the shelf. Returns its key."""
    inbox = factories.mailbox(shelf.account)
    return lambda subject="Hello", box=inbox, **fields: factories.message(box, subject, **fields).pk
