"""What servers get wrong, and what is in their mailboxes: on real ones that are made to look worse than they are."""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db.models import F

from imapbridge import queries
from imapbridge.models import Entry, Mailbox, Message
from imapbridge.wire.drivers import BlockingConnection
from imapbridge.wire.results import ListedMailbox, Selected
from tests.imapbridge.sync.conftest import Story
from tests.servers.letters import plain

pytestmark = [pytest.mark.servers, pytest.mark.database]

UNREADABLE = (
    b"no header and no end of line",
    b"\r\n",
    b"Subject: \xff\xfe caf\xe9\r\nFrom: <<@>>\r\nDate: the day before yesterday\r\nMessage-ID: <<>>\r\n\r\nx\r\n",
    b'Content-Type: multipart/mixed; boundary="b\r\nSubject: never closed\r\n\r\n--b\r\n\r\n--c\r\n',
    b"Content-Type: message/rfc822\r\nSubject: nothing within\r\n\r\n",
    b'Content-Type: text/plain; charset="no-such"; charset="twice"\r\n\r\n\xe2\x28\xa1\r\n',
    b"From: " + b"x" * 5000 + b" <a@x>\r\nSubject: " + b"(" * 300 + b'"\r\n\r\n' + b"y" * 2000 + b"\r\n",
    b"Subject: =?utf-8?b?////?= =?x?q?=00=0A?=\r\nReferences: <a <b> c>\r\n\r\nz\r\n",
)
"""Messages of which one part or another cannot be told."""


def _rewrite(monkeypatch: pytest.MonkeyPatch, change: Callable[[Any], Any]) -> None:
    """Change what our commands bring back, as if the server had said so."""
    run = BlockingConnection.run
    monkeypatch.setattr(
        BlockingConnection, "run", lambda connection, command, timeout: change(run(connection, command, timeout))
    )


def _phone_at_work(story: Story) -> None:
    uids = story.phone.uids("INBOX")
    story.phone.delete("INBOX", uids[3:5])
    story.phone.flag("INBOX", uids[6:9], "\\Flagged")
    story.server.deliver(story.user, plain("New one", message_id="new@x"))


def _half_an_hour_later() -> None:
    """All flags are compared then; see `plan`."""
    Mailbox.objects.update(flags_at=None)


def test_messages_that_cannot_be_read_are_listed(story: Story) -> None:
    for raw in UNREADABLE:
        with contextlib.suppress(AssertionError):  # Cyrus takes no message whose header is none.
            story.server.append(story.user, "INBOX", raw)
    story.server.append(story.user, "INBOX", plain("After all that", message_id="after@x"))
    there = len(story.phone.uids("INBOX"))
    assert there > len(UNREADABLE) // 2
    story.sync()
    assert Entry.objects.filter(mailbox=story.mailbox()).count() == there
    assert sum(row.total for row in queries.conversations(story.mailbox().pk).rows) == there
    story.assert_equal()


def test_mod_sequences_that_go_backwards(story: Story) -> None:
    """A server that lost its index counts them from the start again, under the same UIDVALIDITY."""
    story.server.fill(story.user, "INBOX", 30)
    story.sync()
    Mailbox.objects.update(highest_modseq=F("highest_modseq") + 1_000_000)
    _phone_at_work(story)
    _half_an_hour_later()
    story.sync()
    assert Message.objects.filter(subject="New one").exists()
    assert (story.mailbox().highest_modseq or 0) < 1_000_000
    story.assert_equal()


def test_a_server_that_does_not_tell_uidnext(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    def forget(said: Any) -> Any:
        if isinstance(said, Selected):
            return replace(said, uid_next=None)
        if isinstance(said, list) and said and isinstance(said[0], ListedMailbox):
            return [replace(one, status=one.status and replace(one.status, uid_next=None)) for one in said]
        return said

    _rewrite(monkeypatch, forget)
    story.server.fill(story.user, "INBOX", 30)
    story.sync()
    assert story.mailbox().total == 30
    story.assert_equal()
    _phone_at_work(story)
    _half_an_hour_later()
    story.sync()
    assert story.mailbox().total == 29
    story.assert_equal()


@pytest.mark.parametrize("kept", [None, 0, 1], ids=["refused", "nothing came", "one came"])
def test_new_mail_that_does_not_come_along_with_the_opening(
    story: Story, monkeypatch: pytest.MonkeyPatch, kept: int | None
) -> None:
    """The server will not, or forgets some: what is missing is asked for after that."""
    story.server.fill(story.user, "INBOX", 5)
    story.sync()
    for number in range(3):
        story.server.deliver(story.user, plain(f"New {number}", message_id=f"new{number}@x"))
    asked = []

    def forget(said: Any) -> Any:
        if isinstance(said, Selected) and said.fetched:
            asked.append([one.uid for one in said.fetched])
            return replace(said, fetched=None if kept is None else said.fetched[:kept])
        return said

    with monkeypatch.context() as patch:
        _rewrite(patch, forget)
        story.sync()
    assert len(asked) == 1
    assert len(asked[0]) == 3
    assert story.mailbox().total == 8
    story.assert_equal()


def test_a_server_that_does_not_tell_uidvalidity(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be built on its UIDs: all is read again each time, and nothing is shown twice."""

    def forget(said: Any) -> Any:
        if isinstance(said, Selected):
            return replace(said, uid_validity=None)
        if isinstance(said, list) and said and isinstance(said[0], ListedMailbox):
            return [replace(one, status=one.status and replace(one.status, uid_validity=None)) for one in said]
        return said

    story.server.fill(story.user, "INBOX", 10)
    with monkeypatch.context() as patch:
        _rewrite(patch, forget)
        story.sync()
        first = set(Message.objects.values_list("pk", flat=True))
        story.server.deliver(story.user, plain("New one", message_id="new@x"))
        story.sync()
        assert story.mailbox().total == 11
        assert first < set(Message.objects.values_list("pk", flat=True))
    story.sync()
    story.assert_equal()
