"""What two writers of one account do at the same moment: on PostgreSQL nothing stands between them but our own lock."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from imapbridge import actions, client
from imapbridge.models import Entry, Mailbox, PendingChange
from imapbridge.sync import apply, mailboxes, replay
from imapbridge.wire.results import ListedMailbox, MailboxStatus
from imapbridge.writing import writing
from tests import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


@pytest.fixture(autouse=True)
def no_bridge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "replay", lambda _account_id: None)


def _meanwhile(account_id: int, first: Callable[[], object], second: Callable[[], object]) -> None:
    """Run `second` in another connection after `first` was done here and before it is committed."""

    def other() -> None:
        try:
            second()
        finally:
            connection.close()

    thread = threading.Thread(target=other)
    with writing(account_id):
        first()
        thread.start()
        thread.join(0.5)  # it reads what it can see, and waits for what it cannot have
    thread.join()


@pytest.fixture
def inbox() -> Mailbox:
    _, account = factories.person()
    box = factories.mailbox(account, uid_validity=7)
    for _ in range(2):
        factories.message(box, seen=False)
    box.refresh_from_db()
    return box


def _messages(box: Mailbox) -> list[int]:
    return list(Entry.objects.filter(mailbox=box).values_list("message_id", flat=True))


def test_two_tabs_mark_the_same_messages_read(inbox: Mailbox) -> None:
    def mark() -> None:
        actions.set_seen(inbox.account_id, _messages(inbox), seen=True)

    _meanwhile(inbox.account_id, mark, mark)
    inbox.refresh_from_db()
    assert inbox.unread == 0
    assert PendingChange.objects.count() == 1, "only what really changed is owed, so that its inverse is the truth"


def test_a_click_during_a_reset_names_no_other_message(inbox: Mailbox) -> None:
    messages = _messages(inbox)

    def reset() -> None:
        apply.reset(inbox)
        Mailbox.objects.filter(pk=inbox.pk).update(uid_validity=777)

    _meanwhile(inbox.account_id, reset, lambda: actions.set_seen(inbox.account_id, messages, seen=True))
    assert not PendingChange.objects.exists()


def test_a_click_during_a_sync_is_not_overwritten(inbox: Mailbox) -> None:
    messages, began = _messages(inbox), timezone.now()
    said: Any = dict.fromkeys(Entry.objects.values_list("uid", flat=True), frozenset({"\\Answered"}))

    def click() -> None:
        actions.set_seen(inbox.account_id, messages, seen=True)

    _meanwhile(inbox.account_id, click, lambda: apply.flags(inbox, said, began))
    assert set(Entry.objects.values_list("seen", "answered")) == {(True, True)}


def test_many_flags_are_compared_in_turns_of_their_own(inbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apply, "FLAGS_AT_ONCE", 1)
    said: Any = dict.fromkeys(Entry.objects.values_list("uid", flat=True), frozenset({"\\Answered"}))
    before = inbox.state
    assert apply.flags(inbox, said, timezone.now()) == 2
    assert set(Entry.objects.values_list("answered", flat=True)) == {True}
    inbox.refresh_from_db()
    assert inbox.state == before + 2


def test_the_mailbox_list_gives_no_state_out_twice(inbox: Mailbox) -> None:
    before = inbox.state
    status = MailboxStatus(messages=99, unseen=3, uid_next=5, uid_validity=7)
    listed = [ListedMailbox(b"INBOX", "INBOX", "/", frozenset(), True, status)]
    _meanwhile(
        inbox.account_id,
        lambda: actions.set_seen(inbox.account_id, _messages(inbox), seen=True),
        lambda: mailboxes.apply(inbox.account_id, listed),
    )
    inbox.refresh_from_db()
    assert (inbox.state, inbox.unread, inbox.server_total) == (before + 1, 0, 99)


def test_a_server_that_is_away_for_long_does_not_stop_the_queue(inbox: Mailbox) -> None:
    actions.set_seen(inbox.account_id, _messages(inbox), seen=True)
    PendingChange.objects.update(attempts=500)
    change = replay.next_change(inbox.account_id)
    assert change
    replay.postponed(change)
    later = PendingChange.objects.get().not_before
    assert later is not None
    assert timedelta(0) < later - timezone.now() <= replay.MAX_PAUSE
