"""A mailbox that spoils every sync is left alone for ever longer, and the others go on: on a real server that a proxy
makes worse than it is."""

from dataclasses import replace
from typing import Any

import pytest
from django.core.cache import cache

from imapbridge.errors import ServerMisbehaved, ServerUnreachable
from imapbridge.models import Entry, Mailbox, Message
from imapbridge.sync import parking
from imapbridge.sync.account import sync
from imapbridge.sync.parking import Fault
from imapbridge.wire.drivers import BlockingConnection
from imapbridge.wire.results import Selected
from tests.imapbridge.sync.conftest import Story
from tests.servers.letters import plain
from tests.servers.proxy import Proxy

pytestmark = [pytest.mark.servers, pytest.mark.database]


@pytest.fixture
def story(proxied: Story) -> Story:
    return proxied


def _fail(story: Story, times: int) -> None:
    for _ in range(times):
        with pytest.raises(ServerUnreachable):
            sync(story.account.pk)


def _pause_is_over(mailbox: Mailbox) -> None:
    cache.delete_many([parking._parked(mailbox, fault) for fault in Fault])


def test_a_mailbox_that_ends_the_session_when_it_is_opened(story: Story, proxy: Proxy) -> None:
    for name in ("INBOX", "Archive", "Junk"):
        story.server.append(story.user, name, plain(f"In {name}", message_id=f"{name}@x"))
    proxy.cuts = b"Archive"
    _fail(story, 1)
    assert story.mailbox().total == 1
    assert not Message.objects.filter(subject="In Junk").exists()
    _fail(story, 2)
    assert Message.objects.filter(subject="In Junk").exists(), "it keeps the others waiting once only"
    assert (story.mailbox("Archive").error, story.mailbox().error) == (ServerMisbehaved.code, "")

    story.server.deliver(story.user, plain("Meanwhile", message_id="meanwhile@x"))
    story.sync()
    assert story.mailbox().total == 2
    _pause_is_over(story.mailbox("Archive"))
    _fail(story, 1)
    story.sync()

    proxy.cuts = b""
    _pause_is_over(story.mailbox("Archive"))
    story.sync()
    assert story.mailbox("Archive").error == ""
    story.assert_equal()


def test_new_mail_that_ends_the_session_keeps_what_else_happened_from_nobody(story: Story, proxy: Proxy) -> None:
    uid = story.server.append(story.user, "INBOX", plain("Star me", message_id="star@x"))
    story.sync()
    story.phone.flag("INBOX", [uid], "\\Flagged")
    story.server.deliver(story.user, plain("Never told", message_id="never@x"))
    proxy.cuts = b" ENVELOPE "
    _fail(story, 1)
    assert not Entry.objects.get(uid=uid).flagged, "new mail was asked for along with the opening"
    _fail(story, 1)
    assert Entry.objects.get(uid=uid).flagged, "and the second time after it"

    proxy.cuts = b""
    story.sync()
    assert story.mailbox().total == 2
    story.assert_equal()


def test_older_mail_that_ends_the_session_keeps_new_mail_from_nobody(story: Story, proxy: Proxy) -> None:
    story.server.fill(story.user, "INBOX", 200)
    story.server.append(story.user, "Archive", plain("Filed", message_id="filed@x"))
    proxy.cuts = b" UID FETCH 1:150 "
    _fail(story, 3)
    assert story.mailbox().error == ServerMisbehaved.code
    story.server.deliver(story.user, plain("Meanwhile", message_id="meanwhile@x"))
    story.sync()
    assert Message.objects.filter(subject__in=["Meanwhile", "Filed"]).count() == 2
    assert story.mailbox().error == ServerMisbehaved.code

    proxy.cuts = b""
    _pause_is_over(story.mailbox())
    story.server.deliver(story.user, plain("At last", message_id="last@x"))
    story.sync()
    assert (story.mailbox().total, story.mailbox().error) == (202, "")
    story.assert_equal()


def test_a_mailbox_whose_uids_are_given_out_anew_each_time(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("INBOX", "Archive"):
        story.server.append(story.user, name, plain(f"In {name}", message_id=f"{name}@x"))
    opened = []
    run = BlockingConnection.run

    def renew(connection: BlockingConnection, command: Any, timeout: float) -> Any:
        said = run(connection, command, timeout)
        if not isinstance(said, Selected) or said.raw_name != b"Archive":
            return said
        opened.append(said)
        return replace(said, uid_validity=len(opened))

    with monkeypatch.context() as patch:
        patch.setattr(BlockingConnection, "run", renew)
        for _ in range(12):
            story.sync()
        assert len(opened) == 1 + parking.LIMITS[Fault.RENEWED]
        assert story.mailbox("Archive").error == ServerMisbehaved.code
        story.server.deliver(story.user, plain("Meanwhile", message_id="meanwhile@x"))
        story.sync()
        assert (story.mailbox().total, story.mailbox("Archive").total) == (2, 1)
    for _ in range(2):  # what was made up changes once more, to the truth
        _pause_is_over(story.mailbox("Archive"))
        story.sync()
    assert story.mailbox("Archive").error == ""
    story.assert_equal()


def test_a_network_that_fails_now_and_then_parks_nothing(story: Story, proxy: Proxy) -> None:
    story.server.append(story.user, "Archive", plain("Filed", message_id="filed@x"))
    for number in range(4):
        proxy.cuts = b"INBOX"
        story.server.deliver(story.user, plain(f"New {number}", message_id=f"new{number}@x"))
        _fail(story, 1)
        proxy.cuts = b""
        story.sync()
    assert (story.mailbox().total, story.mailbox().error) == (4, "")
