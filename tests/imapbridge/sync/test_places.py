"""Places without a UID, when the server's word comes by two ways at once, or never."""

import pytest
from django.utils import timezone

from imapbridge import actions, client, queries
from imapbridge.models import Entry, Mailbox, Message, PendingChange
from imapbridge.sync import apply, places
from imapbridge.sync.content import content
from imapbridge.sync.sweep import sweep
from imapbridge.terms.envelope import Address, Envelope
from imapbridge.wire.fetched import Fetched
from imapbridge.writing import writing
from tests import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


@pytest.fixture(autouse=True)
def no_bridge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "replay", lambda _account_id: None)


@pytest.fixture
def inbox() -> Mailbox:
    _, account = factories.person()
    return factories.mailbox(account, uid_validity=7)


@pytest.fixture
def archive(inbox: Mailbox) -> Mailbox:
    return factories.mailbox(inbox.account, "Archive", uid_validity=8)


@pytest.fixture
def moved(inbox: Mailbox, archive: Mailbox) -> Message:
    """A letter that is on its way, starred where it goes."""
    letter = factories.message(inbox, seen=False)
    actions.move(inbox.account_id, [letter.pk], inbox.pk, archive.pk)
    actions.set_flagged(inbox.account_id, [letter.pk], flagged=True)
    return letter


def numbers(box: Mailbox) -> tuple[int, int, list[tuple[int, int, int]]]:
    """What the screen shows of a mailbox: its counts, and those of its rows."""
    box.refresh_from_db()
    rows = queries.conversations(box.pk).rows
    return box.total, box.unread, [(row.total, row.unread, row.flagged) for row in rows]


@pytest.mark.parametrize("is_read", [False, True])
def test_a_sync_was_quicker(inbox: Mailbox, archive: Mailbox, moved: Message, is_read: bool) -> None:
    Entry.objects.create(
        account=inbox.account, mailbox=archive, message=moved, uid=77, thread=moved.thread, sort_at=5, seen=is_read,
        state=1,
    )  # fmt: skip
    Mailbox.objects.filter(pk=archive.pk).update(total=2, unread=1 + (not is_read))
    provisional = Entry.objects.get(mailbox=archive, uid__lt=0)
    with writing(inbox.account_id):
        places.known(archive, {provisional.pk: 77})
    assert list(Entry.objects.filter(mailbox=archive).values_list("pk", "uid")) == [(provisional.pk, 77)]
    assert numbers(archive) == (1, int(not is_read), [(1, int(not is_read), 1)])
    star = PendingChange.objects.get(kind="flags")
    assert (star.uids, star.unplaced, star.waits) == ("77", [], False)


def test_what_waits_for_a_message_is_laid_over_it_when_it_comes(archive: Mailbox, moved: Message) -> None:
    author = (Address(moved.sender_name, moved.sender_address),)
    envelope = Envelope(moved.date, moved.subject, author, message_id=moved.message_id)
    came = Fetched(77, frozenset({"\\Seen"}), internal_date=timezone.now(), size=moved.size, envelope=envelope)
    apply.messages(archive, [content(came, archive.pk, 8, "")])
    assert list(Entry.objects.filter(mailbox=archive).values_list("uid", "seen", "flagged")) == [(77, True, True)]
    assert numbers(archive) == (1, 0, [(1, 0, 1)])


def test_another_client_was_quicker(inbox: Mailbox, archive: Mailbox, moved: Message) -> None:
    Entry.objects.create(
        account=inbox.account, mailbox=archive, message=moved, uid=77, thread=moved.thread, sort_at=5, state=1,
        expunged=True,
    )  # fmt: skip
    with writing(inbox.account_id):
        places.known(archive, {Entry.objects.get(mailbox=archive, uid__lt=0).pk: 77})
    assert numbers(archive) == (0, 0, [])


def test_what_never_came_goes_and_what_waited_for_it(inbox: Mailbox, archive: Mailbox, moved: Message) -> None:
    trash = factories.mailbox(inbox.account, "Trash", special_use="trash", uid_validity=9)
    actions.trash(inbox.account_id, [moved.pk], archive.pk)
    places.settle(archive, timezone.now())
    assert numbers(trash)[0] == 1, "the move is still owed"
    PendingChange.objects.filter(target=archive).update(confirmed_at=timezone.now())
    places.settle(archive, timezone.now())
    assert [numbers(box)[:2] for box in (inbox, archive, trash)] == [(0, 0)] * 3
    assert not PendingChange.objects.filter(confirmed_at=None).exists()


def test_undo_brings_back_what_was_there_after_any_sweep(inbox: Mailbox, archive: Mailbox) -> None:
    letter = factories.message(inbox, seen=False)
    before = numbers(inbox)
    done = actions.move(inbox.account_id, [letter.pk], inbox.pk, archive.pk)
    assert (numbers(inbox)[0], numbers(archive)[:2]) == (0, (1, 1))
    sweep()
    sweep()
    assert actions.undo(inbox.account_id, done)
    assert numbers(inbox) == before
    assert numbers(archive) == (0, 0, [])
    assert not PendingChange.objects.exists()
