"""A server that asks for peace gets it, from workers and from the bridge; what was owed to it is not given up."""

import asyncio

import pytest

from imapbridge import actions, backoff
from imapbridge.bridge.replays import Replays
from imapbridge.errors import ServerBusy
from imapbridge.models import Message, PendingChange
from imapbridge.pool import Pool
from imapbridge.pool.credentials import in_thread
from imapbridge.sync.account import sync
from tests.imapbridge.conftest import until
from tests.imapbridge.sync.conftest import Story
from tests.servers.letters import plain
from tests.servers.proxy import Proxy

pytestmark = [pytest.mark.servers, pytest.mark.database]

WORDS = b"Request is throttled. Suggested Backoff Time: 92415 milliseconds"


@pytest.fixture
def story(proxied: Story) -> Story:
    return proxied


def _is_left_alone(story: Story, proxy: Proxy) -> None:
    """Nobody connects, though the server would let us in again."""
    proxy.refuses = None
    before = proxy.sessions
    for _ in range(2):
        with pytest.raises(ServerBusy) as busy:
            sync(story.account.pk)
        assert 80 < busy.value.wait <= 92.415
    with pytest.raises(ServerBusy):
        asyncio.run(_noop(story))
    assert proxy.sessions == before


async def _noop(story: Story) -> None:
    pool = Pool()
    try:
        await pool.run(story.account.pk, None, lambda session: session.noop(), seconds=30)
    finally:
        await pool.close()


@pytest.mark.parametrize("command", [b" AUTHENTICATE ", b" LIST ", b"INBOX"])
def test_a_worker_stays_away_for_as_long_as_it_was_asked_to(story: Story, proxy: Proxy, command: bytes) -> None:
    story.server.append(story.user, "INBOX", plain("Hello", message_id="hello@x"))
    proxy.refuses = (command, WORDS)
    with pytest.raises(ServerBusy):
        sync(story.account.pk)
    story.account.refresh_from_db()
    assert not story.account.refused
    _is_left_alone(story, proxy)


@pytest.mark.parametrize("command", [b" AUTHENTICATE ", b" NOOP"])
def test_the_bridge_stays_away_and_so_do_the_workers(story: Story, proxy: Proxy, command: bytes) -> None:
    async def twice() -> None:
        pool = Pool()
        try:
            for _ in range(2):
                with pytest.raises(ServerBusy):
                    await pool.run(story.account.pk, None, lambda session: session.noop(), seconds=30)
        finally:
            await pool.close()

    proxy.refuses = (command, WORDS)
    asyncio.run(twice())
    assert proxy.sessions == 1
    _is_left_alone(story, proxy)


@pytest.mark.parametrize("who", ["worker", "bridge"])
def test_what_people_did_is_not_given_up_meanwhile(story: Story, proxy: Proxy, who: str) -> None:
    story.server.append(story.user, "INBOX", plain("Star me", message_id="star@x"))
    story.sync()
    actions.set_flagged(story.account.pk, [Message.objects.get().pk], flagged=True)
    proxy.refuses = (b" UID STORE ", WORDS)
    if who == "worker":
        with pytest.raises(ServerBusy):
            sync(story.account.pk)
    else:
        story.replay()
    [change] = PendingChange.objects.values("refusals", "confirmed_at")
    assert change == {"refusals": 0, "confirmed_at": None}
    assert backoff.left(story.account.pk) > 80


def test_the_bridge_tries_again_by_itself_what_a_server_cannot_do_at_the_moment(story: Story, proxy: Proxy) -> None:
    story.server.append(story.user, "INBOX", plain("Star me", message_id="star@x"))
    story.sync()
    actions.set_flagged(story.account.pk, [Message.objects.get().pk], flagged=True)

    async def whole() -> None:
        pool = Pool()
        replays = Replays(pool)
        proxy.refuses = (b" UID STORE ", b"[INUSE] not now")
        replays.wake(story.account.pk)
        await until(lambda: replays._later)
        assert await in_thread(_is_owed, story)
        proxy.refuses = None
        await until(lambda: not replays._later and not replays._running, 60)
        await replays.close()
        await pool.close()

    asyncio.run(whole())
    assert not _is_owed(story)
    assert list(story.phone.flags("INBOX").values()) == [{"\\Flagged"}]


def _is_owed(story: Story) -> bool:
    return PendingChange.objects.filter(account=story.account, confirmed_at=None).exists()
