"""Muted conversations: new mail of them goes past the inbox."""

import pytest

from imapbridge import actions
from imapbridge.actions import muting
from imapbridge.models import Entry, Message
from imapbridge.terms.flags import MUTED
from tests.imapbridge.sync.conftest import Story
from tests.imapbridge.sync.test_filing import letters, nothing_is_owed, on_server
from tests.servers.letters import plain

pytestmark = [pytest.mark.servers, pytest.mark.database]


def answer(number: int, to: int) -> bytes:
    head = f"In-Reply-To: <{to}@filing.example>\r\nReferences: <{to}@filing.example>\r\n".encode()
    return head + plain(f"Letter {number}", message_id=f"{number}@filing.example")


def test_new_mail_goes_past_the_inbox_until_it_is_wanted_again(story: Story) -> None:
    messages = letters(story, 2)
    muting.mute(story.account.pk, messages[:1], story.mailbox().pk)
    story.sync()
    story.server.append(story.user, "INBOX", answer(5, to=0))
    story.server.append(story.user, "INBOX", answer(6, to=1))
    for _ in range(3):
        story.sync()
    assert (on_server(story, "INBOX"), on_server(story, "Archive")) == (["1", "6"], ["0", "5"])
    assert nothing_is_owed(story)
    story.assert_equal()
    fifth = Message.objects.get(subject="Letter 5")
    here = [*messages[:1], fifth.pk]
    actions.move(story.account.pk, here, story.mailbox("Archive").pk, story.mailbox().pk)
    story.sync()
    story.server.append(story.user, "INBOX", answer(7, to=0))
    for _ in range(2):
        story.sync()
    assert on_server(story, "INBOX") == ["0", "1", "5", "6", "7"]
    live = Entry.objects.filter(expunged=False).values_list("keywords", flat=True)
    assert not [words for words in live if MUTED in words]
    story.assert_equal()


def test_undo(story: Story) -> None:
    messages = letters(story, 1)
    changes = muting.mute(story.account.pk, messages, story.mailbox().pk)
    story.sync()
    assert actions.undo(story.account.pk, changes)
    for _ in range(2):
        story.sync()
    assert (on_server(story, "INBOX"), on_server(story, "Archive")) == (["0"], [])
    assert not [words for words in Entry.objects.filter(expunged=False).values_list("keywords", flat=True) if words]
    story.assert_equal()
