"""The queue of what is owed, from a worker's side: in turns, under the account's lock, and nothing mixed up."""

import dataclasses
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from imapbridge import actions, tasks
from imapbridge.models import PendingChange
from imapbridge.sync import account as syncing
from imapbridge.sync import mailbox as one_mailbox
from imapbridge.sync import places, replay, windows
from imapbridge.sync.bulk import Bulk, Occupied, bulk
from imapbridge.sync.owed import Answer, Owed
from imapbridge.terms.uids import UidSet
from imapbridge.wire.drivers import BlockingConnection
from tests.imapbridge.sync.conftest import Story
from tests.imapbridge.sync.test_filing import letters, move, nothing_is_owed, on_server, replay_again, subjects
from tests.servers.dovecot import Dovecot
from tests.servers.letters import plain

pytestmark = [pytest.mark.servers, pytest.mark.database]


@pytest.fixture
def story(begin: Callable[[Dovecot], Story], dovecot: Dovecot) -> Story:
    story = begin(dovecot)
    story.sync()
    return story


def star_each(story: Story) -> None:
    for message in letters(story):
        actions.set_flagged(story.account.pk, [message], flagged=True)


def starred(story: Story) -> int:
    return len(story.phone.uids("INBOX", "FLAGGED"))


def test_a_long_queue_is_sent_in_turns(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    star_each(story)
    monkeypatch.setattr(syncing, "TURN", -1.0)
    assert syncing.sync(story.account.pk), "there is more to do"
    assert starred(story) == 1
    assert story.sync() == 3, "the next turn goes on at once"
    assert starred(story) == 4
    assert nothing_is_owed(story)
    story.assert_equal()


def test_nothing_is_sent_without_the_lock(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    star_each(story)
    renewed = []

    def renew(turn: Bulk) -> None:
        renewed.append(turn)
        if len(renewed) > 2:
            raise Occupied

    with monkeypatch.context() as patched:
        patched.setattr(Bulk, "renew", renew)
        with pytest.raises(Occupied):
            syncing.sync(story.account.pk)
    assert starred(story) == 2
    PendingChange.objects.update(not_before=None)
    story.sync()
    assert starred(story) == 4


def test_an_answer_is_not_taken_for_the_letter_that_it_answers(story: Story) -> None:
    """The first try was cut, and meanwhile the letter itself came to the same mailbox: its id is in References."""
    letter = plain("Letter 9", message_id="9@filing.example")
    answer = b"References: <9@filing.example>\r\n" + plain("Letter 8", message_id="8@filing.example")
    archive = story.mailbox("Archive")
    uid_next = story.phone.status("Archive")["UIDNEXT"]
    actions.append(story.account.pk, archive.pk, answer)
    PendingChange.objects.update(step=PendingChange.Step.COPYING, target_from=uid_next)
    story.server.append(story.user, "Archive", letter)
    story.sync()
    assert on_server(story, "Archive") == ["8", "9"]
    assert nothing_is_owed(story)
    story.assert_equal()


def test_a_letter_that_is_there_is_found_by_its_own_id(story: Story) -> None:
    letter = plain("Letter 9", message_id="9@filing.example").replace(b"Message-ID: ", b"Message-Id:\r\n ")
    archive = story.mailbox("Archive")
    uid_next = story.phone.status("Archive")["UIDNEXT"]
    actions.append(story.account.pk, archive.pk, letter)
    PendingChange.objects.update(step=PendingChange.Step.COPYING, target_from=uid_next)
    story.server.append(story.user, "Archive", letter)
    story.sync()
    assert subjects(story.mailbox("Archive")) == ["9"]
    assert len(story.phone.uids("Archive")) == 1
    story.assert_equal()


def test_a_copy_into_a_mailbox_that_had_to_be_made_anew(story: Story) -> None:
    """Deleted after its UIDNEXT was written down, and the answer to the copy is lost: it is looked for from the first
    UID of the new mailbox on."""
    messages = letters(story, 2)
    story.phone.create_mailbox("Plans")
    for number in range(3):
        story.server.append(story.user, "Plans", plain(f"Letter {number}", message_id=f"{number}@plans.example"))
    story.sync()
    actions.copy(story.account.pk, messages, story.mailbox().pk, story.mailbox("Plans").pk)
    with bulk(story.account.pk) as turn:

        def answer_to(change: Owed | None) -> Answer:
            assert change
            answer: Answer = turn.connection.run(replay.command(turn.connection.session, change), timeout=60)
            return answer

        change = replay.next_change(story.account.pk)
        change = replay.answered(change, answer_to(change))
        story.phone.delete_mailbox("Plans")
        change = replay.answered(change, answer_to(change))
        answer = answer_to(change)
        assert (answer.step, answer.target_from) == ("copying", 1), "before it is sent"
        answer_to(replay.answered(change, answer))  # and nobody hears it
    replay_again(story)
    replay_again(story)
    assert nothing_is_owed(story)
    assert on_server(story, "Plans") == ["0", "1"]
    story.assert_equal()


def test_what_the_bridge_moves_here_while_uids_are_compared_is_not_gone(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mail server has told which UIDs there are, and then the bridge's MOVE is answered, before ours are read."""
    waiting, moved = letters(story, 2)
    move(story, [waiting], "INBOX", "Archive")
    PendingChange.objects.update(not_before=timezone.now() + timedelta(minutes=1))  # so that UIDs are compared
    archive, changes = story.mailbox("Archive"), list[int]()
    search = one_mailbox.search

    def then_it_is_moved(connection: BlockingConnection, within: UidSet) -> UidSet:
        found, opened = search(connection, within), connection.session.selected
        if opened and opened.raw_name == bytes(archive.raw_name) and not changes:
            changes.extend(move(story, [moved], "INBOX", "Archive"))
            row = PendingChange.objects.get(pk=changes[0])
            story.phone.move("INBOX", UidSet.parse(row.uids), "Archive")
            places.known(archive, {row.places.popitem()[1]: story.phone.uids("Archive")[-1]})
            PendingChange.objects.filter(pk=row.pk).update(confirmed_at=timezone.now())
        return found

    monkeypatch.setattr(one_mailbox, "search", then_it_is_moved)
    syncing.sync(story.account.pk)
    assert changes
    assert "1" in subjects(archive)
    assert actions.undo(story.account.pk, changes)
    replay_again(story)
    assert on_server(story, "Archive") == ["0"]
    story.assert_equal()


@pytest.mark.parametrize("tells", [True, False])
def test_the_bridge_asks_for_a_sync_where_it_is_not_told_what_became_of_mail(
    story: Story, monkeypatch: pytest.MonkeyPatch, tells: bool
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(tasks, "request_sync", asked.append)
    if not tells:  # as without UIDPLUS
        answered = replay.answered
        monkeypatch.setattr(
            replay, "answered", lambda one, answer: answered(one, dataclasses.replace(answer, placed={}))
        )
    moved, starred = letters(story, 2)
    actions.set_flagged(story.account.pk, [starred], flagged=True)
    story.replay()
    assert not asked, "of flags there is nothing to find out"
    move(story, [moved], "INBOX", "Archive")
    story.replay()
    assert asked == ([] if tells else [story.account.pk])
    assert on_server(story, "Archive") == ["0"]
    fetched, content = list[int](), windows.content
    monkeypatch.setattr(windows, "content", lambda one, *rest: fetched.append(one.uid) or content(one, *rest))
    story.sync()
    assert len(fetched) == (0 if tells else 1), "what is here, and told of, is not fetched again"
    story.assert_equal()


def test_what_goes_to_a_mailbox_that_was_made_anew_hides_nothing(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its UIDs begin at 1 again: they are not those of the mailbox before."""
    asked: list[int] = []
    monkeypatch.setattr(tasks, "request_sync", asked.append)
    story.phone.create_mailbox("Plans")
    story.server.append(story.user, "Plans", plain("Letter 9", message_id="9@filing.example"))
    moved, *_ = letters(story, 2)
    story.phone.select("INBOX")
    story.phone.delete_mailbox("Plans")
    move(story, [moved], "INBOX", "Plans")
    story.replay()
    assert asked, "the mailbox is another now"
    assert "0" in subjects(story.mailbox("Plans"))
    story.sync()
    assert subjects(story.mailbox("Plans")) == on_server(story, "Plans") == ["0"]
    story.assert_equal()
