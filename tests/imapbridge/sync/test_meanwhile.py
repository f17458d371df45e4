"""Another client is at work while we sync: before each command of ours it does something, in every phase there is."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from imapbridge.errors import TryAgain
from imapbridge.models import Mailbox, Message
from imapbridge.sync import account as syncing
from imapbridge.wire.drivers import BlockingConnection
from tests.imapbridge.sync.conftest import Story
from tests.imapbridge.sync.machine import small_windows
from tests.servers.letters import plain

pytestmark = [pytest.mark.servers, pytest.mark.database]

LISTED = 3
"""Commands before the mailboxes are opened: signing in, getting ready, the list."""


class Meddler:
    """Does the next of its deeds before each command that is run, once the list was read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.deeds: Iterator[Callable[[], object]] = iter(())
        self._commands = self.done = 0
        run = BlockingConnection.run

        def meddled(connection: BlockingConnection, command: Any, timeout: float) -> Any:
            self._commands += 1
            if self._commands > LISTED and (deed := next(self.deeds, None)):
                deed()
                self.done += 1
            return run(connection, command, timeout)

        monkeypatch.setattr(BlockingConnection, "run", meddled)

    def begin(self, deeds: list[Callable[[], object]]) -> None:
        self.deeds, self._commands, self.done = iter(deeds), 0, 0


@pytest.fixture
def meddler(monkeypatch: pytest.MonkeyPatch) -> Iterator[Meddler]:
    with small_windows():
        yield Meddler(monkeypatch)


def _deeds(story: Story, turn: str) -> list[Callable[[], object]]:
    """Each kind of change, oldest and newest messages alike, in the mailbox that is open and in others."""
    phone, inbox = story.phone, lambda: story.phone.uids("INBOX")

    def at_rest(deed: Callable[[], object]) -> Callable[[], object]:
        """Servers let nobody rename or remove the mailbox that they have open."""

        def rested() -> None:
            phone.select("INBOX")
            deed()

        return rested

    def deliver(name: str) -> Callable[[], object]:
        return lambda: story.server.deliver(story.user, plain(f"{name} {turn}", message_id=f"{name}{turn}@x"))

    return [
        lambda: phone.delete("INBOX", inbox()[-1:]),
        deliver("First"),
        lambda: phone.flag("INBOX", inbox()[-2:], "\\Flagged"),
        lambda: phone.delete("INBOX", inbox()[:2]),
        lambda: phone.move("INBOX", inbox()[-3:-1], "Archive"),
        at_rest(lambda: phone.rename_mailbox(f"Plans{turn}", f"Schemes{turn}")),
        lambda: phone.flag("INBOX", inbox()[3:5], "\\Seen fair"),
        deliver("Second"),
        lambda: phone.move("INBOX", inbox()[:1], f"Schemes{turn}"),
        lambda: phone.create_mailbox(f"Sudden{turn}"),
        lambda: phone.flag("Archive", phone.uids("Archive")[:1], "\\Answered"),
        lambda: phone.delete("INBOX", inbox()[4:6]),
        lambda: phone.move("Archive", phone.uids("Archive")[:1], "INBOX"),
        deliver("Third"),
        at_rest(lambda: phone.delete_mailbox(f"Gone{turn}")),
        lambda: phone.flag("INBOX", inbox()[1:2], "\\Flagged", add=False),
    ]


def _sync(story: Story) -> None:
    """As a worker does: a sync that the server cut short is tried again."""
    for _ in range(5):
        try:
            story.sync()
        except TryAgain:
            continue
        return
    raise AssertionError("the sync never comes to an end")


def test_what_the_phone_does_while_we_sync(story: Story, meddler: Meddler) -> None:
    """During a first sync, and then during those that only look for what changed."""
    story.server.fill(story.user, "INBOX", 24)
    for turn in ("One", "Two"):
        for name in ("Plans", "Gone"):
            story.phone.create_mailbox(f"{name}{turn}")
            story.server.append(story.user, f"{name}{turn}", plain(f"In {name}", message_id=f"{name}{turn}@x"))
        deeds = _deeds(story, turn)
        meddler.begin(deeds)
        while meddler.done < len(deeds):
            _sync(story)
        Mailbox.objects.filter(account=story.account).update(flags_at=None)  # the half hour is over; see `plan`
        _sync(story)
        story.assert_equal()
    subjects = set(Message.objects.values_list("subject", flat=True))
    assert {f"{name} {turn}" for name in ("First", "Second", "Third") for turn in ("One", "Two")} <= subjects


def test_a_mailbox_that_goes_while_we_read_it_stops_no_other(story: Story, meddler: Meddler) -> None:
    story.phone.create_mailbox("Gone")
    story.server.fill(story.user, "Gone", 12)
    story.server.append(story.user, "INBOX", plain("Stays", message_id="stays@x"))
    story.phone.select("INBOX")
    opened: list[int] = []
    delta = syncing.one.delta

    def then_it_goes(connection: BlockingConnection, mailbox: Mailbox, *rest: Any) -> None:
        delta(connection, mailbox, *rest)
        if mailbox.name == story.server.path("Gone") and not opened:
            opened.append(mailbox.pk)
            story.phone.delete_mailbox("Gone")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(syncing.one, "delta", then_it_goes)
        _sync(story)
    assert opened
    _sync(story)
    assert not Mailbox.objects.filter(pk__in=opened).exists()
    story.assert_equal()
