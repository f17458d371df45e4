"""A mailbox whose UIDs mean other messages now: what goes on there by UID ends, and what has none is still done."""

import pytest

from imapbridge import client
from imapbridge.actions import whole
from imapbridge.models import Job, Mailbox, PendingChange
from imapbridge.sync import apply
from tests import factories

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
    assert job.uids
    inbox.refresh_from_db()
    apply.reset(inbox)
    assert whole.undo(inbox.account_id, job.pk) is None
