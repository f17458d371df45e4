"""Workers, servers and Redis die in the middle of things. After the next sync nothing is missing and nothing is twice.

A worker is a process of its own here, held by a proxy at one point of its talk with the server, and then killed.
"""

import multiprocessing
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import TextIO

import pytest
from django.core.management import call_command
from django.db import connections

from imapbridge import actions
from imapbridge.errors import ServerUnreachable
from imapbridge.models import Entry, Mailbox, Message, PendingChange
from imapbridge.sync import windows
from imapbridge.sync.bulk import Occupied, bulk
from imapbridge.sync.verify import differences
from tests.imapbridge.sync.conftest import Story
from tests.servers.dovecot import Dovecot
from tests.servers.dovecot_config import Options
from tests.servers.letters import plain
from tests.servers.process import running
from tests.servers.proxy import Proxy, Trap
from tests.servers.redis import Redis

pytestmark = [pytest.mark.servers, pytest.mark.database]

#: Messages of a window: a fifth of what it is in life, so that a fifth of the messages are as many windows.
WINDOW = 100
BARE = Options(capability="IMAP4rev1", plaintext=True)


class Worker:
    """`manage.py syncmail` of a story's account, as a process: a fork of this one, for loading Django takes seconds."""

    def __init__(self, story: Story) -> None:
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115
        # No process may use, or close, what another has opened.
        connections.close_all()
        fork = multiprocessing.get_context("fork")
        self._process = fork.Process(target=_syncmail, args=(story.account.address, self._said), daemon=True)
        self._process.start()

    def kill(self) -> None:
        """SIGKILL: no handler, no `finally`."""
        self._process.kill()
        self._process.join()

    def fail(self) -> str:
        """What it says when it ends in failure, by itself."""
        self._process.join(60)
        self._said.seek(0)
        said = self._said.read()
        assert self._process.exitcode == 1, said
        return said.splitlines()[-1]


def _syncmail(address: str, said: TextIO) -> None:
    sys.stderr = said
    call_command("syncmail", address)


@pytest.fixture(scope="module", params=[Options(plaintext=True), BARE], ids=["everything", "bare"])
def options(request: pytest.FixtureRequest) -> Options:
    found: Options = request.param
    return found


