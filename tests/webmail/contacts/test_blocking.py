"""What blocked senders send goes to Junk as it arrives."""

import pytest

from imapbridge.events import arrived
from imapbridge.models import Entry, Mailbox
from tests import factories
from webmail.models import Correspondent

pytestmark = pytest.mark.django_db


@pytest.fixture
def inbox() -> Mailbox:
    _user, account = factories.person()
    Correspondent.objects.create(account=account, address="wren@example.org", is_blocked=True)
    Correspondent.objects.create(account=account, address="ines@law.example", shows_images=True)
    return factories.mailbox(account)


def where(inbox: Mailbox) -> dict[str, str]:
    """In which mailbox each subject lies."""
    held = Entry.objects.filter(account=inbox.account, expunged=False)
    return dict(held.values_list("message__subject", "mailbox__name"))


def test_only_new_mail_of_blocked_senders_is_moved(inbox: Mailbox) -> None:
    factories.mailbox(inbox.account, "Junk", special_use="junk")
    factories.message(inbox, "new", seen=False, sender=("", "Wren@Example.org"))
    factories.message(inbox, "read", seen=True)
    factories.message(inbox, "old", seen=False, sort_at=1)
    factories.message(inbox, "other", seen=False, sender=("", "ines@law.example"))
    arrived(inbox.account_id)
    assert where(inbox) == {"new": "Junk", "read": "INBOX", "old": "INBOX", "other": "INBOX"}


def test_what_the_person_moved_back_stays(inbox: Mailbox) -> None:
    factories.mailbox(inbox.account, "Junk", special_use="junk")
    made = factories.message(inbox, "new", seen=False)
    Entry.objects.filter(message=made).update(keywords=["$NotJunk"])
    arrived(inbox.account_id)
    assert where(inbox) == {"new": "INBOX"}


def test_without_junk_nothing_is_moved(inbox: Mailbox) -> None:
    factories.message(inbox, "new", seen=False)
    arrived(inbox.account_id)
    assert where(inbox) == {"new": "INBOX"}
