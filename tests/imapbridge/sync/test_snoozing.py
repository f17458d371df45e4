"""Snoozed: away at once, on the server with its time, and back on top of the inbox when that has come."""

from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from imapbridge import actions, queries
from imapbridge.actions import snoozing, whole
from imapbridge.models import Entry, Job, Mailbox, PendingChange, Snooze
from imapbridge.terms import snoozed
from tests import factories
from tests.imapbridge.sync.conftest import Story
from tests.imapbridge.sync.test_filing import letters, nothing_is_owed, on_server

pytestmark = [pytest.mark.servers, pytest.mark.database]


def soon() -> datetime:
    return timezone.now() + timedelta(hours=3)


def test_away_and_back(story: Story) -> None:
    messages = letters(story, 3)
    actions.set_seen(story.account.pk, messages, True)
    actions.snooze(story.account.pk, messages[:1], story.mailbox().pk, soon())
    assert [row.subject for row in queries.conversations(story.mailbox().pk).rows] == ["Letter 2", "Letter 1"]
    for _ in range(2):
        story.sync()
    assert (on_server(story, "INBOX"), on_server(story, "Snoozed")) == (["1", "2"], ["0"])
    story.assert_equal()
    snoozing.wake()
    assert story.mailbox("Snoozed").total == 1
    Snooze.objects.all().delete()  # the keyword says it as well
    snoozing.wake(soon() + timedelta(minutes=2))
    assert queries.conversations(story.mailbox().pk).rows[0].subject == "Letter 0"
    for _ in range(2):
        story.sync()
    assert (on_server(story, "INBOX"), on_server(story, "Snoozed")) == (["0", "1", "2"], [])
    assert len(story.phone.uids("INBOX", "UNSEEN")) == 1
    assert not [word for words in story.phone.flags("INBOX").values() for word in words if snoozed.is_time(word)]
    assert nothing_is_owed(story)
    story.assert_equal()


def test_it_survives_an_index_made_anew_and_other_programs(story: Story) -> None:
    messages = letters(story, 3)
    actions.snooze(story.account.pk, messages[:2], story.mailbox().pk, soon())
    for _ in range(2):
        story.sync()
    call_command("rebuildindex", story.account.address)
    story.phone.move("Snoozed", story.phone.uids("Snoozed")[-1:], "Archive")
    story.sync()
    snoozing.wake(soon() + timedelta(minutes=2))
    for _ in range(2):
        story.sync()
    assert (len(on_server(story, "INBOX")), len(on_server(story, "Archive"))) == (2, 1)
    assert on_server(story, "Snoozed") == []
    story.assert_equal()


@pytest.fixture
def inbox(db: None) -> Mailbox:
    return factories.mailbox(factories.person()[1])


def keywords(box: Mailbox) -> list[list[str]]:
    return [*Entry.objects.filter(mailbox=box, expunged=False).order_by("uid").values_list("keywords", flat=True)]


@pytest.mark.parametrize("asked", [False, True])
def test_undo(inbox: Mailbox, asked: bool) -> None:
    made = factories.message(inbox)
    changes = actions.snooze(inbox.account_id, [made.pk], inbox.pk, soon())
    if asked:
        PendingChange.objects.update(attempts=1)
    assert actions.undo(inbox.account_id, changes)
    assert keywords(inbox) == [[]]
    snoozing.wake(soon() + timedelta(minutes=2))
    assert Entry.objects.get(mailbox=inbox, expunged=False).seen, "nothing was left to wake"


def test_another_time(inbox: Mailbox) -> None:
    made = factories.message(inbox)
    actions.snooze(inbox.account_id, [made.pk], inbox.pk, soon())
    box = Mailbox.objects.get(special_use="snoozed")
    later = soon() + timedelta(days=1)
    actions.snooze(inbox.account_id, [made.pk], box.pk, later)
    assert keywords(box) == [[snoozed.keyword_of(later)]]
    snoozing.wake(soon() + timedelta(minutes=2))
    assert keywords(inbox) == []
    snoozing.wake(later + timedelta(minutes=2))
    assert keywords(inbox) == [[]]


def test_a_server_that_keeps_no_keywords(inbox: Mailbox) -> None:
    """The time is known here."""
    made, other = factories.message(inbox), factories.message(inbox)
    actions.snooze(inbox.account_id, [made.pk, other.pk], inbox.pk, soon())
    box = Mailbox.objects.get(special_use="snoozed")
    Entry.objects.filter(mailbox=box).update(keywords=[])
    later = soon() + timedelta(days=1)
    assert actions.snooze(inbox.account_id, [other.pk], box.pk, later) == [], "it need not be asked again"
    snoozing.wake(soon() + timedelta(minutes=2))
    assert Entry.objects.get(mailbox=inbox, expunged=False).message_id == made.pk
    assert not Snooze.objects.filter(content_key=made.content_key).exists()


def test_everything(inbox: Mailbox) -> None:
    for _ in range(3):
        factories.message(inbox)
    until = soon()
    box = snoozing.mailbox(inbox.account_id)
    job = whole.begin(
        inbox.account_id, inbox.pk, Job.Kind.MOVE, target=box, keyword=snoozed.keyword_of(until)
    )  # fmt: skip
    assert job.finished_at
    snoozing.wake(until + timedelta(minutes=2))
    inbox.refresh_from_db()
    assert (inbox.total, inbox.unread) == (3, 3)