@pytest.fixture(autouse=True)
def _narrow_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the workers, too: they are forks."""
    monkeypatch.setattr(windows, "WINDOW", WINDOW)


@pytest.fixture
def own_redis() -> Iterator[Redis]:
    with running(Redis()) as server:
        yield server


@pytest.fixture
def story_redis(own_redis: Redis) -> Redis:
    return own_redis


@pytest.fixture
def story(proxied: Story) -> Story:
    return proxied


@pytest.fixture
def work(story: Story, proxy: Proxy) -> Iterator[Callable[[Trap], Worker]]:
    """Start a worker and wait until it is in the trap."""
    workers: list[Worker] = []

    def work(trap: Trap) -> Worker:
        proxy.arm(trap)
        workers.append(Worker(story))
        trap.wait()
        return workers[-1]

    yield work
    for worker in workers:
        worker.kill()


FIRST_SYNC = {
    "listing": Trap(b" LIST "),
    "opening": Trap(b" SELECT ", octets=60),
    "first window": Trap(b" ENVELOPE ", octets=5_000),
    # The first words of the first window where PREVIEW is not offered; else the second window.
    "first words": Trap(b" UID FETCH ", nth=2, octets=300),
    "backfill": Trap(b" ENVELOPE ", nth=2, octets=18_000),
}


@pytest.mark.parametrize("phase", FIRST_SYNC)
def test_a_worker_is_killed_in_the_first_sync(
    story: Story, proxy: Proxy, work: Callable[[Trap], Worker], phase: str
) -> None:
    story.server.fill(story.user, "INBOX", 160)
    trap = FIRST_SYNC[phase]
    work(Trap(trap.pattern, trap.nth, trap.octets)).kill()
    proxy.disarm()
    held = Entry.objects.count()
    assert held < 160
    assert phase == "first words" or (held > 0) is (phase == "backfill")
    story.server.deliver(story.user, plain("Meanwhile", message_id="meanwhile@x"))
    story.sync()
    assert Message.objects.count() == 161
    story.assert_equal()


@pytest.mark.parametrize(("pattern", "octets"), [(b" EXAMINE ", 150), (b" UID FETCH ", 300)])
def test_a_worker_is_killed_in_a_delta(
    story: Story, proxy: Proxy, work: Callable[[Trap], Worker], pattern: bytes, octets: int
) -> None:
    story.server.fill(story.user, "INBOX", 60)
    story.sync()
    uids = story.phone.uids("INBOX")
    story.phone.flag("INBOX", uids[10:20], "\\Flagged")
    story.phone.delete("INBOX", uids[30:35])
    for number in range(3):
        story.server.deliver(story.user, plain(f"New {number}", message_id=f"new{number}@x"))
    work(Trap(pattern, octets=octets)).kill()
    proxy.disarm()
    story.sync()
    assert story.mailbox().total == 58
    story.assert_equal()


@pytest.mark.parametrize("is_done", [True, False], ids=["the server has it", "the server has it not"])
def test_a_worker_is_killed_while_it_replays(
    story: Story, proxy: Proxy, work: Callable[[Trap], Worker], is_done: bool
) -> None:
    uid = story.server.append(story.user, "INBOX", plain("Star me", message_id="star@x"))
    story.sync()
    actions.set_flagged(story.account.pk, [Message.objects.get().pk], flagged=True)
    work(Trap(b" UID STORE ", at_command=not is_done)).kill()
    proxy.disarm()
    assert ("\\Flagged" in story.phone.flags("INBOX")[uid]) is is_done
    # A claim on a change lasts a minute, for its claimer may be alive; here that minute is over.
    PendingChange.objects.update(not_before=None)
    story.sync()
    assert not PendingChange.objects.filter(confirmed_at=None).exists()
    assert story.phone.flags("INBOX")[uid] == {"\\Flagged"}
    story.assert_equal()


def test_a_dead_worker_s_lock_is_not_waited_for(
    story: Story, proxy: Proxy, work: Callable[[Trap], Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imapbridge.sync.bulk.WAIT", 0)
    monkeypatch.setattr("imapbridge.sync.bulk.LOOK", 0.1)
    worker = work(Trap(b" LIST "))
    with pytest.raises(Occupied), bulk(story.account.pk):
        pass
    worker.kill()
    proxy.disarm()
    with bulk(story.account.pk):
        pass


def test_the_server_is_cut_off_in_the_middle_of_a_fetch(story: Story, proxy: Proxy) -> None:
    story.server.fill(story.user, "INBOX", 240)
    for octets in (1, 15_000, 80_000):
        trap = proxy.arm(Trap(b" ENVELOPE ", octets=octets, cut=True))
        with pytest.raises(ServerUnreachable):
            story.sync()
        assert trap.sprung.is_set()
    story.sync()
    assert story.mailbox().total == 240
    story.assert_equal()


def test_a_message_that_is_never_delivered_is_asked_for_ever_more_seldom(story: Story, proxy: Proxy) -> None:
    story.server.fill(story.user, "INBOX", 5)
    proxy.hides = re.compile(rb"\* \d+ FETCH \(UID 3 .*?\)\r\n(?=\* |A\d)", re.DOTALL)
    story.sync()
    story.sync()
    assert (story.mailbox().total, story.mailbox().undelivered["uids"]) == (4, "3")
    assert list(differences(story.account)) == ["mailbox 'INBOX' uid 3: on the server, which does not deliver it"]

    trap = proxy.arm(Trap(b" ENVELOPE ", cut=True))
    story.sync()
    assert not trap.sprung.is_set()
    proxy.disarm()
    proxy.hides = None
    due = {**story.mailbox().undelivered, "again": 0}
    Mailbox.objects.filter(pk=story.mailbox().pk).update(undelivered=due)
    story.sync()
    assert (story.mailbox().total, story.mailbox().undelivered) == (5, {})
    story.assert_equal()


def test_the_server_dies_in_the_middle_of_a_fetch(
    story: Story, proxy: Proxy, work: Callable[[Trap], Worker], plain_dovecot: Dovecot
) -> None:
    story.server.fill(story.user, "INBOX", 300)
    worker = work(Trap(b" ENVELOPE ", nth=3, octets=10_000))
    plain_dovecot.kill()
    proxy.disarm()
    assert "unreachable" in worker.fail()
    plain_dovecot.restart()
    story.sync()
    story.assert_equal()


def test_redis_dies_while_a_worker_works(
    story: Story, proxy: Proxy, work: Callable[[Trap], Worker], own_redis: Redis
) -> None:
    story.server.fill(story.user, "INBOX", 300)
    worker = work(Trap(b" ENVELOPE ", nth=3, octets=10_000))
    own_redis.kill()
    proxy.disarm()
    assert "occupied" in worker.fail()
    assert 0 < Entry.objects.count() < 300
    own_redis.restart()
    story.sync()
    story.assert_equal()


def test_a_redis_that_hangs_keeps_no_worker(story: Story, own_redis: Redis) -> None:
    for process in own_redis.processes():
        process.suspend()
    try:
        with pytest.raises(Occupied):
            story.sync()
    finally:
        for process in own_redis.processes():
            process.resume()
    story.sync()
    story.assert_equal()
