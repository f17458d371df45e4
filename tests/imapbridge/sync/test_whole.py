"""Everything that a list shows at once: marked, moved, labelled and undone, or deleted for good; in chunks that may be
killed."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from accounts.models import MailAccount
from imapbridge import actions, queries
from imapbridge.actions import whole
from imapbridge.models import Entry, Job, Mailbox, MailboxThread, Notice, PendingChange
from imapbridge.sync import refusals, replay
from imapbridge.sync.account import sync
from tests import factories
from tests.imapbridge.sync.conftest import Story
from tests.imapbridge.sync.test_filing import letters, nothing_is_owed, on_server
from tests.servers.courier import Courier

pytestmark = [pytest.mark.servers, pytest.mark.database]


def finish(job: Job) -> None:
    while whole.go_on(job.pk):
        pass


def unread(story: Story, mailbox: str = "INBOX") -> list[int]:
    return story.phone.uids(mailbox, "UNSEEN")


def test_a_mailbox_is_read_and_unread_again(story: Story) -> None:
    story.server.fill(story.user, "INBOX", 130)
    story.phone.flag("INBOX", story.phone.uids("INBOX"), "\\Seen", add=False)
    letters(story, 4)
    before = unread(story)
    assert len(before) > 100
    job = whole.begin(story.account.pk, story.mailbox().pk, Job.Kind.READ)
    assert (job.total, job.done, job.finished_at) == (len(before), whole.AT_ONCE, None)
    story.server.append(story.user, "INBOX", b"Subject: Late\r\n\r\nLate\r\n")
    story.sync()
    finish(job)
    assert story.mailbox().unread == 1, "what came after the click is left alone"
    story.sync()
    assert len(unread(story)) == 1
    assert nothing_is_owed(story)
    story.assert_equal()
    inverse = whole.undo(story.account.pk, job.pk)
    assert inverse
    finish(inverse)
    assert whole.undo(story.account.pk, job.pk) is None
    story.sync()
    assert unread(story)[:-1] == before
    assert story.mailbox().unread == len(before) + 1
    story.assert_equal()


def test_a_mailbox_is_emptied(story: Story) -> None:
    messages = letters(story)
    story.server.fill(story.user, "Trash", 130)
    story.sync()
    actions.move(story.account.pk, messages[:2], story.mailbox().pk, story.mailbox("Trash").pk)
    if isinstance(story.server, Courier):
        story.sync()  # numbers what came to it within a second as it likes, until it is opened
    job = whole.begin(story.account.pk, story.mailbox("Trash").pk, Job.Kind.EMPTY)
    finish(job)
    assert (story.mailbox("Trash").total, story.mailbox("Trash").unread) == (0, 0)
    for _ in range(3):
        story.sync()
    assert on_server(story, "Trash") == []
    assert on_server(story, "INBOX") == ["2", "3"]
    assert nothing_is_owed(story)
    story.assert_equal()


def test_what_was_emptied_comes_back_while_the_server_has_not_been_asked(story: Story) -> None:
    story.server.fill(story.user, "Trash", 130)
    story.sync()
    before = sorted(story.phone.uids("Trash"))
    job = whole.begin(story.account.pk, story.mailbox("Trash").pk, Job.Kind.EMPTY)
    finish(job)
    sync(story.account.pk)
    assert story.mailbox("Trash").total == 0
    assert sorted(story.phone.uids("Trash")) == before
    assert [one.id for one in queries.jobs(story.account.pk)] == [job.pk]
    back = whole.undo(story.account.pk, job.pk)
    assert back and back.total == 130
    finish(back)
    story.sync()
    assert story.mailbox("Trash").total == 130
    assert sorted(story.phone.uids("Trash")) == before
    assert nothing_is_owed(story)
    story.assert_equal()
    job = whole.begin(story.account.pk, story.mailbox("Trash").pk, Job.Kind.EMPTY)
    finish(job)
    story.sync()
    assert whole.undo(story.account.pk, job.pk) is None
    assert queries.jobs(story.account.pk) == []
    assert story.phone.uids("Trash") == []


def test_everything_is_moved_and_comes_back(story: Story) -> None:
    """While another client deletes and moves some of it."""
    story.server.fill(story.user, "INBOX", 130)
    letters(story, 3)
    before, uids = story.mailbox().total, story.phone.uids("INBOX")
    archive = story.mailbox("Archive")
    job = whole.begin(story.account.pk, story.mailbox().pk, Job.Kind.MOVE, target=archive.pk)
    assert 0 < story.mailbox().total < before
    story.phone.delete("INBOX", [*uids[:3], *uids[-3:]])
    story.phone.move("INBOX", [*uids[3:5], *uids[-5:-3]], "Trash")
    left = before - 10
    story.sync()
    finish(job)
    for _ in range(3):
        story.sync()
    assert (story.mailbox().total, story.mailbox("Archive").total) == (0, left)
    assert (story.phone.uids("INBOX"), len(story.phone.uids("Archive"))) == ([], left)
    assert len(story.phone.uids("Trash")) == 4 and not Notice.objects.exists()
    assert nothing_is_owed(story)
    story.assert_equal()
    inverse = whole.undo(story.account.pk, job.pk)
    assert inverse
    finish(inverse)
    for _ in range(2):
        story.sync()
    assert (len(story.phone.uids("INBOX")), story.phone.uids("Archive")) == (left, [])
    assert story.mailbox().total == left
    story.assert_equal()


def test_what_is_in_no_index_yet_is_done_as_well(story: Story) -> None:
    """The first sync is not complete: the server is told of the rest."""
    story.server.fill(story.user, "INBOX", 40)
    story.server.fill(story.user, "Trash", 40)
    story.sync()
    for name in ("INBOX", "Trash"):
        half = Entry.objects.filter(mailbox=story.mailbox(name)).order_by("uid")[20]
        Entry.objects.filter(mailbox=story.mailbox(name), uid__lt=half.uid).delete()
        Mailbox.objects.filter(pk=story.mailbox(name).pk).update(lowest_uid=half.uid)
    finish(whole.begin(story.account.pk, story.mailbox().pk, Job.Kind.READ))
    finish(whole.begin(story.account.pk, story.mailbox("Trash").pk, Job.Kind.EMPTY))
    story.sync()
    assert unread(story) == []
    assert story.phone.uids("Trash") == []


@pytest.fixture
def inbox(db: None) -> Mailbox:
    return factories.fill_mailbox(factories.person()[1], 800)


def test_a_job_that_is_killed_goes_on_where_it_was(inbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    job = whole.begin(inbox.account_id, inbox.pk, Job.Kind.EMPTY)
    again = whole.begin(inbox.account_id, inbox.pk, Job.Kind.EMPTY)
    assert again.pk == job.pk, "the same click twice is one job"
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Job, "save", _killed)
        whole.go_on(job.pk)
    left = Entry.objects.filter(mailbox=inbox, expunged=False).count()
    assert left == inbox.total - 2 * whole.AT_ONCE, "what a killed chunk did is as if it had never been"
    finish(job)
    finish(job)
    inbox.refresh_from_db()
    assert (inbox.total, inbox.unread) == (0, 0)
    owed = [change.uids for change in PendingChange.objects.order_by("pk")]
    assert owed == ["751:800", "701:750", "201:700", "1:200"]


def _killed(*_args: object, **_kwargs: object) -> None:
    raise KeyboardInterrupt


def test_nobody_undoes_or_stops_what_is_another_s(inbox: Mailbox) -> None:
    job = whole.begin(inbox.account_id, inbox.pk, Job.Kind.READ)
    other: MailAccount = factories.person("bob@example.com")[1]
    assert whole.undo(other.pk, job.pk) is None
    whole.cancel(other.pk, job.pk)
    job.refresh_from_db()
    assert job.finished_at is None
    whole.cancel(inbox.account_id, job.pk)
    assert not whole.go_on(job.pk)
    inbox.refresh_from_db()
    assert inbox.unread == 160 - whole.AT_ONCE
    with pytest.raises(Mailbox.DoesNotExist):
        whole.begin(other.pk, inbox.pk, Job.Kind.READ)


@pytest.mark.parametrize("kind", [Job.Kind.READ, Job.Kind.EMPTY])
def test_what_the_server_refuses_is_not_asked_for_again(inbox: Mailbox, kind: Job.Kind) -> None:
    job = whole.begin(inbox.account_id, inbox.pk, kind)
    _refuse_all()
    assert Notice.objects.count() == 1
    assert not whole.go_on(job.pk), "what was refused once is refused for the others too"
    inbox.refresh_from_db()
    assert (inbox.total, inbox.unread) == (800, 160)
    assert not PendingChange.objects.exists()


@pytest.mark.parametrize("kind", [Job.Kind.READ, Job.Kind.EMPTY])
def test_each_message_is_taken_once(inbox: Mailbox, kind: Job.Kind) -> None:
    """Also when what was refused comes back while nobody looks."""
    job = whole.begin(inbox.account_id, inbox.pk, kind)
    is_more, chunks = True, 0
    while is_more and chunks < 10:
        _refuse_all()
        Notice.objects.all().delete()
        is_more, chunks = whole.go_on(job.pk), chunks + 1
    job.refresh_from_db()
    assert (job.done, chunks) == ((160, 1) if kind == Job.Kind.READ else (800, 2))


def _refuse_all() -> None:
    for change in PendingChange.objects.order_by("-pk"):
        refusals.take_back(change, "not-permitted")


def test_what_gets_its_uid_meanwhile_is_done_as_well(inbox: Mailbox) -> None:
    """Messages on their way here, which may become the highest of all."""
    coming = Entry.objects.get(mailbox=inbox, uid=1)
    Entry.objects.filter(pk=coming.pk).update(uid=-coming.pk)
    job = whole.begin(inbox.account_id, inbox.pk, Job.Kind.EMPTY)
    Entry.objects.filter(pk=coming.pk).update(uid=5000)
    finish(job)
    assert not Entry.objects.filter(mailbox=inbox, expunged=False).exists()


def test_of_many_that_have_no_uid_yet_each_is_done_once(inbox: Mailbox) -> None:
    Entry.objects.filter(mailbox=inbox, uid__lte=250).update(uid=-F("pk"))
    job = whole.begin(inbox.account_id, inbox.pk, Job.Kind.LABEL, keyword="Work", by_message=True)
    chunks = 0
    while whole.go_on(job.pk) and chunks < 10:
        chunks += 1
    job.refresh_from_db()
    assert (job.done, job.finished_at is not None) == (800, True)
    assert not [one for one in Entry.objects.filter(mailbox=inbox) if "Work" not in one.keywords]


@pytest.mark.parametrize(("messages", "span"), [(5000, 50_000), (100_000, 10_000), (2_000_000, 500)])
def test_what_is_in_no_index_is_cut_by_messages(db: None, messages: int, span: int) -> None:
    """UIDs may be high where few messages are left."""
    box = factories.mailbox(factories.person()[1], lowest_uid=2_000_001, uid_next=2_000_001, server_total=messages)
    job = whole.begin(box.account_id, box.pk, Job.Kind.READ)
    job.refresh_from_db()
    assert [change.uids for change in PendingChange.objects.all()] == [f"{2_000_001 - span}:2000000"]
    assert job.older == 2_000_000 - span
    if messages == 5000:
        finish(job)
        assert PendingChange.objects.count() < 50


# --- what a filter shows, and other kinds -----------------------------------------------------------------------------


def test_only_what_the_list_shows_and_whole_conversations(inbox: Mailbox) -> None:
    """Of which one message may be read, and far below the unread one."""
    account = inbox.account
    old = Entry.objects.get(mailbox=inbox, uid=1)
    new = factories.message(inbox, seen=False, thread=old.thread)
    archive = factories.mailbox(account, "Archive", special_use="archive")
    job = whole.begin(account.pk, inbox.pk, Job.Kind.MOVE, target=archive.pk, only="unread")
    whole.count(job)
    assert job.total == 161
    finish(job)
    moved = set(Entry.objects.filter(mailbox=archive, expunged=False).values_list("message", flat=True))
    assert len(moved) == 162
    assert {old.message_id, new.pk} <= moved
    inbox.refresh_from_db()
    assert (inbox.total, inbox.unread) == (801 - 162, 0)


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        (Job.Kind.STAR, {"flagged": True}),
        (Job.Kind.UNREAD, {"seen": False}),
        (Job.Kind.LABEL, {"keywords": ["Fair"]}),
        (Job.Kind.READ, {"seen": True}),
    ],
)
def test_marks_of_everything_and_back(inbox: Mailbox, kind: Job.Kind, wanted: dict[str, object]) -> None:
    before = standing(inbox)
    job = whole.begin(inbox.account_id, inbox.pk, kind, keyword="Fair" if kind == Job.Kind.LABEL else "")
    finish(job)
    assert not Entry.objects.filter(mailbox=inbox).exclude(**wanted).exists()
    PendingChange.objects.update(attempts=1, confirmed_at=timezone.now() - timedelta(hours=1))
    replay.tidy(inbox.account_id)
    inverse = whole.undo(inbox.account_id, job.pk)
    assert inverse
    finish(inverse)
    assert standing(inbox) == before, "long after the server has done it, too"
    PendingChange.objects.update(confirmed_at=timezone.now() - timedelta(hours=1))
    replay.tidy(inbox.account_id)
    assert not PendingChange.objects.exists(), "what is undone is kept no longer"


def standing(box: Mailbox) -> list[tuple[object, ...]]:
    listed = MailboxThread.objects.filter(mailbox=box).order_by("thread")
    box.refresh_from_db()
    return [(box.total, box.unread), *listed.values_list("thread", "count", "unread", "flagged", "keywords")]


def test_what_was_read_before_stays_read_when_it_is_undone(inbox: Mailbox) -> None:
    """A copy in another mailbox, that had been read there."""
    elsewhere = factories.mailbox(inbox.account, "Plans")
    unread = Entry.objects.filter(mailbox=inbox, seen=False)[0]
    copy = Entry.objects.create(
        account=inbox.account, mailbox=elsewhere, message=unread.message, thread=unread.thread, uid=1,
        sort_at=unread.sort_at, seen=True, state=1,
    )  # fmt: skip
    job = whole.begin(inbox.account_id, inbox.pk, Job.Kind.READ)
    finish(job)
    inverse = whole.undo(inbox.account_id, job.pk)
    assert inverse
    finish(inverse)
    copy.refresh_from_db()
    unread.refresh_from_db()
    assert (copy.seen, unread.seen) == (True, False)
