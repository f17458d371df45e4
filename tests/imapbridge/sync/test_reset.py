"""A mailbox whose UIDs mean other messages now: what goes on there by UID ends, and what has none is still done."""

import pytest

from imapbridge import actions, client
from imapbridge.actions import whole
from imapbridge.models import Entry, Job, Mailbox, Notice, PendingChange
from imapbridge.sync import apply, mailboxes
from imapbridge.wire.results import ListedMailbox
from tests import factories
from tests.servers.letters import plain

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


@pytest.fixture(autouse=True)
def no_bridge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "replay", lambda _account_id: None)


@pytest.fixture
def inbox() -> Mailbox:
    """Half of it is in the index."""
    return factories.fill_mailbox(factories.person()[1], 150, uid_validity=7, lowest_uid=1000, uid_next=1150)


@pytest.mark.parametrize("kind", [Job.Kind.READ, Job.Kind.EMPTY])
def test_a_job_ends(inbox: Mailbox, kind: Job.Kind) -> None:
    job = whole.begin(inbox.account_id, inbox.pk, kind)
    assert (job.finished_at, job.older > 0) == (None, True)
    inbox.refresh_from_db()
    apply.reset(inbox)
    Mailbox.objects.filter(pk=inbox.pk).update(uid_validity=8, uid_next=2000, lowest_uid=2000)
    assert not whole.go_on(job.pk)
    assert not PendingChange.objects.exists(), "they would be done to other messages"
    assert whole.undo(inbox.account_id, job.pk) is None


def test_what_was_read_is_not_undone_on_other_messages(inbox: Mailbox) -> None:
    job = whole.begin(inbox.account_id, inbox.pk, Job.Kind.READ)
    whole.cancel(inbox.account_id, job.pk)
    job.refresh_from_db()
    assert job.changes.exists()
    inbox.refresh_from_db()
    apply.reset(inbox)
    assert whole.undo(inbox.account_id, job.pk) is None


def test_what_is_to_be_filed_is_filed_still(inbox: Mailbox) -> None:
    raw = plain("Draft", message_id="1@reset.example")
    filed = actions.append(inbox.account_id, inbox.pk, raw)
    inbox.refresh_from_db()
    apply.reset(inbox)
    change = PendingChange.objects.get()
    assert (change.pk, bytes(change.data or b""), change.uid_validity) == (filed, raw, 0)
    assert list(Entry.objects.filter(mailbox=inbox).values_list("pk", flat=True)) == [*change.places.values()]
    assert not Notice.objects.exists()


def test_what_was_to_be_filed_in_a_mailbox_that_is_gone_is_told(inbox: Mailbox) -> None:
    plans = factories.mailbox(inbox.account, "Plans")
    actions.append(inbox.account_id, plans.pk, plain("Draft", message_id="2@reset.example"))
    mailboxes.apply(inbox.account_id, [ListedMailbox(b"INBOX", "INBOX", "/", frozenset())])
    assert list(Notice.objects.values_list("kind", "code")) == [("append", "mailbox-gone")]
    assert not PendingChange.objects.exists()
