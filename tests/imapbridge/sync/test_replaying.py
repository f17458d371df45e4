"""The queue of what is owed, from a worker's side: in turns, under the account's lock, and nothing mixed up."""

from collections.abc import Callable

import pytest

from imapbridge import actions
from imapbridge.models import PendingChange
from imapbridge.sync import account as syncing
from imapbridge.sync.bulk import Bulk, Occupied
from tests.imapbridge.sync.conftest import Story
from tests.imapbridge.sync.test_filing import letters, nothing_is_owed, on_server, subjects
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
