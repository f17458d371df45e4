"""What a person says of conversations holds: now, for what arrives later, and when the mirror is made anew."""

from collections.abc import Callable, Iterator
from io import StringIO

import pytest
from django.core.management import call_command

from imapbridge import actions, queries
from imapbridge.models import Message
from tests.imapbridge.sync.conftest import Story
from tests.servers.dovecot import Dovecot
from tests.servers.fixtures import running
from tests.servers.mail_server import MailServer


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with running(Dovecot()) as server:
        yield server


def mail(own: str, *references: str) -> bytes:
    lines = ["From: tomas@x.example", "To: noor@x.example", f"Subject: {own}", f"Message-ID: <{own}@x.example>"]
    lines += ["References: " + " ".join(f"<{one}@x.example>" for one in references)] if references else []
    return "\r\n".join([*lines, "Date: Thu, 12 Mar 2026 10:42:00 +0000", "", "Words", ""]).encode()


@pytest.fixture
def story(begin: Callable[[MailServer], Story], dovecot: Dovecot) -> Story:
    """A conversation of four, of which `c` answers `b`, and another one."""
    told = begin(dovecot)
    letters = (mail("a"), mail("b", "a"), mail("c", "a", "b"), mail("d", "a"), mail("other"))
    for name, raw in zip(("INBOX", "INBOX", "Archive", "INBOX", "INBOX"), letters, strict=True):
        dovecot.append(told.user, name, raw)
    told.sync()
    assert groups(told) == ["a b c d", "other"]
    return told


def pk(story: Story, own: str) -> int:
    return Message.objects.get(account=story.account, subject=own).pk


def groups(story: Story) -> list[str]:
    """The subjects of each conversation, as an open one shows them."""
    threads = set(Message.objects.filter(account=story.account).values_list("thread", flat=True))
    found = (queries.conversation(story.account.pk, thread) for thread in threads)
    return sorted(" ".join(sorted(item.subject for item in items)) for items in found)


def rows(story: Story) -> list[int]:
    return sorted(row.whole for row in queries.conversations(story.mailbox().pk).rows)


def rebuild(story: Story) -> None:
    call_command("rebuildindex", story.user.address, stdout=StringIO())


def test_a_message_is_split_off_with_what_answers_it(story: Story, dovecot: Dovecot) -> None:
    assert actions.split(story.account.pk, pk(story, "b"))
    assert (groups(story), rows(story)) == (["a d", "b c", "other"], [1, 2, 2])
    story.assert_equal()
    dovecot.append(story.user, "INBOX", mail("e", "a", "b", "c"))
    dovecot.append(story.user, "INBOX", mail("f", "a", "d"))
    story.sync()
    assert groups(story) == ["a d f", "b c e", "other"]
    assert not actions.split(story.account.pk, pk(story, "b")), "it is one already"
    rebuild(story)
    assert groups(story) == ["a d f", "b c e", "other"]
    story.assert_equal()


def test_two_conversations_become_one(story: Story, dovecot: Dovecot) -> None:
    other = Message.objects.get(subject="other").thread
    assert actions.merge(story.account.pk, pk(story, "d"), other)
    assert (groups(story), rows(story)) == (["a b c d other"], [5])
    assert not actions.merge(story.account.pk, pk(story, "d"), Message.objects.get(subject="a").thread)
    dovecot.append(story.user, "INBOX", mail("g", "other"))
    story.sync()
    rebuild(story)
    assert groups(story) == ["a b c d g other"]
    story.assert_equal()


def test_what_was_split_is_put_together_again(story: Story) -> None:
    actions.split(story.account.pk, pk(story, "b"))
    assert actions.merge(story.account.pk, pk(story, "b"), Message.objects.get(subject="a").thread)
    assert groups(story) == ["a b c d", "other"]
    rebuild(story)
    assert groups(story) == ["a b c d", "other"]
    story.assert_equal()


def test_only_of_one_account(story: Story) -> None:
    with pytest.raises(Message.DoesNotExist):
        actions.split(story.account.pk + 1, pk(story, "b"))
    assert not actions.merge(story.account.pk, pk(story, "b"), 12345)
    assert groups(story) == ["a b c d", "other"]
